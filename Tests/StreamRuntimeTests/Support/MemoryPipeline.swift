import StreamAPI
import StreamCore
import Synchronization

@testable import StreamRuntime

/// One row as a sink saw it: which key, and how often that key had been counted.
struct SeenRow: Hashable { let key: Int64, count: Int64 }

/// What the test and the pipeline's subtasks share.
final class PipelineControl: Sendable {
    /// Sources end when this is set.
    let inputEnds = Atomic<Bool>(false)
    /// Rows that all sinks have written.
    let written = Mutex<[SeenRow]>([])
    /// Rows written when a sink subtask passed a barrier, summed over the subtasks.
    let writtenAtBarrier = Mutex<[CheckpointID: Int]>([:])
    /// Sinks wait in `write` while this is set, as for a transaction.
    let sinksAreBlocked = Atomic<Bool>(false)
    let closedCount = Atomic<Int>(0)
    var closed: Int { closedCount.load(ordering: .relaxed) }
    let completed = Mutex<Set<CheckpointID>>([])
    /// Source rows after which each source throws; 0: never.
    let failAfter = Atomic<Int>(0)

    func rows() -> [SeenRow] { written.withLock { $0 } }
}

struct PlannedFailure: Error, Equatable { let message: String }

/// Makes rows with keys from a seeded generator, as fast as they are taken.
final class MemoryReader: SourceReader {
    private let control: PipelineControl
    private var random: SplitMix64
    private var position: Int64

    init(_ control: PipelineControl, seed: UInt64, position: Int64 = 0) {
        self.control = control
        random = SplitMix64(seed: seed)
        self.position = position
    }

    func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus {
        if control.inputEnds.load(ordering: .relaxed) { return .ended }
        let limit = control.failAfter.load(ordering: .relaxed)
        if limit > 0 && position >= limit { throw PlannedFailure(message: "source") }
        let count = Int.random(in: 1...20, using: &random)
        for row in 0..<count {
            batch.keys[row] = .absent
            batch.values[row] = .absent
            batch.partitions[row] = 0
            batch.offsets[row] = position + Int64(row)
            batch.timestamps[row] = Int64.random(in: 0..<100, using: &random)
        }
        batch.rowCount = count
        position += Int64(count)
        return .records
    }

    func snapshot() -> [[UInt8]] { [encode(position)] }
    func openSplits() -> [SplitKey] { [] }
    var wakeUp: @Sendable () -> Void { {} }
    func close() { control.closedCount.wrappingAdd(1, ordering: .relaxed) }
}

/// A reader that has nothing and waits until it is woken.
final class IdleReader: SourceReader {
    private let bell = Doorbell()
    private let isWoken = WakeFlag()
    final class WakeFlag: Sendable { let value = Atomic<Bool>(false) }

    func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus {
        bell.wait { isWoken.value.load(ordering: .acquiring) }
        isWoken.value.store(false, ordering: .releasing)
        return .idle
    }
    func snapshot() -> [[UInt8]] { [encode(7)] }
    func openSplits() -> [SplitKey] { [] }
    var wakeUp: @Sendable () -> Void {
        { [bell, isWoken] in
            isWoken.value.store(true, ordering: .releasing)
            bell.ring()
        }
    }
    func close() {}
}

/// The key of a row is its timestamp.
final class MemoryDecoder: BatchDecoder {
    static let schema = RowSchema([Field(name: "key", type: .bigint)])
    private let batch = RecordBatch(schema: schema, rowCapacity: 2048)

    func decode(_ raw: RawRecordBatch) throws -> RecordBatch {
        batch.origin = raw
        batch.rowCount = raw.rowCount
        batch.columns[0].integers.update(from: raw.timestamps, count: raw.rowCount)
        batch.selection.selectAll(raw.rowCount)
        return batch
    }
}

/// The key group of a row is its key modulo the number of groups.
final class MemoryPartitioner: Partitioner {
    func assignKeyGroups(
        of batch: RecordBatch, into keyGroups: UnsafeMutablePointer<UInt16>
    ) throws {
        for index in 0..<batch.selection.count {
            let key = batch.columns[0].integers[Int(batch.selection.rows[index])]
            keyGroups[index] = UInt16(key % 128)
        }
    }
}

/// Replaces the key by key · 2^32 + how often it has come; its state is those counts.
final class MemoryCounter: StreamOperator {
    private let control: PipelineControl
    private var counts: [Int64: Int64] = [:]
    private let keyed: Bool

    init(_ control: PipelineControl, keyed: Bool = false) {
        self.control = control
        self.keyed = keyed
    }

    func open(_ context: OperatorContext, restored: RestoredState?) throws {
        for item in restored?.items ?? [] {
            var reader = ByteReader(item)
            counts[-1, default: 0] += try reader.read(Int64.self)
        }
    }

    func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        let keys = batch.columns[0].integers
        for index in 0..<batch.selection.count {
            let row = Int(batch.selection.rows[index])
            counts[keys[row], default: 0] += 1
            keys[row] = keys[row] << 32 | counts[keys[row], default: 0]
        }
        try output.emit(batch)
    }

    func snapshot(_ barrier: CheckpointBarrier) throws -> OperatorSnapshot {
        let total = counts.values.reduce(0, +)
        return OperatorSnapshot(
            items: [encode(total)], keyed: keyed ? MemorySnapshot(total: total) : nil)
    }

    func notifyCheckpointComplete(_ checkpoint: CheckpointID) throws {
        _ = control.completed.withLock { $0.insert(checkpoint) }
    }

    func close() { control.closedCount.wrappingAdd(1, ordering: .relaxed) }
}

