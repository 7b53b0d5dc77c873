internal import Checkpointing
internal import StreamAPI
internal import StreamCore

/// The file `_metadata`.
///
/// ```
///   0  8  magic "MLRCMETA"
///   8  4  version: 1, or 2 where an operator has a watermark
///  12  4  bytes of the whole file, at most 64 MiB
///  16  …  body
///   …  4  CRC-32C of everything before it
/// ```
///
/// Integers are little-endian; a string or a byte array has a 32-bit length before it, a list a
/// 32-bit count, an optional value a byte 0 or 1.
extension CheckpointMetadata {
    static let magic = Array("MLRCMETA".utf8)
    static let version: UInt32 = 2
    /// Without watermarks.
    static let plainVersion: UInt32 = 1
    static let headerByteCount = 16
    static let checksumByteCount = 4
    /// Larger files are neither written nor read.
    package static let byteCountMax = 64 << 20

    /// The bytes of the file.
    ///
    /// - Returns: Nil if they are more than ``byteCountMax``.
    package func encoded() -> [UInt8]? {
        precondition((1...KeyGroup.countMax).contains(maxParallelism))
        var body = ByteWriter()
        appendIdentity(to: &body)
        appendTransactions(to: &body)
        appendOperators(to: &body)
        let total = Self.headerByteCount + body.count + Self.checksumByteCount
        guard total <= Self.byteCountMax else { return nil }
        var file = ByteWriter()
        Self.magic.withUnsafeBytes { file.append(raw: $0) }
        file.append(hasEventTime ? Self.version : Self.plainVersion)
        file.append(UInt32(total))
        body.bytes.withUnsafeBytes { file.append(raw: $0) }
        file.append(StableHash.crc32c(file.bytes))
        assert(file.count == total)
        return file.bytes
    }

    private func appendIdentity(to body: inout ByteWriter) {
        body.append(job.hex)
        body.append(jobName)
        body.append(facts.id.markerOffset)
        body.append(facts.kind.rawValue)
        body.append(UInt8(facts.isInitial ? 1 : 0))
        body.append(triggerTimeMilliseconds)
        body.append(completionTimeMilliseconds)
        body.append(UInt32(maxParallelism))
        body.append(UInt32(sourceTopics.count))
        for topic in sourceTopics { body.append(topic) }
    }

    private func appendTransactions(to body: inout ByteWriter) {
        body.append(optional: markerAddress) { body, address in
            body.append(address.group)
            body.append(address.topic)
            body.append(address.partition.rawValue)
        }
        body.append(optional: facts.predecessorMarker) { $0.append($1.markerOffset) }
        body.append(optional: facts.finalMarker) { $0.append($1.markerOffset) }
        body.append(UInt32(facts.transactions.count))
        for transaction in facts.transactions { body.append(transaction) }
    }

    private func appendOperators(to body: inout ByteWriter) {
        body.append(UInt32(operators.count))
        for state in operators {
            body.append(state.id.rawValue)
            body.append(UInt32(state.parallelism))
            body.append(UInt32(state.items.count))
            for item in state.items { body.append(item) }
            body.append(UInt32(state.keyed.count))
            for handle in state.keyed { body.append(handle) }
            if hasEventTime { body.append(eventTimeOf: state) }
        }
    }

    private var hasEventTime: Bool { operators.contains(where: \.hasEventTime) }
}

extension ByteWriter {
    fileprivate mutating func append<T>(
        optional value: T?, _ append: (inout ByteWriter, T) -> Void
    ) {
        self.append(UInt8(value == nil ? 0 : 1))
        if let value { append(&self, value) }
    }

    fileprivate mutating func append(eventTimeOf state: OperatorState) {
        append(optional: state.watermark) { $0.append($1.rawValue) }
        append(UInt32(state.splitWatermarks.count))
        for (split, watermark) in state.splitWatermarks.sorted(by: { $0.key < $1.key }) {
            append(split.topic)
            append(split.partition.rawValue)
            append(watermark.rawValue)
        }
    }

    fileprivate mutating func append(_ transaction: PreparedTransaction) {
        append(transaction.cluster)
        append(transaction.transactionalID)
        append(transaction.producer.producerID.rawValue)
        append(transaction.producer.epoch.rawValue)
        append(transaction.beginTimeMilliseconds)
        append(transaction.timeoutMilliseconds)
        append(transaction.marker.markerOffset)
        append(UInt32(transaction.output.count))
        for range in transaction.output {
            append(range.topic)
            append(range.partition.rawValue)
            append(Int64(range.recordCount))
            append(range.firstOffset)
            append(range.lastOffset)
        }
    }

    fileprivate mutating func append(_ handle: KeyedStateHandle) {
        append(handle.fileName)
        append(handle.fileByteCount)
        append(handle.stateSchema)
        append(UInt32(handle.slices.count))
        for slice in handle.slices {
            append(UInt16(slice.keyGroup))
            append(slice.offset)
            append(slice.length)
            append(slice.checksum)
        }
    }
}
