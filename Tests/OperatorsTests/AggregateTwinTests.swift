import Expression
import StreamAPI
import StreamCore
import Testing

@testable import Operators

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014.
struct AggregateRandom: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}

/// The operator against a loop over rows, with NULLs, selections, restores and rescaling in between.
@Suite struct AggregateTwinTests {
    private static let select = [
        "COUNT(*)", "COUNT(s)", "SUM(n)", "SUM(d)", "AVG(n)", "AVG(d)", "MIN(n)", "MAX(n)",
        "MIN(d)",
        "MAX(d)", "MIN(b)", "MAX(b)", "SUM(i)", "AVG(i)", "MIN(i)", "MIN(s)", "MAX(s)",
    ]

    @Test(arguments: 0..<12 as Range<UInt64>)
    func everyRowHasWhatALoopOverRowsComputes(seed: UInt64) throws {
        var random = AggregateRandom(state: seed)
        var twin = NaiveAggregate()
        let cluster = try AggregateCluster(select: Self.select)
        for _ in 0..<12 {
            if Int.random(in: 0..<4, using: &random) == 0 {
                try cluster.restore(parallelism: Int.random(in: 1...5, using: &random))
            }
            let rows = (0..<Int.random(in: 1...60, using: &random)).map { _ in row(&random) }
            let selected = rows.indices.filter { _ in Int.random(in: 0..<5, using: &random) > 0 }
            let input = batch(aggregateInput, rows, selected: selected)
            let expected = selected.map { [rows[$0][0]] + twin.add(rows[$0]) }
            #expect(try cluster.process(input) == expected)
        }
    }

    private func row(_ random: inout AggregateRandom) -> [Cell] {
        func orNull(_ cell: Cell, _ random: inout AggregateRandom) -> Cell {
            Int.random(in: 0..<4, using: &random) == 0 ? .null : cell
        }
        let text = String(repeating: "ä", count: Int.random(in: 0...9, using: &random))
        return [
            orNull(.text("key-\(Int.random(in: 0..<12, using: &random))"), &random),
            orNull(.integer(Int64.random(in: -1000...1000, using: &random)), &random),
            orNull(.double(Double(Int.random(in: -100...100, using: &random)) / 4), &random),
            orNull(.boolean(Bool.random(using: &random)), &random),
            orNull(.integer(Int64.random(in: -5...5, using: &random)), &random),
            orNull(.text(text + "\(Int.random(in: 0..<99, using: &random))"), &random),
        ]
    }
}

/// Recomputes every aggregate from all rows of the key, for each row.
private struct NaiveAggregate {
    private var rowsByKey: [Cell: [[Cell]]] = [:]

    mutating func add(_ row: [Cell]) -> [Cell] {
        rowsByKey[row[0], default: []].append(row)
        let rows = rowsByKey[row[0]] ?? []
        let n = integers(rows, 1), d = doubles(rows, 2), b = booleans(rows, 3),
            i = integers(rows, 4)
        let s = texts(rows, 5)
        return [
            .integer(Int64(rows.count)), .integer(Int64(s.count)), sum(n), sum(d), average(n),
            average(d), integer(n.min()), integer(n.max()), double(d.min()), double(d.max()),
            b.isEmpty ? .null : .boolean(!b.contains(false)),
            b.isEmpty ? .null : .boolean(b.contains(true)),
            sum(i), average(i), integer(i.min()),
            text(s.min { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }),
            text(s.max { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }),
        ]
    }

    private func integers(_ rows: [[Cell]], _ column: Int) -> [Int64] {
        rows.compactMap { if case .integer(let value) = $0[column] { value } else { nil } }
    }
    private func doubles(_ rows: [[Cell]], _ column: Int) -> [Double] {
        rows.compactMap { if case .double(let value) = $0[column] { value } else { nil } }
    }
    private func booleans(_ rows: [[Cell]], _ column: Int) -> [Bool] {
        rows.compactMap { if case .boolean(let value) = $0[column] { value } else { nil } }
    }
    private func texts(_ rows: [[Cell]], _ column: Int) -> [String] {
        rows.compactMap { if case .text(let value) = $0[column] { value } else { nil } }
    }
    private func sum(_ values: [Int64]) -> Cell {
        values.isEmpty ? .null : .integer(values.reduce(0, +))
    }
    private func sum(_ values: [Double]) -> Cell {
        values.isEmpty ? .null : .double(values.reduce(0, +))
    }
    private func average(_ values: [Int64]) -> Cell {
        values.isEmpty ? .null : .integer(values.reduce(0, +) / Int64(values.count))
    }
    private func average(_ values: [Double]) -> Cell {
        values.isEmpty ? .null : .double(values.reduce(0, +) / Double(values.count))
    }
    private func integer(_ value: Int64?) -> Cell { value.map { .integer($0) } ?? .null }
    private func double(_ value: Double?) -> Cell { value.map { .double($0) } ?? .null }
    private func text(_ value: String?) -> Cell { value.map { .text($0) } ?? .null }
}
