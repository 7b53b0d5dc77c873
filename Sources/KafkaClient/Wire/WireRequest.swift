/// One request of Kafka's protocol in the one version that this client speaks.
///
/// A frame, with its length not counting itself:
///
///     request   length:int32  api:int16 version:int16 correlation:int32 client:string [tags]  body
///     answer    length:int32  correlation:int32 [tags]  body
///
/// The bracketed sections exist in flexible versions only.
protocol WireRequest {
    associatedtype Response
    static var api: WireAPI { get }
    static var version: Int16 { get }
    /// Whether the version uses compact lengths and tagged fields.
    static var isFlexible: Bool { get }
    func encode(into writer: inout WireWriter)
    static func decode(_ reader: inout WireReader) throws(WireError) -> Response
}

extension WireRequest {
    /// Every API but ApiVersions, whose answers a client must read before it knows the version.
    static var hasFlexibleAnswerHeader: Bool { isFlexible && api != .apiVersions }

    /// The whole frame.
    func frame(correlation: Int32, clientID: String) -> [UInt8] {
        var body = WireWriter()
        body.append(Self.api.rawValue)
        body.append(Self.version)
        body.append(correlation)
        body.append(clientID)
        if Self.isFlexible { body.appendNoTags() }
        encode(into: &body)
        var frame = WireWriter()
        frame.append(Int32(clamping: body.bytes.count))
        return frame.bytes + body.bytes
    }

    /// The answer in `bytes`, which is a frame without its length.
    static func response(_ bytes: [UInt8], correlation: Int32) throws(WireError) -> Response {
        var reader = WireReader(bytes)
        let received = try reader.read(Int32.self)
        guard received == correlation else {
            throw .wrongCorrelation(expected: correlation, received: received)
        }
        if hasFlexibleAnswerHeader { try reader.skipTags() }
        let response = try decode(&reader)
        try reader.expectEnd()
        return response
    }
}
