import Synchronization

@testable import KafkaClient

/// Brokers made of a script: each request is answered by a closure, without sockets or waits.
final class FakeBroker: Sendable {
    enum Reply: Sendable {
        /// The body of an answer, behind the right header.
        case body([UInt8])
        /// The bytes on the wire as they are, length and header included.
        case raw([UInt8])
        case close
        /// Nothing comes until the deadline, which this fake lets pass at once.
        case silence
    }
    struct Request: Hashable, Sendable {
        let api: WireAPI
        let version: Int16
        let broker: WireAddress
    }
    /// - Parameter nth: How many requests of this API came before.
    typealias Script = @Sendable (_ request: Request, _ nth: Int) -> Reply

    private let log: Mutex<[Request]> = Mutex([])
    private let script: Script
    /// Brokers that refuse connections.
    private let down: Set<WireAddress>

    init(down: Set<WireAddress> = [], script: @escaping Script) {
        self.down = down
        self.script = script
    }

    /// The requests so far, but for ApiVersions.
    var requests: [Request] { log.withLock { $0 }.filter { $0.api != .apiVersions } }
    var all: [Request] { log.withLock { $0 } }

    var connect: WireConnect {
        { address, _ throws(WireError) in
            guard !self.down.contains(address) else {
                throw .connect(address: "\(address)", reason: "Connection refused")
            }
            return FakeTransport(broker: self, address: address)
        }
    }

    func resolver(
        timeoutMilliseconds: Int64 = 2_000, bootstrap: String = "a:1"
    ) throws -> TransactionResolver {
        var options = TransactionResolver.Options()
        options.timeoutMilliseconds = timeoutMilliseconds
        options.backOffMilliseconds = 1
        let configuration = try KafkaConfiguration(properties: ["bootstrap.servers": bootstrap])
        return try TransactionResolver(
            configuration: configuration, options: options, connect: connect)
    }

    fileprivate func reply(to request: Request) -> Reply {
        let nth = log.withLock { log in
            defer { log.append(request) }
            return log.count { $0.api == request.api }
        }
        return script(request, nth)
    }

    // MARK: Bodies

    /// ApiVersions v3 in which everything is spoken from v0 to v`max`.
    static func apiVersions(max: Int16 = 20, endTransactionMin: Int16 = 0) -> Reply {
        var body = WireWriter()
        body.append(Int16(0))
        body.appendCompactCount(WireAPI.allCases.count)
        for api in WireAPI.allCases {
            body.append(api.rawValue)
            body.append(api == .endTransaction ? endTransactionMin : 0)
            body.append(max)
            body.appendNoTags()
        }
        body.append(Int32(0))
        body.appendNoTags()
        return .body(body.bytes)
    }

    static func coordinator(_ host: String = "c", _ port: Int32 = 1, code: Int16 = 0) -> Reply {
        var body = WireWriter()
        body.append(Int32(0))
        body.append(code)
        body.append(Int16(-1))
        body.append(Int32(1))
        body.append(host)
        body.append(port)
        return .body(body.bytes)
    }

    static func code(_ code: Int16) -> Reply {
        var body = WireWriter()
        body.append(Int32(0))
        body.append(code)
        return .body(body.bytes)
    }

    static func producerID(code: Int16) -> Reply {
        var body = WireWriter()
        body.append(Int32(0))
        body.append(code)
        body.append(Int64(7))
        body.append(Int16(2))
        return .body(body.bytes)
    }

    static func offset(_ offset: Int64, code: Int16 = 0, groupCode: Int16 = 0) -> Reply {
        var body = WireWriter()
        body.append(Int32(0))
        body.appendCompactCount(1)
        body.appendCompact("out")
        body.appendCompactCount(1)
        body.append(Int32(0))
        body.append(offset)
        body.append(Int32(-1))
        body.appendCompact("m")
        body.append(code)
        body.appendNoTags()
        body.appendNoTags()
        body.append(groupCode)
        body.appendNoTags()
        return .body(body.bytes)
    }

    static func description(_ id: String, state: String, code: Int16 = 0) -> Reply {
        var body = WireWriter()
        body.append(Int32(0))
        body.appendCompactCount(1)
        body.append(code)
        body.appendCompact(id)
        body.appendCompact(state)
        body.append(Int32(60_000))
        body.append(Int64(-1))
        body.append(Int64(7))
        body.append(Int16(2))
        body.appendCompactCount(0)
        body.appendNoTags()
        body.appendNoTags()
        return .body(body.bytes)
    }
}

/// One connection to a ``FakeBroker``.
private final class FakeTransport: WireTransport {
    private let broker: FakeBroker
    private let address: WireAddress
    private struct State {
        var inbox: [UInt8] = []
        var isClosed = false
    }
    private let state = Mutex(State())

    init(broker: FakeBroker, address: WireAddress) {
        self.broker = broker
        self.address = address
    }

    func send(_ bytes: [UInt8], deadline: Int64) throws(WireError) {
        var reader = WireReader(bytes)
        _ = try reader.read(Int32.self)
        let key = try reader.read(Int16.self)
        let version = try reader.read(Int16.self)
        let correlation = try reader.read(Int32.self)
        guard let api = WireAPI(rawValue: key) else { throw .unexpected("api \(key)") }
        let request = FakeBroker.Request(api: api, version: version, broker: address)
        let reply = broker.reply(to: request)
        state.withLock {
            switch reply {
            case .body(let body): $0.inbox += Self.frame(body, api, correlation)
            case .raw(let raw): $0.inbox += raw
            case .close: $0.isClosed = true
            case .silence: break
            }
        }
    }

    private static func frame(_ body: [UInt8], _ api: WireAPI, _ correlation: Int32) -> [UInt8] {
        let isFlexible = [.metadata, .offsetFetch, .describeTransactions, .describeProducers]
            .contains(api)
        var content = WireWriter()
        content.append(correlation)
        if isFlexible { content.appendNoTags() }
        var frame = WireWriter()
        frame.append(Int32(content.bytes.count + body.count))
        return frame.bytes + content.bytes + body
    }

    func receive(_ count: Int, deadline: Int64) throws(WireError) -> [UInt8] {
        let (bytes, isClosed) = state.withLock { state in
            guard state.inbox.count >= count else { return ([UInt8](), state.isClosed) }
            defer { state.inbox.removeFirst(count) }
            return (Array(state.inbox.prefix(count)), false)
        }
        if isClosed { throw .closed(address: "\(address)") }
        guard bytes.count == count else {
            throw .timedOut(address: "\(address)", during: "answer")
        }
        return bytes
    }
}