final class MemorySnapshot: KeyedStateSnapshot {
    let keyGroups = KeyGroupRange(lower: 0, upper: 1)
    let stateSchema: [UInt8] = [1]
    let total: Int64
    private let releaseCount = Atomic<Int>(0)
    var releases: Int { releaseCount.load(ordering: .relaxed) }
    init(total: Int64) { self.total = total }
    func write(keyGroup: Int, into writer: inout ByteWriter) throws { writer.append(total) }
    func release() { releaseCount.wrappingAdd(1, ordering: .relaxed) }
}

final class MemorySink: SinkWriter {
    private let control: PipelineControl
    private var rowCount = 0
    private let isCancelled = CancelFlag()
    final class CancelFlag: Sendable {
        let bell = Doorbell()
        let value = Atomic<Bool>(false)
    }

    init(_ control: PipelineControl) { self.control = control }

    func write(_ batch: RecordBatch) throws {
        let (flag, blocked) = (isCancelled, control)
        if blocked.sinksAreBlocked.load(ordering: .acquiring) {
            flag.bell.wait { flag.value.load(ordering: .acquiring) }
            throw PlannedFailure(message: "cancelled while waiting")
        }
        let keys = batch.columns[0].integers
        control.written.withLock { written in
            for index in 0..<batch.selection.count {
                let key = keys[Int(batch.selection.rows[index])]
                written.append(SeenRow(key: key >> 32, count: key & 0xFFFF_FFFF))
            }
        }
        rowCount += batch.selection.count
    }

    func barrier(_ barrier: CheckpointBarrier) throws {
        control.writtenAtBarrier.withLock { $0[barrier.id, default: 0] += rowCount }
    }

    var cancel: @Sendable () -> Void {
        { [isCancelled] in
            isCancelled.value.store(true, ordering: .releasing)
            isCancelled.bell.ring()
        }
    }

    func close() { control.closedCount.wrappingAdd(1, ordering: .relaxed) }
}

/// Keeps what it is given; fails when told to.
final class MemoryStateWriter: KeyedStateWriter {
    let failure: PlannedFailure?
    let totals = Mutex<[Int64]>([])
    init(failure: PlannedFailure? = nil) { self.failure = failure }

    func writeKeyedState(
        _ snapshot: any KeyedStateSnapshot, checkpoint: CheckpointID, operatorID: OperatorID,
        subtaskIndex: Int
    ) throws -> KeyedStateHandle {
        defer { snapshot.release() }
        if let failure { throw failure }
        var bytes = ByteWriter()
        for group in snapshot.keyGroups.lower..<snapshot.keyGroups.upper {
            try snapshot.write(keyGroup: group, into: &bytes)
        }
        return KeyedStateHandle(
            fileName: "\(operatorID.rawValue)-\(subtaskIndex)", fileByteCount: Int64(bytes.count),
            stateSchema: snapshot.stateSchema, slices: [])
    }
}

func encode(_ value: Int64) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(value)
    return writer.bytes
}

func decode(_ bytes: [UInt8]) -> Int64 {
    var reader = ByteReader(bytes)
    return (try? reader.read(Int64.self)) ?? -1
}

extension StreamGraph {
    /// Sources `s0`, `s1`, ... united, counted by key, written: `s* -> counts -> out`.
    static func counting(
        _ control: PipelineControl, parallelism: Int, sourceCount: Int = 1, seed: UInt64 = 1,
        keyed: Bool = false
    ) -> StreamGraph {
        var graph = StreamGraph(maxParallelism: 128)
        let sources = (0..<sourceCount).map { OperatorID(rawValue: "s\($0)") }
        for (number, id) in sources.enumerated() {
            graph.add(
                StreamNode(
                    id: id,
                    role: .source(
                        reader: { context in
                            let own = UInt64(number * 100 + context.subtaskIndex)
                            return MemoryReader(control, seed: seed &* 1000 &+ own)
                        },
                        decoder: { _, _ in MemoryDecoder() }),
                    parallelism: parallelism))
        }
        graph.add(
            StreamNode(
                id: OperatorID(rawValue: "counts"),
                role: .transformation { _, _ in MemoryCounter(control, keyed: keyed) },
                inputs: sources.map { StreamEdge(from: $0, .keyed { MemoryPartitioner() }) },
                parallelism: parallelism))
        graph.add(
            StreamNode(
                id: OperatorID(rawValue: "out"), role: .sink { _, _ in MemorySink(control) },
                inputs: [StreamEdge(from: OperatorID(rawValue: "counts"))],
                parallelism: parallelism))
        return graph
    }
}

extension CheckpointBarrier {
    static func number(_ sequence: UInt32, _ kind: CheckpointKind = .checkpoint)
        -> CheckpointBarrier
    {
        CheckpointBarrier(
            id: CheckpointID(attempt: Attempt(rawValue: 1), sequence: sequence), kind: kind)
    }
}
