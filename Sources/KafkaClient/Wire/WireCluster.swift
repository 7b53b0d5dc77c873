internal import Glibc
internal import Synchronization

/// Opens a transport to a broker.
package typealias WireConnect =
    @Sendable (_ broker: WireAddress, _ deadline: Int64) throws(WireError) -> any WireTransport

/// The brokers of a cluster as the resolver reaches them: idle connections, and one request with
/// its repeats.
///
/// - Threading: any thread; a connection is taken out of the pool for the time of its use.
final class WireCluster: Sendable {
    /// How a request's answer is to be taken.
    enum Verdict<Value> {
        case decided(Value)
        /// Ask again, finding the coordinator anew.
        case retry(code: Int16)
    }

    /// What became of a request after all its repeats.
    enum Outcome<Value> {
        case decided(Value)
        /// FindCoordinator was refused with a code that repeating does not mend.
        case refused(code: Int16)
        case unanswered(reason: String)
    }

    /// Idle connections kept per broker.
    private static let idleCountMax = 2
    static let pauseMillisecondsMax: Int64 = 1_000

    private let bootstrap: [WireAddress]
    private let options: TransactionResolver.Options
    private let connect: WireConnect
    private let idle: Mutex<[WireAddress: [WireConnection]]> = Mutex([:])
    /// Which bootstrap broker to ask next, so that a dead one is not asked first each time.
    private let turn = Atomic<Int>(0)

    init(
        bootstrap: [WireAddress], options: TransactionResolver.Options,
        connect: @escaping WireConnect
    ) {
        precondition(!bootstrap.isEmpty)
        self.bootstrap = bootstrap
        self.options = options
        self.connect = connect
    }

    /// Asks the coordinator of `key` until its answer decides something or the time is over.
    func ask<Request: WireRequest, Value>(
        coordinatorOf key: FindCoordinatorRequest.Key, _ request: Request,
        verdict: (Request.Response) -> Verdict<Value>
    ) -> Outcome<Value> {
        repeated { deadline throws(WireError) -> Outcome<Value> in
            let found = try sendToAny(FindCoordinatorRequest(key: key), deadline)
            guard found.errorCode == 0 else {
                guard RetriableCode.contains(found.errorCode) else {
                    return .refused(code: found.errorCode)
                }
                throw .broker(code: found.errorCode, during: "FindCoordinator")
            }
            guard let port = UInt16(exactly: found.port), port > 0, !found.host.isEmpty else {
                throw .unexpected("coordinator at \(found.host):\(found.port)")
            }
            let coordinator = WireAddress(host: found.host, port: port)
            return try decide(verdict(send(request, to: coordinator, deadline)), Request.api)
        }
    }

    /// Asks any broker, likewise.
    func askAny<Request: WireRequest, Value>(
        _ request: Request, verdict: (Request.Response) -> Verdict<Value>
    ) -> Outcome<Value> {
        repeated { deadline throws(WireError) -> Outcome<Value> in
            try decide(verdict(sendToAny(request, deadline)), Request.api)
        }
    }

    private func decide<Value>(
        _ verdict: Verdict<Value>, _ api: WireAPI
    ) throws(WireError) -> Outcome<Value> {
        switch verdict {
        case .decided(let value): return .decided(value)
        case .retry(let code): throw .broker(code: code, during: "\(api)")
        }
    }

    /// Tries until something is decided or the time is over, with growing pauses between.
    func repeated<Value>(
        _ attempt: (_ deadline: Int64) throws(WireError) -> Outcome<Value>
    ) -> Outcome<Value> {
        let end = Monotonic.milliseconds() + options.timeoutMilliseconds
        var backOff = BackOff(
            firstMilliseconds: options.backOffMilliseconds,
            maxMilliseconds: Self.pauseMillisecondsMax)
        var reason: String
        repeat {
            do throws(WireError) {
                let deadline = Monotonic.milliseconds() + options.requestTimeoutMilliseconds
                return try attempt(min(end, deadline))
            } catch {
                reason = "\(error)"
                // No repeat teaches a broker another version.
                if case .unsupportedVersion = error { return .unanswered(reason: reason) }
            }
        } while pause(&backOff, until: end)
        return .unanswered(reason: reason)
    }

    /// - Returns: False once the time is over.
    private func pause(_ backOff: inout BackOff, until end: Int64) -> Bool {
        guard let pause = backOff.pause(now: Monotonic.milliseconds(), deadline: end) else {
            return false
        }
        usleep(UInt32(clamping: pause * 1000))
        return Monotonic.remaining(until: end) > 0
    }

    func sendToAny<Request: WireRequest>(
        _ request: Request, _ deadline: Int64
    ) throws(WireError) -> Request.Response {
        var failure = WireError.unexpected("no bootstrap broker")
        for _ in bootstrap.indices {
            let index = turn.load(ordering: .relaxed)
            do throws(WireError) {
                return try send(request, to: bootstrap[abs(index % bootstrap.count)], deadline)
            } catch {
                failure = error
                turn.store(index &+ 1, ordering: .relaxed)
            }
        }
        throw failure
    }

    func send<Request: WireRequest>(
        _ request: Request, to address: WireAddress, _ deadline: Int64
    ) throws(WireError) -> Request.Response {
        let connection = try take(address, deadline)
        let response = try connection.send(request, deadline: deadline)
        // Only a connection that has just worked goes back.
        idle.withLock {
            if $0[address, default: []].count < Self.idleCountMax {
                $0[address, default: []].append(connection)
            }
        }
        return response
    }

    private func take(_ address: WireAddress, _ deadline: Int64) throws(WireError) -> WireConnection
    {
        if let connection = idle.withLock({ $0[address]?.popLast() }) { return connection }
        let transport = try connect(address, deadline)
        return try WireConnection(to: address, over: transport, deadline: deadline)
    }
}

/// Codes after which the same request may succeed: the coordinator moves, loads or is busy.
enum RetriableCode {
    static func contains(_ code: Int16) -> Bool {
        switch Int32(code) {
        case KafkaErrorCode.unknownServerError, KafkaErrorCode.requestTimedOut,
            KafkaErrorCode.networkException, KafkaErrorCode.coordinatorLoadInProgress,
            KafkaErrorCode.coordinatorNotAvailable, KafkaErrorCode.notCoordinator,
            KafkaErrorCode.concurrentTransactions, KafkaErrorCode.leaderNotAvailable:
            true
        default: false
        }
    }
}
