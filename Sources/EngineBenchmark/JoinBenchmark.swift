import Expression
import Glibc
import Operators
import StreamAPI
import StreamCore

/// What a window join costs a record, and a buffered row in memory: two streams with one row of each
/// key in each window, in no order, joined on `user`.
struct JoinBenchmark {
    let keyCount: Int
    private static let windowCount = 5

    func run() throws {
        let input = JoinBenchmarkInput(keyCount: keyCount)
        let join = try operatorUnderTest()
        let output = CountedPairs()
        let chain = BenchmarkChain([], output)
        let before = try ResidentMemory.now()
        var nanoseconds = 0
        var state = (rowCount: 0, byteCount: 0)
        var residentByteCount = 0
        var snapshot: SnapshotTimes?
        for window in 0..<JoinBenchmark.windowCount {
            for number in 0..<input.batchCount {
                let batch = input.batch(number, time: Int64(window * 10_000))
                for side in 0..<2 {
                    batch.selection.selectAll(batch.rowCount)
                    nanoseconds += try elapsed { try join.process(batch, input: side, into: chain) }
                }
            }
            state = join.stateSize
            residentByteCount = try ResidentMemory.now().byteCount - before.byteCount
            snapshot = try SnapshotTimes.measure(join.snapshot)
            let end = Watermark(rawValue: Int64(window * 10_000 + 9_999))
            nanoseconds += try elapsed { try join.processWatermark(end, into: chain) }
        }
        precondition(output.rowCount == keyCount * JoinBenchmark.windowCount)
        let records = 2 * keyCount * JoinBenchmark.windowCount
        print(
            "join: \(keyCount) keys, \(nanoseconds / records) ns a record; "
                + "\(tenths(state.byteCount, state.rowCount)) bytes of state a buffered row, "
                + "\(tenths(residentByteCount, state.rowCount)) of resident memory; "
                + "\(snapshot.map(String.init(describing:)) ?? "")")
    }

    private func tenths(_ total: Int, _ count: Int) -> String {
        let value = total * 10 / max(1, count)
        return "\(value / 10).\(value % 10)"
    }

    private func elapsed(_ body: () throws -> Void) rethrows -> Int {
        let started = threadNanoseconds()
        try body()
        return threadNanoseconds() - started
    }

    private func operatorUnderTest() throws -> JoinOperator {
        let schema = JoinBenchmarkInput.schema
        let scope = PairScope(
            ["l", "r"].map {
                PairScope.Input(
                    alias: $0, schema: schema, scope: SchemaScope(schema), isOptional: false)
            }, windowFields: [])
        let condition = try ExpressionChecker.checkJoin(
            ExpressionParser.parse("l.user = r.user"), in: scope)
        let outputs = try ["l.user", "l.amount", "r.amount"].map { text in
            (text, try ExpressionChecker.check(ExpressionParser.parse(text), in: scope))
        }
        let join = JoinOperator(
            JoinDefinition(
                kind: .inner, window: .sliding(size: 10_000, slide: 10_000, offset: 0),
                allowedLatenessMilliseconds: 0, emission: .onWindowClose,
                keys: condition.keys.map { .init(left: $0.left, right: $0.right) },
                columns: scope.columns.map {
                    .init(isLeft: $0.input == 0, index: $0.index, field: $0.field)
                }, residual: condition.residual, outputs: outputs),
            maxParallelism: 128, errorPolicy: .fail, counters: RecordCounters())
        let context = OperatorContext(
            operatorID: OperatorID(rawValue: "joined"), subtaskIndex: 0, parallelism: 1,
            maxParallelism: 128)
        try join.open(context, restored: nil)
        return join
    }
}

/// Batches of `user-N` and an amount: every user once, in no order.
private final class JoinBenchmarkInput {
    static let schema = RowSchema([
        Field(name: "user", type: .string, isNullable: false),
        Field(name: "amount", type: .double, isNullable: false),
    ])
    /// A prime that divides no number of keys in use: multiples of it visit every number below.
    private static let stride = 7_368_787

    let keyCount: Int
    private let rows = RecordBatch.rowCapacityDefault
    private let made: RecordBatch
    private let times: Column
    private let arena = ByteArena()

    init(keyCount: Int) {
        precondition(keyCount % JoinBenchmarkInput.stride != 0)
        self.keyCount = keyCount
        made = RecordBatch(schema: JoinBenchmarkInput.schema, rowCapacity: rows)
        times = Column(type: .timestampLTZ, capacity: rows)
        made.eventTimes = times
    }

    var batchCount: Int { (keyCount + rows - 1) / rows }

    /// Valid until the next call; one row a millisecond from `time` on, within 10 s.
    func batch(_ number: Int, time: Int64) -> RecordBatch {
        arena.recycle()
        let first = number * rows
        let count = min(rows, keyCount - first)
        for row in 0..<count {
            let user = (first + row) * JoinBenchmarkInput.stride % keyCount
            let text = Array("user-\(user)".utf8)
            made.columns[0].slices[row] = text.withUnsafeBytes {
                arena.append($0.baseAddress ?? UnsafeRawPointer(times.values), $0.count)
            }
            made.columns[1].doubles[row] = Double(user)
            times.integers[row] = time + Int64((first + row) * 9_999 / keyCount)
        }
        made.rowCount = count
        made.origin.rowCount = count
        return made
    }
}

private final class CountedPairs: BatchOutput {
    private(set) var rowCount = 0
    func emit(_ batch: RecordBatch) { rowCount += batch.selection.count }
}
