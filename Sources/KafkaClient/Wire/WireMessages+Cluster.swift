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
