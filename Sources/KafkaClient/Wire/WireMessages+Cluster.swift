/// ApiVersions v3: which versions of each API the broker speaks.
struct ApiVersionsRequest: WireRequest {
    struct Range: Hashable { let min: Int16, max: Int16 }
    struct Response {
        let errorCode: Int16
        /// By api key.
        let ranges: [Int16: Range]
    }
    static let api = WireAPI.apiVersions
    static let version: Int16 = 3
    static let isFlexible = true

    func encode(into writer: inout WireWriter) {
        writer.appendCompact("millrace")
        writer.appendCompact("1")
        writer.appendNoTags()
    }

    static func decode(_ reader: inout WireReader) throws(WireError) -> Response {
        let errorCode = try reader.read(Int16.self)
        // A broker that does not know v3 answers in v0's shape, with this code and its ranges.
        guard errorCode != KafkaErrorCode.unsupportedVersion else {
            return Response(errorCode: errorCode, ranges: try ApiVersionsV0Request.ranges(&reader))
        }
        var ranges: [Int16: Range] = [:]
        for _ in 0..<(try reader.readCompactCount(itemByteCountMin: 7)) {
            let key = try reader.read(Int16.self)
            ranges[key] = Range(min: try reader.read(), max: try reader.read())
            try reader.skipTags()
        }
        _ = try reader.read(Int32.self)  // throttle time
        try reader.skipTags()
        return Response(errorCode: errorCode, ranges: ranges)
    }
}

/// ApiVersions v0, which every broker answers.
struct ApiVersionsV0Request: WireRequest {
    static let api = WireAPI.apiVersions
    static let version: Int16 = 0
    static let isFlexible = false

    func encode(into writer: inout WireWriter) {}

    static func decode(_ reader: inout WireReader) throws(WireError) -> ApiVersionsRequest.Response
    {
        let errorCode = try reader.read(Int16.self)
        return ApiVersionsRequest.Response(errorCode: errorCode, ranges: try ranges(&reader))
    }

    static func ranges(
        _ reader: inout WireReader
    ) throws(WireError) -> [Int16: ApiVersionsRequest.Range] {
        var ranges: [Int16: ApiVersionsRequest.Range] = [:]
        for _ in 0..<(try reader.readCount(itemByteCountMin: 6)) {
            let key = try reader.read(Int16.self)
            ranges[key] = ApiVersionsRequest.Range(min: try reader.read(), max: try reader.read())
        }
        return ranges
    }
}

/// Metadata v11 of one topic: its id. Kafka 2.8 and later.
struct MetadataRequest: WireRequest {
    struct Response {
        let errorCode: Int16
        let topic: String
        /// 16 bytes; all zero on a broker without topic ids.
        let topicID: [UInt8]
    }
    static let api = WireAPI.metadata
    static let version: Int16 = 11
    static let isFlexible = true
    let topic: String

    func encode(into writer: inout WireWriter) {
        writer.appendCompactCount(1)
        for _ in 0..<2 { writer.append(UInt64(0)) }  // the id: asked for by name
        writer.appendCompact(topic)
        writer.appendNoTags()
        writer.append(false)  // create it
        writer.append(false)  // tell who may do what
        writer.appendNoTags()
    }

    static func decode(_ reader: inout WireReader) throws(WireError) -> Response {
        _ = try reader.read(Int32.self)  // throttle time
        for _ in 0..<(try reader.readCompactCount(itemByteCountMin: 11)) { try skipBroker(&reader) }
        _ = try reader.readNullableCompactString()  // cluster id
        _ = try reader.read(Int32.self)  // controller
        let count = try reader.readCompactCount(itemByteCountMin: 26)
        guard count == 1 else { throw .unexpected("\(count) topics for one") }
        let response = try topic(&reader)
        try reader.skipTags()
        return response
    }

    private static func skipBroker(_ reader: inout WireReader) throws(WireError) {
        _ = try reader.read(Int32.self)
        _ = try reader.readCompactString()
        _ = try reader.read(Int32.self)
        _ = try reader.readNullableCompactString()  // rack
        try reader.skipTags()
    }

    private static func topic(_ reader: inout WireReader) throws(WireError) -> Response {
        let errorCode = try reader.read(Int16.self)
        let name = try reader.readCompactString()
        let topicID = try reader.readRaw(16)
        _ = try reader.readBool()  // internal
        for _ in 0..<(try reader.readCompactCount(itemByteCountMin: 18)) {
            _ = try reader.read(Int16.self)  // error
            for _ in 0..<3 { _ = try reader.read(Int32.self) }  // index, leader, leader's epoch
            for _ in 0..<3 { try reader.skipCompactIntegers() }  // replicas, in sync, offline
            try reader.skipTags()
        }
        _ = try reader.read(Int32.self)  // authorized operations
        try reader.skipTags()
        return Response(errorCode: errorCode, topic: name, topicID: topicID)
    }
}

/// FindCoordinator v1: the broker that rules a transactional id or a group.
struct FindCoordinatorRequest: WireRequest {
    enum Key: Hashable, Sendable { case group(String), transaction(String) }
    struct Response {
        let errorCode: Int16
        let host: String
        let port: Int32
    }
    static let api = WireAPI.findCoordinator
    static let version: Int16 = 1
    static let isFlexible = false
    let key: Key

    func encode(into writer: inout WireWriter) {
        switch key {
        case .group(let name):
            writer.append(name)
            writer.append(Int8(0))
        case .transaction(let id):
            writer.append(id)
            writer.append(Int8(1))
        }
    }

    static func decode(_ reader: inout WireReader) throws(WireError) -> Response {
        _ = try reader.read(Int32.self)  // throttle time
        let errorCode = try reader.read(Int16.self)
        _ = try reader.readNullableString()  // the code's text
        _ = try reader.read(Int32.self)  // node
        return Response(
            errorCode: errorCode, host: try reader.readString(), port: try reader.read())
    }
}
