import Expression
import StateBackends
import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import Operators

/// Several subtasks of a `deduplicate` by `k`.
private final class DeduplicateCluster {
    private static let groupCount = 16
    let ttl: Int64
    let output = WindowOutput()
    let counters = RecordCounters()
    private(set) var subtasks: [DeduplicateOperator] = []
    private var watermark = Watermark.min

    private let keyText: String
    private let policy: ErrorPolicy

    init(ttl: Int64, key: String = "k", policy: ErrorPolicy = .fail) throws {
        self.ttl = ttl
        keyText = key
        self.policy = policy
        try open(1, nil)
    }

    private func key() throws -> TypedExpression {
        try ExpressionChecker.check(ExpressionParser.parse(keyText), in: SchemaScope(windowInput))
    }

    private func open(_ parallelism: Int, _ restored: RestoredState?) throws {
        subtasks = try (0..<parallelism).map { subtask in
            let made = DeduplicateOperator(
                keys: [try key()], ttlMilliseconds: ttl, maxParallelism: Self.groupCount,
                errorPolicy: policy, backend: HeapStateBackend(), counters: counters)
            let context = OperatorContext(
                operatorID: OperatorID(rawValue: "once"), subtaskIndex: subtask,
                parallelism: parallelism, maxParallelism: Self.groupCount)
            try made.open(context, restored: restored)
            if watermark > .min { try made.processWatermark(watermark, into: output) }
            return made
        }
    }

    func process(_ rows: [TimedRow]) throws {
        let input = timedBatch(rows)
        let selector = KeySelector([try key()], maxParallelism: Self.groupCount)
        let groups = UnsafeMutablePointer<UInt16>.allocate(capacity: max(1, rows.count))
        defer { groups.deallocate() }
        selector.assignKeyGroups(of: input, into: groups)
        for (subtask, instance) in subtasks.enumerated() {
            let part = rows.indices.filter {
                KeyGroup.subtask(
                    ofGroup: Int(groups[$0]), groupCount: Self.groupCount,
                    parallelism: subtasks.count) == subtask
            }.map { Int32($0) }
            guard !part.isEmpty else { continue }
            try instance.process(
                part.withUnsafeBufferPointer { input.copy(rows: $0) }, into: output)
        }
    }

    func advance(to time: Int64) throws {
        watermark = max(watermark, Watermark(rawValue: time))
        for instance in subtasks { try instance.processWatermark(watermark, into: output) }
    }

    func restore(parallelism: Int) throws {
        let (schema, groups) = try keyedSnapshot(of: subtasks)
        try open(
            parallelism,
            RestoredState(
                items: [], stateSchema: schema, watermark: watermark > .min ? watermark : nil
            ) { groups[$0] })
    }

    /// Times and numbers of the rows that came out since the last call.
    func take() -> [[Int64]] {
        output.take().map { row in
            guard case .integer(let number) = row.cells[1] else { return [row.time] }
            return [row.time, number]
        }
    }
}

@Suite struct DeduplicateOperatorTests {
    @Test func theFirstRowOfAKeyPassesAsItIs() throws {
        let cluster = try DeduplicateCluster(ttl: 100)
        try cluster.process([
            TimedRow(5, "a", 1), TimedRow(6, "b", 2), TimedRow(5, "a", 3), TimedRow(7, nil, 4),
            TimedRow(8, nil, 5), TimedRow(9, "", 6),
        ])
        #expect(cluster.take() == [[5, 1], [6, 2], [7, 4], [9, 6]])
    }

    @Test func aRowIsTheFirstAgainFromTheTTLOn() throws {
        let cluster = try DeduplicateCluster(ttl: 10)
        try cluster.process([
            TimedRow(0, "a", 1), TimedRow(9, "a", 2), TimedRow(10, "a", 3), TimedRow(19, "a", 4),
            TimedRow(20, "a", 5), TimedRow(3, "a", 6),
        ])
        #expect(cluster.take() == [[0, 1], [10, 3], [20, 5]])
    }

    @Test func aRowIsLateFromTheMillisecondThatItsTTLHasPassed() throws {
        let cluster = try DeduplicateCluster(ttl: 10)
        try cluster.advance(to: 30)
        try cluster.process([TimedRow(20, "a", 1), TimedRow(21, "b", 2)])
        #expect(cluster.take() == [[21, 2]])
        #expect(cluster.output.late == [TimedRow(20, "a", 1)])
        cluster.output.isLateConsumed = false
        try cluster.process([TimedRow(20, "a", 1)])
        #expect(cluster.counters.lateDropped.load(ordering: .relaxed) == 1)
        #expect(cluster.take().isEmpty)
    }

