import StreamAPI
import StreamCore
import Synchronization

struct PlannedFailure: Error { var message = "as planned" }

/// Two splits of ``rowsPerSplit`` rows each. A page of rows is handed out; the next one when the
/// output of the former is visible, which each reader asks a checkpoint for.
final class MemorySource: Source {
    static let id = OperatorID(rawValue: "events")
    static let splitCount = 2
    static let rowsPerSplit: Int64 = 40
    static let pageRowCount: Int64 = 10
    static let keysPerSplit: Int64 = 5

    let operatorID = MemorySource.id
    private let world: World
    init(_ world: World) { self.world = world }

    /// The row at `position` of `split`. Keys of different splits differ, so that what is counted
    /// does not depend on how they interleave.
    static func row(_ split: Int, _ position: Int64) -> SeenRow {
        SeenRow(
            key: Int64(split) * keysPerSplit + position % keysPerSplit,
            count: position / keysPerSplit + 1)
    }

    static var allRows: [SeenRow] {
        (0..<splitCount).flatMap { split in (0..<rowsPerSplit).map { row(split, $0) } }
    }

    func resolveSplits(restored: [[UInt8]]?, stopAtEnd: Bool) throws -> [SourceSplit] {
        if let error = world.faults.resolve.withLock(\.self)() { throw error }
        var positions = Array(repeating: Int64(0), count: Self.splitCount)
        for state in restored ?? [] {
            let (split, position) = try MemorySplit.decode(state)
            positions[split] = position
        }
        world.resolvedPositions.update { $0.append(positions) }
        return positions.enumerated().map { split, position in
            SourceSplit(
                id: "events-\(split)", state: MemorySplit.encode(split, position),
                stopPosition: stopAtEnd ? Self.rowsPerSplit : nil)
        }
    }

    func makeReader(splits: [SourceSplit], context: OperatorContext) throws -> any SourceReader {
        let own = splits.enumerated().filter {
            $0.offset % context.parallelism == context.subtaskIndex
        }
        return try MemoryReader(world, splits: own.map(\.element))
    }

    func publishOffsets(_ states: [[UInt8]]) {}
}

/// The state of a split: its number and the position of its next row.
enum MemorySplit {
    static func encode(_ split: Int, _ position: Int64) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(UInt32(split))
        writer.append(position)
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) throws -> (Int, Int64) {
        var reader = ByteReader(bytes)
        return (Int(try reader.read(UInt32.self)), try reader.read(Int64.self))
    }
}

private final class MemoryReader: SourceReader {
    private let world: World
    private var positions: [(split: Int, next: Int64)]
    private let isFinite: Bool
    /// Up to where a checkpoint has been asked for.
    private var askedAt: Int64 = -1
    private let woken = WakeFlag()
    private final class WakeFlag: Sendable { let isSet = Atomic<Bool>(false) }

    init(_ world: World, splits: [SourceSplit]) throws {
        self.world = world
        positions = try splits.map { try MemorySplit.decode($0.state) }
        isFinite = splits.allSatisfy { $0.stopPosition != nil }
    }

    func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus {
        let end = MemorySource.rowsPerSplit
        if isFinite, positions.allSatisfy({ $0.next == end }) { return .ended }
        let limit = limit(world.cluster.contents.current)
        guard let index = positions.firstIndex(where: { $0.next < limit }) else {
            try waitForPage(after: limit)
            return .idle
        }
        let (split, next) = positions[index]
        if let error = world.faults.poll.withLock(\.self)(next) { throw error }
        for position in next..<limit { append(MemorySource.row(split, position), to: batch) }
        positions[index].next = limit
        return .records
    }

    /// Positions may come this far.
    private func limit(_ contents: MemoryCluster.Contents) -> Int64 {
        let shown = Int64(contents.visible.count / MemorySource.splitCount)
        return min(shown + MemorySource.pageRowCount, MemorySource.rowsPerSplit)
    }

    private func waitForPage(after limit: Int64) throws {
        if world.faults.isOver.load(ordering: .relaxed) { throw PlannedFailure(message: "over") }
        if askedAt != limit { world.requestCheckpoint() }
        askedAt = limit
        world.cluster.contents.wait(seconds: 0.1) { contents in
            self.limit(contents) > limit || woken.isSet.load(ordering: .acquiring)
        }
        woken.isSet.store(false, ordering: .releasing)
    }

    private func append(_ row: SeenRow, to batch: RawRecordBatch) {
        batch.keys[batch.rowCount] = .absent
        batch.values[batch.rowCount] = .absent
        batch.partitions[batch.rowCount] = 0
        batch.offsets[batch.rowCount] = 0
        batch.timestamps[batch.rowCount] = row.key
        batch.rowCount += 1
    }

    func openSplits() -> [SplitKey] { [] }
    func snapshot() -> [[UInt8]] { positions.map(MemorySplit.encode) }

    var wakeUp: @Sendable () -> Void {
        { [woken, world] in
            woken.isSet.store(true, ordering: .releasing)
            world.cluster.contents.update { _ in }
        }
    }

    func close() {}
}
