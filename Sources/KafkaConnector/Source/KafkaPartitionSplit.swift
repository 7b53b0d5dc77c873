package import StreamCore

/// One partition and the offset of the next record to read: what a checkpoint keeps of a source.
///
/// The bytes, little-endian (``ByteWriter``):
///
///     u8 version = 1 | u32 n, n bytes topic | i32 partition | i64 offset | u32 n, n bytes topic id
///
/// The topic id is Kafka's, 16 bytes: it tells a topic that was deleted and made again from the one
/// that the offset belongs to. It is empty where the broker gave none. So partition 3 of `ab` at
/// offset 7 without an id is `01 02000000 6162 03000000 0700000000000000 00000000`.
package struct KafkaPartitionSplit: Hashable, Sendable {
    package static let version: UInt8 = 1
    /// Kafka's own bound on a topic's name, in bytes.
    package static let topicByteCountMax = 249
    package static let topicIDByteCount = 16

    package let topic: String
    package let partition: PartitionIndex
    /// Next to read.
    package var offset: Offset
    /// 16 bytes, or empty.
    package let topicID: [UInt8]

    package init(topic: String, partition: PartitionIndex, offset: Offset, topicID: [UInt8] = []) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.topicID = topicID
    }

    /// `events-3`: stable over restarts.
    package var id: String { "\(topic)-\(partition.rawValue)" }

    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.append(Self.version)
        writer.append(topic)
        writer.append(partition.rawValue)
        writer.append(offset.rawValue)
        writer.append(topicID)
        return writer.bytes
    }

    /// - Throws: ``KafkaSplitError`` for bytes that ``encoded()`` does not produce.
    package init(decoding bytes: [UInt8]) throws(KafkaSplitError) {
        guard let version = bytes.first, version == Self.version else {
            throw .unknownVersion(bytes.first ?? 0)
        }
        do throws(ByteReaderError) {
            self = try Self(body: bytes)
        } catch {
            throw .unreadable(error)
        }
        guard partition.rawValue >= 0, offset.rawValue >= 0, !topic.isEmpty else {
            throw .outOfRange
        }
    }

    private init(body bytes: [UInt8]) throws(ByteReaderError) {
        var reader = ByteReader(bytes)
        _ = try reader.read(UInt8.self)
        topic = try reader.readString(cap: Self.topicByteCountMax)
        partition = PartitionIndex(rawValue: try reader.read(Int32.self))
        offset = Offset(rawValue: try reader.read(Int64.self))
        topicID = try reader.readBytes(cap: Self.topicIDByteCount)
        try reader.expectEnd()
    }
}

/// Why a split's bytes in a checkpoint cannot be used.
package enum KafkaSplitError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownVersion(UInt8)
    case unreadable(ByteReaderError)
    case outOfRange

    package var description: String {
        switch self {
        case .unknownVersion(let version):
            "a partition's position has version \(version); this program reads version "
                + "\(KafkaPartitionSplit.version)"
        case .unreadable(let error): "a partition's position cannot be read: \(error)"
        case .outOfRange: "a partition's position has an empty topic or a negative number"
        }
    }
}