    @Test func aKeyWithoutAValueGoesToTheErrorsAndLateRowsGoTheirWay() throws {
        let cluster = try DeduplicateCluster(
            ttl: 10, key: "10 / n", policy: .sideOutput)
        try cluster.advance(to: 30)
        try cluster.process([
            TimedRow(25, "a", 0), TimedRow(20, "b", 0), TimedRow(26, "c", 1), TimedRow(27, "d", 0),
        ])
        #expect(cluster.take() == [[26, 1]])
        #expect(cluster.output.late == [TimedRow(20, "b", 0)])
        #expect(
            cluster.output.errors == ["E2101 once events[1]@1000", "E2101 once events[1]@1003"])
        #expect(cluster.counters.dropped.load(ordering: .relaxed) == 0)
    }

    @Test func everyKeyThatIsTooLongIsAnErrorOfItsOwn() throws {
        let cluster = try DeduplicateCluster(ttl: 10, key: "s", policy: .sideOutput)
        func text(_ count: Int) -> String { String(repeating: "x", count: count) }
        try cluster.process([
            TimedRow(1, "a", 0, text(2_000_000)), TimedRow(2, "b", 1, "y"),
            TimedRow(3, "c", 2, text(3_000_000)),
        ])
        #expect(cluster.take() == [[2, 1]])
        #expect(
            cluster.output.errors == ["E2105 once events[1]@1000", "E2105 once events[1]@1002"])
        #expect(cluster.output.errorMessages[1].contains("3000001 bytes"))
    }

    @Test func expiredKeysLeaveTheState() throws {
        let cluster = try DeduplicateCluster(ttl: 10)
        try cluster.process((0..<100).map { TimedRow(0, "key-\($0)") })
        let instance = cluster.subtasks[0]
        for time in 0..<16 as Range<Int64> { try cluster.advance(to: 4 + time) }
        #expect(instance.stateSize.keyCount == 100)
        for time in 0..<16 as Range<Int64> { try cluster.advance(to: 20 + time) }
        #expect(instance.stateSize.keyCount == 0)
    }

    @Test(arguments: [Int64.min, -1, 0, Int64.max])
    func noTimestampTraps(time: Int64) throws {
        let cluster = try DeduplicateCluster(ttl: .max)
        try cluster.process([TimedRow(time, "a"), TimedRow(time, "a")])
        try cluster.advance(to: .max)
        try cluster.process([TimedRow(time, "a")])
        #expect(cluster.take().count <= 1)
    }

    /// Against a twin that never forgets a key, with restores at other parallelisms in between.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func whatPassesIsWhatATwinWithoutAnyRemovalPasses(seed: UInt64) throws {
        var random = AggregateRandom(state: seed)
        let cluster = try DeduplicateCluster(ttl: 10)
        var firsts: [Cell: Int64] = [:]
        var late: [TimedRow] = []
        var now: Int64 = 0
        var watermark = Int64.min
        for round in 0..<60 {
            try cluster.restore(parallelism: [1, 2, 5][(round + Int(seed)) % 3])
            let rows = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                TimedRow(
                    now + Int64.random(in: -20...10, using: &random),
                    "key-\(Int.random(in: 0..<8, using: &random))",
                    Int64.random(in: 0..<1000, using: &random))
            }
            let expected = rows.filter { row in
                guard row.time + 10 > watermark else {
                    late.append(row)
                    return false
                }
                if let first = firsts[row.cells[0]], row.time < first + 10 { return false }
                firsts[row.cells[0]] = row.time
                return true
            }
            try cluster.process(rows)
            let actual = cluster.take()
            let wanted = expected.map { row -> [Int64] in
                if case .integer(let number) = row.cells[1] { [row.time, number] } else { [] }
            }
            #expect(
                actual.sorted { $0.lexicographicallyPrecedes($1) }
                    == wanted.sorted { $0.lexicographicallyPrecedes($1) })
            now += Int64.random(in: 0...6, using: &random)
            watermark = max(watermark, now - 8)
            try cluster.advance(to: now - 8)
        }
        #expect(
            cluster.output.late.map { "\($0)" }.sorted() == late.map { "\($0)" }.sorted(),
            "seed \(seed)")
    }
}
