internal import StreamCore

/// EndTxn v1. Never v5: it belongs to the newer transaction protocol and answers 48 for a
/// transaction that librdkafka committed.
struct EndTransactionRequest: WireRequest {
    static let api = WireAPI.endTransaction
    static let version: Int16 = 1
    static let isFlexible = false
    let transactionalID: String
    let producerID: ProducerID
    let epoch: ProducerEpoch
    /// True to commit, false to abort.
    let commits: Bool

    func encode(into writer: inout WireWriter) {
        writer.append(transactionalID)
        writer.append(producerID.rawValue)
        writer.append(epoch.rawValue)
        writer.append(commits)
    }

    /// - Returns: The error code.
    static func decode(_ reader: inout WireReader) throws(WireError) -> Int16 {
        _ = try reader.read(Int32.self)  // throttle time
        return try reader.read()
    }
}

/// InitProducerId v1: raises an id's epoch and aborts what is open under it.
struct InitProducerIDRequest: WireRequest {
    struct Response {
        let errorCode: Int16
        let producerID: ProducerID
        let epoch: ProducerEpoch
    }
    static let api = WireAPI.initProducerID
    static let version: Int16 = 1
    static let isFlexible = false
    let transactionalID: String
    let timeoutMilliseconds: Int32

    func encode(into writer: inout WireWriter) {
        writer.append(transactionalID)
        writer.append(timeoutMilliseconds)
    }

    static func decode(_ reader: inout WireReader) throws(WireError) -> Response {
        _ = try reader.read(Int32.self)  // throttle time
        return Response(
            errorCode: try reader.read(), producerID: ProducerID(rawValue: try reader.read()),
            epoch: ProducerEpoch(rawValue: try reader.read()))
    }
}

/// DescribeTransactions v0 of one id. Kafka 3.0 and later.
struct DescribeTransactionsRequest: WireRequest {
    struct Response {
        let errorCode: Int16
        let transactionalID: String
        let state: String
        let timeoutMilliseconds: Int32
        let startTimeMilliseconds: Int64
        let producerID: ProducerID
        let epoch: ProducerEpoch
    }
    static let api = WireAPI.describeTransactions
    static let version: Int16 = 0
    static let isFlexible = true
    let transactionalID: String

    func encode(into writer: inout WireWriter) {
        writer.appendCompactCount(1)
        writer.appendCompact(transactionalID)
        writer.appendNoTags()
    }

    static func decode(_ reader: inout WireReader) throws(WireError) -> Response {
        _ = try reader.read(Int32.self)  // throttle time
        let count = try reader.readCompactCount(itemByteCountMin: 28)
        guard count == 1 else { throw .unexpected("\(count) transactions for one") }
        let response = Response(
            errorCode: try reader.read(), transactionalID: try reader.readCompactString(),
            state: try reader.readCompactString(), timeoutMilliseconds: try reader.read(),
            startTimeMilliseconds: try reader.read(),
            producerID: ProducerID(rawValue: try reader.read()),
            epoch: ProducerEpoch(rawValue: try reader.read()))
        for _ in 0..<(try reader.readCompactCount(itemByteCountMin: 3)) {
            _ = try reader.readCompactString()
            try reader.skipCompactIntegers()
            try reader.skipTags()
        }
        try reader.skipTags()
        try reader.skipTags()
        return response
    }
}

/// OffsetFetch v7 of one partition, with require_stable: error 88 while a transaction on it is
/// open.
struct OffsetFetchRequest: WireRequest {
    struct Response {
        let topic: String
        let partition: Int32
        /// -1 where the group has committed none.
        let offset: Int64
        let metadata: String
        /// Of the partition, or else of the group.
        let errorCode: Int16
    }
    static let api = WireAPI.offsetFetch
    static let version: Int16 = 7
    static let isFlexible = true
    let group: String
    let topic: String
    let partition: Int32

    func encode(into writer: inout WireWriter) {
        writer.appendCompact(group)
        writer.appendCompactCount(1)
        writer.appendCompact(topic)
        writer.appendCompactCount(1)
        writer.append(partition)
        writer.appendNoTags()
        writer.append(true)  // require stable
        writer.appendNoTags()
    }

    static func decode(_ reader: inout WireReader) throws(WireError) -> Response {
        _ = try reader.read(Int32.self)  // throttle time
        var partitions: [Response] = []
        for _ in 0..<(try reader.readCompactCount(itemByteCountMin: 3)) {
            let topic = try reader.readCompactString()
            for _ in 0..<(try reader.readCompactCount(itemByteCountMin: 20)) {
                partitions.append(try partition(&reader, topic))
            }
            try reader.skipTags()
        }
        let groupError = try reader.read(Int16.self)
        try reader.skipTags()
        guard groupError == 0 else {
            return Response(
                topic: "", partition: -1, offset: -1, metadata: "", errorCode: groupError)
        }
        guard partitions.count == 1, let only = partitions.first else {
            throw .unexpected("\(partitions.count) partitions for one")
        }
        return only
    }

    private static func partition(
        _ reader: inout WireReader, _ topic: String
    ) throws(WireError) -> Response {
        let index = try reader.read(Int32.self)
        let offset = try reader.read(Int64.self)
        _ = try reader.read(Int32.self)  // leader's epoch
        let metadata = try reader.readNullableCompactString() ?? ""
        let errorCode = try reader.read(Int16.self)
        try reader.skipTags()
        return Response(
            topic: topic, partition: index, offset: offset, metadata: metadata,
            errorCode: errorCode)
    }
}
