/// One connection to one broker: a request, then its answer, then the next request.
///
/// - Threading: one thread at a time. After any error the connection is of no further use: an
///   answer may still be on its way.
final class WireConnection: Sendable {
    /// Longest answer; DescribeTransactions of a transaction over 100,000 partitions is 2 MB.
    static let frameByteCountMax = 8 << 20
    static let clientID = "millrace"

    let address: WireAddress
    private let transport: any WireTransport
    /// What the broker speaks, by api key.
    private let ranges: [Int16: ApiVersionsRequest.Range]

    /// Asks an open transport which versions the broker speaks.
    init(to address: WireAddress, over transport: any WireTransport, deadline: Int64)
        throws(WireError)
    {
        self.address = address
        self.transport = transport
        var answer = try Self.exchange(ApiVersionsRequest(), transport, deadline)
        if answer.errorCode == KafkaErrorCode.unsupportedVersion {
            answer = try Self.exchange(ApiVersionsV0Request(), transport, deadline)
        }
        guard answer.errorCode == 0 else {
            throw .broker(code: answer.errorCode, during: "ApiVersions of \(address)")
        }
        ranges = answer.ranges
    }

    /// Sends a request and waits for its answer.
    ///
    /// - Throws: `unsupportedVersion` before anything is sent.
    func send<Request: WireRequest>(
        _ request: Request, deadline: Int64
    ) throws(WireError) -> Request.Response {
        let range = ranges[Request.api.rawValue] ?? ApiVersionsRequest.Range(min: 0, max: -1)
        guard Request.version >= range.min, Request.version <= range.max else {
            throw .unsupportedVersion(
                api: Request.api, wanted: Request.version, brokerMin: range.min,
                brokerMax: range.max)
        }
        return try Self.exchange(request, transport, deadline)
    }

    private static func exchange<Request: WireRequest>(
        _ request: Request, _ transport: any WireTransport, _ deadline: Int64
    ) throws(WireError) -> Request.Response {
        // One request at a time on a connection: the number only has to fit this answer.
        let correlation = Int32(Request.api.rawValue) << 8 | Int32(Request.version)
        try transport.send(
            request.frame(correlation: correlation, clientID: clientID), deadline: deadline)
        var header = WireReader(try transport.receive(4, deadline: deadline))
        let length = try header.read(Int32.self)
        guard length >= 4, Int(length) <= frameByteCountMax else {
            throw .badLength(offset: 0, length: Int64(length), cap: frameByteCountMax)
        }
        let bytes = try transport.receive(Int(length), deadline: deadline)
        return try Request.response(bytes, correlation: correlation)
    }
}
