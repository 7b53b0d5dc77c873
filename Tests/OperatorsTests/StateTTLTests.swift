import StreamAPI
import StreamCore
import Testing

@testable import Operators

/// `state_ttl` of a running aggregate.
@Suite struct StateTTLTests {
    private static let select = [
        "COUNT(*)", "SUM(n)", "COUNT(DISTINCT n)", "LISTAGG(s)", "FIRST_VALUE(n)",
    ]

    private func cluster(_ ttl: Int64, _ select: [String] = ["COUNT(*)", "SUM(n)"]) throws
        -> WindowCluster
    {
        try WindowCluster(nil, stateTTL: ttl, select: select)
    }

    @Test func aKeyBeginsAnewExactlyTheTTLAfterItsLatestRow() throws {
        let cluster = try cluster(10)
        let rows = try cluster.step([
            TimedRow(0, "a", 1), TimedRow(9, "a", 2), TimedRow(18, "a", 3), TimedRow(28, "a", 4),
            TimedRow(37, "a", 5), TimedRow(0, nil, 6),
        ])
        #expect(
            rows == [
                out(0, "a", .integer(1), .integer(1)), out(9, "a", .integer(2), .integer(3)),
                out(18, "a", .integer(3), .integer(6)), out(28, "a", .integer(1), .integer(4)),
                out(37, "a", .integer(2), .integer(9)), out(0, nil, .integer(1), .integer(6)),
            ])
    }

    @Test func aRowOutOfOrderDoesNotMakeItsKeyOlder() throws {
        let cluster = try cluster(10)
        let rows = try cluster.step([
            TimedRow(20, "a"), TimedRow(12, "a"), TimedRow(29, "a"), TimedRow(39, "a"),
        ])
        #expect(rows.map { $0.cells[1] } == [1, 2, 3, 1].map { .integer($0) })
    }

    @Test func everyKindOfStateBeginsAnew() throws {
        let cluster = try cluster(10, Self.select)
        let rows = try cluster.step([
            TimedRow(0, "a", 5, "x"), TimedRow(1, "a", 5, "y"), TimedRow(11, "a", 7, "z"),
            TimedRow(12, "a", 5, "z"), TimedRow(30, "a", 1, nil),
        ])
        #expect(
            rows[2] == out(11, "a", .integer(1), .integer(7), .integer(1), .text("z"), .integer(7)))
        #expect(
            rows[3]
                == out(12, "a", .integer(2), .integer(12), .integer(2), .text("z,z"), .integer(7)))
        #expect(rows[4] == out(30, "a", .integer(1), .integer(1), .integer(1), .null, .integer(1)))
    }

    @Test func aRowIsLateFromTheMillisecondThatItsTTLHasPassed() throws {
        let cluster = try cluster(10)
        try cluster.advance(to: 30)
        #expect(try cluster.step([TimedRow(20, "a"), TimedRow(21, "b")]).count == 1)
        #expect(cluster.output.late == [TimedRow(20, "a")])
        cluster.output.isLateConsumed = false
        _ = try cluster.step([TimedRow(20, "a")])
        #expect(cluster.lateDropped == 1)
    }

    @Test func expiredKeysLeaveTheStateGroupByGroup() throws {
        let cluster = try cluster(10)
        _ = try cluster.step((0..<100).map { TimedRow(0, "key-\($0)") })
        let aggregate = try #require(cluster.subtasks[0] as? AggregateOperator)
        for time in 4..<20 as Range<Int64> { try cluster.advance(to: time) }
        #expect(aggregate.stateSize.keyCount == 100)
        try cluster.advance(to: 20)
        #expect((1..<100).contains(aggregate.stateSize.keyCount))
        for time in 21..<36 as Range<Int64> { try cluster.advance(to: time) }
        #expect(aggregate.stateSize.keyCount == 0)
    }

    @Test func aRecordThatFailsStillShowsThatItsKeyIsInUse() throws {
        let cluster = try WindowCluster(nil, stateTTL: 10, select: ["SUM(n)"], policy: .drop)
        let rows = try cluster.step([
            TimedRow(0, "a", .max), TimedRow(9, "a", 1), TimedRow(18, "a", 0),
        ])
        #expect(rows == [out(0, "a", .integer(.max)), out(18, "a", .integer(.max))])
        #expect(cluster.dropped == 1)
    }

    @Test func stateWithoutATTLIsNotTakenForStateWithOne() throws {
        let plain = try WindowCluster(nil)
        _ = try plain.step([TimedRow(0, "a")])
        let cluster = try cluster(10)
        #expect(throws: KeyedStateError.self) { try cluster.take(over: plain) }
        let longer = try self.cluster(20)
        try longer.take(over: self.cluster(10))
    }

    @Test(arguments: [Int64.min, -1, 0, Int64.max])
    func noTimestampTraps(time: Int64) throws {
        let cluster = try cluster(.max)
        #expect(try cluster.step([TimedRow(time, "a"), TimedRow(time, "a")]).count <= 2)
        try cluster.advance(to: .max)
        _ = try cluster.step([TimedRow(time, "a")])
    }

    /// Against a twin that never forgets a key, with restores at other parallelisms in between.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func whatComesOutIsWhatATwinWithoutAnyRemovalGives(seed: UInt64) throws {
        var random = AggregateRandom(state: seed)
        let cluster = try cluster(10, Self.select)
        var twin = TTLTwin(ttl: 10)
        var now: Int64 = 0
        for round in 0..<60 {
            try cluster.restore(parallelism: [1, 2, 5][(round + Int(seed)) % 3])
            let rows = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                TimedRow(
                    now + Int64.random(in: -20...10, using: &random),
                    "key-\(Int.random(in: 0..<8, using: &random))",
                    Int64.random(in: 0..<5, using: &random),
                    Bool.random(using: &random) ? "\(Int.random(in: 0..<9, using: &random))" : nil)
            }
            let selected = rows.indices.filter { _ in Int.random(in: 0..<5, using: &random) > 0 }
            let expected = selected.compactMap { twin.add(rows[$0]) }
            try cluster.process(rows, selected: selected)
            let actual = cluster.output.take()
            #expect(actual.map(\.description).sorted() == expected.map(\.description).sorted())
            now += Int64.random(in: 0...6, using: &random)
            twin.watermark = max(twin.watermark, now - 8)
            try cluster.advance(to: now - 8)
        }
    }
}

/// Keeps every key's rows, and computes the aggregates of ``StateTTLTests`` of all of them.
private struct TTLTwin {
    let ttl: Int64
    var watermark = Int64.min
    private var keys: [Cell: [TimedRow]] = [:]

    init(ttl: Int64) { self.ttl = ttl }

    mutating func add(_ row: TimedRow) -> WindowOutput.TimedRowOut? {
        guard row.time + ttl > watermark else { return nil }
        var rows = keys[row.cells[0]] ?? []
        if let last = rows.map(\.time).max(), row.time >= last + ttl { rows = [] }
        rows.append(row)
        keys[row.cells[0]] = rows
        let numbers = rows.compactMap { row -> Int64? in
            if case .integer(let number) = row.cells[1] { number } else { nil }
        }
        let texts = rows.compactMap { row -> String? in
            if case .text(let text) = row.cells[2] { text } else { nil }
        }
        return WindowOutput.TimedRowOut(
            time: row.time,
            cells: [
                row.cells[0], .integer(Int64(rows.count)), .integer(numbers.reduce(0, +)),
                .integer(Int64(Set(numbers).count)),
                texts.isEmpty ? .null : .text(texts.joined(separator: ",")), .integer(numbers[0]),
            ])
    }
}
