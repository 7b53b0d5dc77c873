import StreamAPI
import StreamCore
import Testing

@testable import Operators

private let input = RowSchema([
    Field(name: "k", type: .string), Field(name: "n", type: .bigint),
    Field(name: "d", type: .double), Field(name: "m", type: .decimal(precision: 12, scale: 3)),
    Field(name: "s", type: .string), Field(name: "b", type: .boolean),
    Field(name: "t", type: .timestampLTZ),
])

/// Every function, with DISTINCT and FILTER, against a loop over all rows of the key: with NULLs,
/// selections, and a snapshot, restore and change of parallelism between any two batches.
@Suite struct AggregateFunctionTwinTests {
    /// A call, and what it gives for the rows of a key.
    private static let calls: [(text: String, naive: @Sendable ([[Cell]]) -> Cell)] = [
        ("COUNT(*) FILTER (WHERE b)", { .integer(Int64($0.filter(isTrue).count)) }),
        ("COUNT(DISTINCT n)", { .integer(Int64(Set(present($0, 1)).count)) }),
        ("COUNT(DISTINCT s)", { .integer(Int64(Set(present($0, 4)).count)) }),
        ("COUNT(DISTINCT m)", { .integer(Int64(Set(present($0, 3)).count)) }),
        ("SUM(m)", { decimal(present($0, 3)) { $0.reduce(0, +) } }),
        ("SUM(DISTINCT m)", { decimal(firsts(present($0, 3))) { $0.reduce(0, +) } }),
        ("AVG(m)", { decimal(present($0, 3)) { mean($0, factor: 1000) } }),
        ("MIN(m)", { decimal(present($0, 3)) { $0.min() ?? 0 } }),
        ("MAX(m) FILTER (WHERE b)", { decimal(present($0.filter(isTrue), 3)) { $0.max() ?? 0 } }),
        ("FIRST_VALUE(t)", { present($0, 6).first ?? .null }),
        ("LAST_VALUE(s)", { present($0, 4).last ?? .null }),
        ("FIRST_VALUE(s) FILTER (WHERE b)", { present($0.filter(isTrue), 4).first ?? .null }),
        ("LAST_VALUE(b)", { present($0, 5).last ?? .null }),
        ("LISTAGG(s, '|')", { list(present($0, 4)) }),
        ("LISTAGG(DISTINCT s, '|')", { list(firsts(present($0, 4))) }),
        ("ARRAY_AGG(n)", { array($0.map { $0[1] }) }),
        ("ARRAY_AGG(m IGNORE NULLS)", { array(present($0, 3)) }),
        ("ARRAY_AGG(DISTINCT s RESPECT NULLS)", { array(firsts($0.map { $0[4] })) }),
        ("ARRAY_AGG(b) FILTER (WHERE b)", { array($0.filter(isTrue).map { $0[5] }) }),
        ("FIRST_VALUE(DISTINCT s)", { present($0, 4).first ?? .null }),
        ("LAST_VALUE(DISTINCT n)", { firsts(present($0, 1)).last ?? .null }),
        ("SUM(DISTINCT n) FILTER (WHERE b)", { sum(firsts(present($0.filter(isTrue), 1))) }),
    ]

    @Test(arguments: 0..<12 as Range<UInt64>)
    func everyRowHasWhatALoopOverRowsComputes(seed: UInt64) throws {
        var random = AggregateRandom(state: seed)
        let cluster = try AggregateCluster(select: Self.calls.map(\.text), of: input)
        var seen: [Cell: [[Cell]]] = [:]
        for round in 0..<12 {
            try cluster.restore(parallelism: [1, 2, 5][(round + Int(seed)) % 3])
            let rows = (0..<Int.random(in: 1...60, using: &random)).map { _ in row(&random) }
            let selected = rows.indices.filter { _ in Int.random(in: 0..<5, using: &random) > 0 }
            let expected = selected.map { index in
                seen[rows[index][0], default: []].append(rows[index])
                let all = seen[rows[index][0]] ?? []
                return [rows[index][0]] + Self.calls.map { $0.naive(all) }
            }
            #expect(try cluster.process(batch(input, rows, selected: selected)) == expected)
        }
    }

    /// Welford's sums against two passes over the values.
    @Test(arguments: 0..<12 as Range<UInt64>)
    func variancesAgreeWithTwoPassesOverTheValues(seed: UInt64) throws {
        var random = AggregateRandom(state: seed)
        let cluster = try AggregateCluster(
            select: [
                "VAR_POP(d)", "VAR_SAMP(d)", "STDDEV_POP(n)", "STDDEV_SAMP(m)",
                "VAR_POP(DISTINCT n)", "STDDEV_SAMP(DISTINCT m)",
            ], of: input)
        var seen: [Cell: [[Cell]]] = [:]
        for round in 0..<6 {
            try cluster.restore(parallelism: [1, 2, 5][(round + Int(seed)) % 3])
            let rows = (0..<40).map { _ in row(&random) }
            let actual = try cluster.process(batch(input, rows))
            for (row, cells) in zip(rows, actual) {
                seen[row[0], default: []].append(row)
                let all = seen[row[0]] ?? []
                expectClose(cells[1], variance(all, 2, less: 0))
                expectClose(cells[2], variance(all, 2, less: 1))
                expectClose(cells[3], variance(all, 1, less: 0)?.squareRoot())
                expectClose(cells[4], variance(all, 3, less: 1)?.squareRoot())
                expectClose(cells[5], variance(distinct(all, 1), 1, less: 0))
                expectClose(cells[6], variance(distinct(all, 3), 3, less: 1)?.squareRoot())
            }
        }
    }

