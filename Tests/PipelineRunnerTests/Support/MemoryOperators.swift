import StreamAPI
import StreamCore
import Synchronization

/// The key of a row is its timestamp.
final class MemoryDecoder: BatchDecoder {
    private let batch = RecordBatch(
        schema: RowSchema([Field(name: "key", type: .bigint)]), rowCapacity: 2048)

    func decode(_ raw: RawRecordBatch) throws -> RecordBatch {
        batch.origin = raw
        batch.rowCount = raw.rowCount
        batch.columns[0].integers.update(from: raw.timestamps, count: raw.rowCount)
        batch.selection.selectAll(raw.rowCount)
        return batch
    }
}

/// The key group of a row is its key.
final class MemoryPartitioner: Partitioner {
    func assignKeyGroups(
        of batch: RecordBatch, into keyGroups: UnsafeMutablePointer<UInt16>
    ) throws {
        let keys = batch.columns[0].integers
        for index in 0..<batch.selection.count {
            keyGroups[index] = UInt16(keys[Int(batch.selection.rows[index])])
        }
    }
}

/// Replaces each key by key · 2^32 + how often it has come. Keyed state: the counts.
final class MemoryCounter: StreamOperator {
    static let id = OperatorID(rawValue: "counts")
    private let world: World
    private var counts: [Int64: Int64] = [:]
    private var keyGroups = KeyGroupRange(lower: 0, upper: 1)

    init(_ world: World) { self.world = world }

    func open(_ context: OperatorContext, restored: RestoredState?) throws {
        keyGroups = context.keyGroups
        guard let restored else { return }
        for group in keyGroups.lower..<keyGroups.upper {
            guard let bytes = try restored.readKeyGroup(group) else { continue }
            var reader = ByteReader(bytes)
            counts[Int64(group)] = try reader.read(Int64.self)
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
        OperatorSnapshot(
            keyed: MemorySnapshot(keyGroups: keyGroups, counts: counts, barrier.id, world))
    }
}

private final class MemorySnapshot: KeyedStateSnapshot {
    let keyGroups: KeyGroupRange
    let stateSchema: [UInt8] = Array("count BIGINT".utf8)
    private let counts: [Int64: Int64]
    private let checkpoint: CheckpointID
    private let world: World

    init(
        keyGroups: KeyGroupRange, counts: [Int64: Int64], _ checkpoint: CheckpointID,
        _ world: World
    ) {
        self.keyGroups = keyGroups
        self.counts = counts
        self.checkpoint = checkpoint
        self.world = world
    }

    func write(keyGroup: Int, into writer: inout ByteWriter) throws {
        if let error = world.faults.stateWrite.withLock(\.self)(checkpoint) { throw error }
        if let count = counts[Int64(keyGroup)] { writer.append(count) }
    }

    func release() {}
}

/// Writes into the run's transactions; without any, straight into what is visible.
final class MemorySink: SinkWriter {
    static let id = OperatorID(rawValue: "out")
    private let world: World
    private let driver: MemoryDriver?
    private var barrierCount = 0

    init(_ world: World, _ driver: MemoryDriver?) {
        self.world = world
        self.driver = driver
    }

    func write(_ batch: RecordBatch) throws {
        let keys = batch.columns[0].integers
        let rows = (0..<batch.selection.count).map { index in
            let value = keys[Int(batch.selection.rows[index])]
            return SeenRow(key: value >> 32, count: value & 0xFFFF_FFFF)
        }
        guard let driver else {
            world.cluster.contents.update { $0.visible += rows }
            return
        }
        try driver.write(rows, barrierCount: barrierCount)
    }

    func barrier(_ barrier: CheckpointBarrier) throws { barrierCount += 1 }
    var cancel: @Sendable () -> Void { { [driver] in driver?.cancel() } }
    func close() {}
}
