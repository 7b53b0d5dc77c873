internal import KafkaClient
internal import StreamAPI
internal import StreamCore

/// The reader of one subtask of a source whose partitions may become more: idle while it has none.
///
/// - Threading: the subtask's; ``wakeUp`` is asked for anew after ``add(_:)``.
final class GrowingSourceReader: SourceReader {
    typealias Split = (split: KafkaPartitionSplit, stop: Int64?)

    private let decode: (SourceSplit) throws -> Split
    private let makeReader: ([Split]) throws -> KafkaSourceReader
    private let idle: IdleSourceReader
    private var reader: KafkaSourceReader?

    /// - Parameters:
    ///   - isEnded: The run stops at the end of its input: without a partition that is here.
    ///   - makeReader: Opens a client for at least one partition.
    init(
        splits: [SourceSplit], isEnded: Bool, decode: @escaping (SourceSplit) throws -> Split,
        makeReader: @escaping ([Split]) throws -> KafkaSourceReader
    ) throws {
        self.decode = decode
        self.makeReader = makeReader
        idle = IdleSourceReader(isEnded: isEnded)
        if !splits.isEmpty { reader = try makeReader(splits.map(decode)) }
    }

    func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus {
        guard let reader else { return try idle.poll(into: batch, waitMax: waitMax) }
        return try reader.poll(into: batch, waitMax: waitMax)
    }

    func add(_ splits: [SourceSplit]) throws {
        let added = try splits.map(decode)
        guard let reader else { return reader = try makeReader(added) }
        try reader.add(added)
    }

    func snapshot() -> [[UInt8]] { reader?.snapshot() ?? [] }
    func openSplits() -> [SplitKey] { reader?.openSplits() ?? [] }
    var pausesSplits: Bool { true }
    func pause(_ splits: [SplitKey]) throws { try reader?.pause(splits) }
    var wakeUp: @Sendable () -> Void { reader?.wakeUp ?? idle.wakeUp }
    func close() { reader?.close() }
}