    @Test func anArrayOfMoreThanAMebibyteIsAnErrorOfItsRecord() throws {
        let fixture = try AggregateFixture(select: ["ARRAY_AGG(s)"], of: input, policy: .drop)
        func row(_ text: String) -> [Cell] {
            [.text("a"), .null, .null, .null, .text(text), .null, .null]
        }
        let long = String(repeating: "x", count: 500_000)
        let rows = try fixture.process(batch(input, [row(long), row(long), row(long), row("y")]))
        #expect(rows.count == 3)
        #expect(fixture.dropped == 1)
        #expect(rows.last?[1] == .text("[\"\(long)\",\"\(long)\",\"y\"]"))
    }

    @Test func arraysOfOneTypeAreNotTakenForArraysOfAnother() throws {
        let texts = try AggregateFixture.definition(keys: ["k"], select: ["ARRAY_AGG(s)"], input)
        let numbers = try AggregateFixture.definition(keys: ["k"], select: ["ARRAY_AGG(n)"], input)
        #expect(texts.stateDescriptor.schema == Array("key STRING; ARRAY_AGG(STRING)".utf8))
        #expect(numbers.stateDescriptor.schema == Array("key STRING; ARRAY_AGG(BIGINT)".utf8))
    }

    /// The rows that have a value of a column for the first time.
    private func distinct(_ rows: [[Cell]], _ column: Int) -> [[Cell]] {
        rows.enumerated().filter { index, row in
            !rows[..<index].contains { $0[column] == row[column] }
        }.map(\.element)
    }

    private func expectClose(_ cell: Cell, _ expected: Double?) {
        guard let expected else {
            #expect(cell == .null)
            return
        }
        guard case .double(let value) = cell else {
            Issue.record("\(cell) is no DOUBLE, \(expected) is expected")
            return
        }
        #expect(abs(value - expected) <= 1e-9 * max(1, expected))
    }

    private func variance(_ rows: [[Cell]], _ column: Int, less: Int) -> Double? {
        let values = Self.present(rows, column).map { cell -> Double in
            switch cell {
            case .integer(let value): Double(value)
            case .double(let value): value
            case .decimal(let value): Double(value) / 1000
            default: .nan
            }
        }
        guard values.count > less else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        return values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count - less)
    }

    private func row(_ random: inout AggregateRandom) -> [Cell] {
        func orNull(_ cell: Cell) -> Cell {
            Int.random(in: 0..<4, using: &random) == 0 ? .null : cell
        }
        let text = String(repeating: "ö", count: Int.random(in: 0...3, using: &random))
        let key = Cell.text("key-\(Int.random(in: 0..<12, using: &random))")
        let number = Cell.integer(Int64.random(in: -9...9, using: &random))
        let double = Cell.double(1e6 + Double(Int.random(in: -100...100, using: &random)) / 4)
        let decimal = Cell.decimal(Int128(Int.random(in: -50...50, using: &random)))
        let flag = Cell.boolean(Bool.random(using: &random))
        let time = Cell.integer(Int64.random(in: 0...1 << 40, using: &random))
        return [
            orNull(key), orNull(number), orNull(double), orNull(decimal), orNull(.text(text)),
            orNull(flag), orNull(time),
        ]
    }
}

// MARK: The naive functions

extension AggregateFunctionTwinTests {
    private static func isTrue(_ row: [Cell]) -> Bool { row[5] == .boolean(true) }
    private static func present(_ rows: [[Cell]], _ column: Int) -> [Cell] {
        rows.map { $0[column] }.filter { $0 != .null }
    }
    /// Each value once, where it comes first.
    private static func firsts(_ cells: [Cell]) -> [Cell] {
        cells.enumerated().filter { !cells[..<$0.offset].contains($0.element) }.map(\.element)
    }
    private static func decimal(_ cells: [Cell], _ make: ([Int128]) -> Int128) -> Cell {
        let values = cells.compactMap { if case .decimal(let value) = $0 { value } else { nil } }
        return values.isEmpty ? .null : .decimal(make(values))
    }
    /// Half up, away from zero: the integer next to (2 |sum| factor + count) / 2 count below.
    private static func mean(_ values: [Int128], factor: Int128) -> Int128 {
        let (sum, count) = (values.reduce(0, +), Int128(values.count))
        let magnitude = (2 * abs(sum) * factor + count) / (2 * count)
        return sum < 0 ? -magnitude : magnitude
    }
    private static func sum(_ cells: [Cell]) -> Cell {
        let values = cells.compactMap { if case .integer(let value) = $0 { value } else { nil } }
        return values.isEmpty ? .null : .integer(values.reduce(0, +))
    }
    /// As ARRAY_AGG writes BIGINT, BOOLEAN, STRING and DECIMAL(12, 3).
    private static func array(_ cells: [Cell]) -> Cell {
        let texts = cells.map { cell in
            switch cell {
            case .null: return "null"
            case .text(let text): return "\"\(text)\""
            case .decimal(let value):
                let digits = "\(value.magnitude)"
                let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
                return (value < 0 ? "-" : "") + padded.dropLast(3) + "." + padded.suffix(3)
            default: return "\(cell)"
            }
        }
        return cells.isEmpty ? .null : .text("[\(texts.joined(separator: ","))]")
    }
    private static func list(_ cells: [Cell]) -> Cell {
        let texts = cells.compactMap { if case .text(let text) = $0 { text } else { nil } }
        return texts.isEmpty ? .null : .text(texts.joined(separator: "|"))
    }
}
