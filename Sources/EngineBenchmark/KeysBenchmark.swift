import Expression
import Glibc
import Operators
import StateBackends
import StreamAPI
import StreamCore

/// What a key of a keyed count costs in memory, and what the longest batch is while the tables grow:
/// `COUNT(*)` of one record for each of so many users, then another one each, in no order.
struct KeysBenchmark {
    let keyCount: Int

    func run() throws {
        let input = KeysInput(keyCount: keyCount)
        let aggregate = try counting()
        let output = DroppedOutput()
        let before = try ResidentMemory.now()
        let inserted = try time(input, aggregate, output)
        let after = try ResidentMemory.now()
        let state = aggregate.stateSize
        let updated = try time(input, aggregate, output)
        let snapshot = try SnapshotTimes.measure(aggregate.snapshot)
        let copying = try timeWhileRead(input, aggregate, output)
        precondition(state.keyCount == keyCount && output.rowCount == 3 * input.rowCount)
        print(
            "keys: \(keyCount) keys, "
                + "\(perKey(after.byteCount - before.byteCount)) bytes of resident memory a key, "
                + "\(perKey(state.byteCount)) of them counted by the state, "
                + "\(perKey(after.peakByteCount - before.byteCount)) at the peak; "
                + "insert \(inserted.perRecord(input.rowCount)) ns, longest batch "
                + "\(inserted.longest / 1000) us; update \(updated.perRecord(input.rowCount)) ns; \(snapshot); "
                + "update while a snapshot is read \(copying.perRecord(input.rowCount)) ns, "
                + "longest batch \(copying.longest / 1000) us")
    }

    /// A round in which every page of rows is copied, as a snapshot still reads the former one.
    private func timeWhileRead(
        _ input: KeysInput, _ aggregate: AggregateOperator, _ output: DroppedOutput
    ) throws -> Times {
        let snapshot = try aggregate.snapshot(SnapshotTimes.barrier)
        defer { snapshot.keyed?.release() }
        return try time(input, aggregate, output)
    }

    private func perKey(_ byteCount: Int) -> String {
        let tenths = byteCount * 10 / keyCount
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// CPU time of this thread in nanoseconds: others may use the machine meanwhile.
    private struct Times {
        var total = 0
        var longest = 0
        func perRecord(_ count: Int) -> Int { total / count }
    }

    /// One round over all keys. The clock stands still while a batch of input is made.
    private func time(
        _ input: KeysInput, _ aggregate: AggregateOperator, _ output: DroppedOutput
    ) throws -> Times {
        let chain = BenchmarkChain([], output)
        var times = Times()
        for number in 0..<input.batchCount {
            let batch = input.batch(number)
            let started = threadNanoseconds()
            try aggregate.process(batch, into: chain)
            let elapsed = threadNanoseconds() - started
            times.total += elapsed
            times.longest = max(times.longest, elapsed)
        }
        return times
    }

    private func counting() throws -> AggregateOperator {
        let scope = SchemaScope(KeysInput.schema)
        let key = AggregateDefinition.Key(
            name: "user",
            expression: try ExpressionChecker.check(ExpressionParser.parse("user"), in: scope))
        let call = try ExpressionChecker.checkAggregate(
            ExpressionParser.parse("COUNT(*)"), in: scope, keys: [KeysInput.schema.fields[0]])
        let made = AggregateOperator(
            AggregateDefinition(keys: [key], items: [.init(name: "total", aggregate: call)]),
            maxParallelism: 128, errorPolicy: .fail, backend: HeapStateBackend(),
            counters: RecordCounters())
        let context = OperatorContext(
            operatorID: OperatorID(rawValue: "counts"), subtaskIndex: 0, parallelism: 1,
            maxParallelism: 128)
        try made.open(context, restored: nil)
        return made
    }
}

/// Batches of one STRING column: `user-N` with N from 0 on, each once, in no order.
private final class KeysInput {
    static let schema = RowSchema([Field(name: "user", type: .string, isNullable: false)])
    /// A prime that divides no number of keys in use: multiples of it visit every number below.
    private static let stride = 7_368_787
    private static let prefix = Array("user-".utf8)
    private static let keyByteCountMax = 32

    let keyCount: Int
    private let rows = RecordBatch.rowCapacityDefault
    private let made: RecordBatch
    private let bytes: UnsafeMutablePointer<UInt8>

    init(keyCount: Int) {
        precondition(keyCount % KeysInput.stride != 0)
        self.keyCount = keyCount
        made = RecordBatch(schema: KeysInput.schema, rowCapacity: rows)
        bytes = .allocate(capacity: rows * KeysInput.keyByteCountMax)
    }

    deinit { bytes.deallocate() }

    var batchCount: Int { (keyCount + rows - 1) / rows }
    var rowCount: Int { keyCount }

    /// Valid until the next call.
    func batch(_ number: Int) -> RecordBatch {
        let first = number * rows
        let count = min(rows, keyCount - first)
        for row in 0..<count {
            let user = (first + row) * KeysInput.stride % keyCount
            made.columns[0].slices[row] = write(user, at: bytes + row * KeysInput.keyByteCountMax)
        }
        made.rowCount = count
        made.origin.rowCount = count
        made.selection.selectAll(count)
        return made
    }

    private func write(_ user: Int, at start: UnsafeMutablePointer<UInt8>) -> ByteSlice {
        var end = start
        for byte in KeysInput.prefix {
            end[0] = byte
            end += 1
        }
        var power = 1
        while user / power >= 10 { power *= 10 }
        while power > 0 {
            end[0] = UInt8(ascii: "0") + UInt8(user / power % 10)
            end += 1
            power /= 10
        }
        return ByteSlice(base: start, count: end - start)
    }
}

private final class DroppedOutput: BatchOutput {
    private(set) var rowCount = 0
    func emit(_ batch: RecordBatch) { rowCount += batch.selection.count }
}

/// Of this process, as the kernel counts it.
struct ResidentMemory {
    struct Unreadable: Error, CustomStringConvertible {
        let description = "/proc/self/status has no VmRSS and VmHWM"
    }
    let byteCount: Int
    let peakByteCount: Int

    static func now() throws -> ResidentMemory {
        guard let file = fopen("/proc/self/status", "r") else { throw Unreadable() }
        defer { fclose(file) }
        var text = [UInt8](repeating: 0, count: 8192)
        let count = fread(&text, 1, text.count, file)
        let lines = String(decoding: text[..<count], as: UTF8.self).split(separator: "\n")
        func kilobytes(_ name: String) throws -> Int {
            let line = lines.first { $0.hasPrefix(name + ":") }
            let number = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
            guard let number else { throw Unreadable() }
            return number
        }
        return ResidentMemory(
            byteCount: try kilobytes("VmRSS") * 1024, peakByteCount: try kilobytes("VmHWM") * 1024)
    }
}
