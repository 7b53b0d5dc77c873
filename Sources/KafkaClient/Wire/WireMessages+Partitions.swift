internal import StreamCore

/// Metadata v11 of some topics: their ids, and who leads their partitions. Kafka 2.8 and later.
struct MetadataRequest: WireRequest {
    struct Topic {
        let errorCode: Int16
        let name: String
        /// 16 bytes; all zero on a broker without topic ids.
        let id: [UInt8]
        let partitions: [Partition]
    }
    struct Partition {
        let errorCode: Int16
        let index: Int32
        /// The node; -1: none now.
        let leader: Int32
    }
    struct Response {
        /// Host and port by node.
        let brokers: [Int32: WireAddress]
        let topics: [Topic]
    }
    static let api = WireAPI.metadata
    static let version: Int16 = 11
    static let isFlexible = true
    let topics: [String]

    func encode(into writer: inout WireWriter) {
        writer.appendCompactCount(topics.count)
        for topic in topics {
            for _ in 0..<2 { writer.append(UInt64(0)) }  // the id: asked for by name
            writer.appendCompact(topic)
            writer.appendNoTags()
        }
        writer.append(false)  // create them
        writer.append(false)  // tell who may do what
        writer.appendNoTags()
    }

    static func decode(_ reader: inout WireReader) throws(WireError) -> Response {
        _ = try reader.read(Int32.self)  // throttle time
        var brokers: [Int32: WireAddress] = [:]
        for _ in 0..<(try reader.readCompactCount(itemByteCountMin: 11)) {
            let (node, address) = try broker(&reader)
            brokers[node] = address
        }
        _ = try reader.readNullableCompactString()  // cluster id
        _ = try reader.read(Int32.self)  // controller
        var topics: [Topic] = []
        for _ in 0..<(try reader.readCompactCount(itemByteCountMin: 26)) {
            topics.append(try topic(&reader))
        }
        try reader.skipTags()
        return Response(brokers: brokers, topics: topics)
    }

    /// - Returns: No address for a port that is none.
    private static func broker(
        _ reader: inout WireReader
    ) throws(WireError) -> (Int32, WireAddress?) {
        let node = try reader.read(Int32.self)
        let host = try reader.readCompactString()
        let port = UInt16(exactly: try reader.read(Int32.self))
        _ = try reader.readNullableCompactString()  // rack
        try reader.skipTags()
        return (node, port.map { WireAddress(host: host, port: $0) })
    }

    private static func topic(_ reader: inout WireReader) throws(WireError) -> Topic {
        let errorCode = try reader.read(Int16.self)
        let name = try reader.readCompactString()
        let id = try reader.readRaw(16)
        _ = try reader.readBool()  // internal
        var partitions: [Partition] = []
        for _ in 0..<(try reader.readCompactCount(itemByteCountMin: 18)) {
            partitions.append(try partition(&reader))
        }
        _ = try reader.read(Int32.self)  // authorized operations
        try reader.skipTags()
        return Topic(errorCode: errorCode, name: name, id: id, partitions: partitions)
    }

    private static func partition(_ reader: inout WireReader) throws(WireError) -> Partition {
        let partition = Partition(
            errorCode: try reader.read(), index: try reader.read(), leader: try reader.read())
        _ = try reader.read(Int32.self)  // leader's epoch
        for _ in 0..<3 { try reader.skipCompactIntegers() }  // replicas, in sync, offline
        try reader.skipTags()
        return partition
    }
}

/// DescribeProducers v0: who writes to partitions, and whose transaction is open there, as their
/// leader knows it. Kafka 2.8 and later; needs Read on the topics.
struct DescribeProducersRequest: WireRequest {
    struct Partition {
        let place: TopicPartition
        let errorCode: Int16
        let producers: [Producer]
    }
    struct Producer: Hashable {
        let id: ProducerID
        let epoch: ProducerEpoch
        /// Where the producer's open transaction begins in the partition; -1: none is open.
        let transactionStartOffset: Int64
    }
    static let api = WireAPI.describeProducers
    static let version: Int16 = 0
    static let isFlexible = true
    /// Partitions by topic.
    let partitions: [(topic: String, indexes: [Int32])]

    func encode(into writer: inout WireWriter) {
        writer.appendCompactCount(partitions.count)
        for (topic, indexes) in partitions {
            writer.appendCompact(topic)
            writer.appendCompactCount(indexes.count)
            for index in indexes { writer.append(index) }
            writer.appendNoTags()
        }
        writer.appendNoTags()
    }

    static func decode(_ reader: inout WireReader) throws(WireError) -> [Partition] {
        _ = try reader.read(Int32.self)  // throttle time
        var found: [Partition] = []
        for _ in 0..<(try reader.readCompactCount(itemByteCountMin: 3)) {
            let topic = try reader.readCompactString()
            for _ in 0..<(try reader.readCompactCount(itemByteCountMin: 9)) {
                found.append(try partition(&reader, topic))
            }
            try reader.skipTags()
        }
        try reader.skipTags()
        return found
    }

    private static func partition(
        _ reader: inout WireReader, _ topic: String
    ) throws(WireError) -> Partition {
        let index = try reader.read(Int32.self)
        let errorCode = try reader.read(Int16.self)
        _ = try reader.readNullableCompactString()  // the code's text
        var producers: [Producer] = []
        for _ in 0..<(try reader.readCompactCount(itemByteCountMin: 37)) {
            producers.append(try producer(&reader))
        }
        try reader.skipTags()
        let place = TopicPartition(topic: topic, partition: PartitionIndex(rawValue: index))
        return Partition(place: place, errorCode: errorCode, producers: producers)
    }

    private static func producer(_ reader: inout WireReader) throws(WireError) -> Producer {
        let id = ProducerID(rawValue: try reader.read())
        // Here alone an epoch has 32 bits.
        let epoch = ProducerEpoch(rawValue: Int16(truncatingIfNeeded: try reader.read(Int32.self)))
        _ = try reader.read(Int32.self)  // last sequence number
        _ = try reader.read(Int64.self)  // last timestamp
        _ = try reader.read(Int32.self)  // coordinator's epoch
        let start = try reader.read(Int64.self)
        try reader.skipTags()
        return Producer(id: id, epoch: epoch, transactionStartOffset: start)
    }
}

/// AddPartitionsToTxn v1: begins a transaction, or widens it, by these partitions.
struct AddPartitionsToTransactionRequest: WireRequest {
    static let api = WireAPI.addPartitionsToTransaction
    static let version: Int16 = 1
    static let isFlexible = false
    let transactionalID: String
    let producerID: ProducerID
    let epoch: ProducerEpoch
    let places: [TopicPartition]

    func encode(into writer: inout WireWriter) {
        writer.append(transactionalID)
        writer.append(producerID.rawValue)
        writer.append(epoch.rawValue)
        writer.append(Int32(places.count))
        // A topic may stand there once for each of its partitions.
        for place in places {
            writer.append(place.topic)
            writer.append(Int32(1))
            writer.append(place.partition.rawValue)
        }
    }

    /// - Returns: The first error code of any partition, or 0.
    static func decode(_ reader: inout WireReader) throws(WireError) -> Int16 {
        _ = try reader.read(Int32.self)  // throttle time
        var first: Int16 = 0
        for _ in 0..<(try reader.readCount(itemByteCountMin: 6)) {
            _ = try reader.readString()
            for _ in 0..<(try reader.readCount(itemByteCountMin: 6)) {
                _ = try reader.read(Int32.self)
                let code = try reader.read(Int16.self)
                // 55 says of a partition only that another one failed.
                if first == 0 || first == KafkaErrorCode.operationNotAttempted { first = code }
            }
        }
        return first
    }
}
