internal import CRDKafka
internal import Observability
internal import Synchronization

/// What one librdkafka client reports on its own: log lines, errors, failed deliveries.
///
/// - Threading: librdkafka's threads write, any thread reads.
final class ClientEvents: Sendable {
    /// Log lines of one client that are passed on per period; the rest is counted.
    static let logLinesPerPeriodMax = 20
    static let logPeriodMilliseconds: Int64 = 10_000

    private struct State {
        var lastError: (error: KafkaError, atMilliseconds: Int64)?
        var firstLastingError: KafkaError?
        var deliveryFailureCount = 0
        var firstDeliveryFailure: KafkaError?
        var budget = LogBudget()

        func recentError(_ now: Int64) -> KafkaError? {
            guard let last = lastError else { return nil }
            return now - last.atMilliseconds <= errorLifeMilliseconds ? last.error : nil
        }
    }
    private let state = Mutex(State())

    /// An older report no longer explains why a broker does not answer now. librdkafka repeats its
    /// report with every attempt to connect, every 10 s at least.
    static let errorLifeMilliseconds: Int64 = 30_000

    /// The latest error that librdkafka reported outside of any call, if it is recent: why a broker
    /// cannot be reached.
    var lastError: KafkaError? { recentError(now: Monotonic.milliseconds()) }

    func recentError(now: Int64) -> KafkaError? {
        state.withLock { $0.recentError(now) }
    }

    /// The first reported error that no reconnecting mends: a topic that does not exist (librdkafka
    /// reports it here, not to the reader), a missing ACL, refused credentials.
    var lastingError: KafkaError? { state.withLock { $0.firstLastingError } }

    var deliveryFailures: (count: Int, first: KafkaError?) {
        state.withLock { ($0.deliveryFailureCount, $0.firstDeliveryFailure) }
    }

    func record(error: KafkaError, now: Int64 = Monotonic.milliseconds()) {
        // "All brokers down" follows the error that says why; it must not hide it.
        let isEcho = error.code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN.rawValue
        state.withLock {
            if !isEcho || $0.recentError(now) == nil { $0.lastError = (error, now) }
            if error.isLasting, $0.firstLastingError == nil { $0.firstLastingError = error }
        }
    }

    func record(deliveryFailure: KafkaError) {
        state.withLock {
            $0.deliveryFailureCount += 1
            if $0.firstDeliveryFailure == nil { $0.firstDeliveryFailure = deliveryFailure }
        }
    }

    /// Passes a line of librdkafka's on to the log, within the budget.
    func log(level: Int32, facility: String, text: String) {
        let verdict = state.withLock { $0.budget.take(now: Monotonic.milliseconds()) }
        guard case .pass(let suppressed) = verdict else { return }
        if suppressed > 0 { Log.warning("kafka client log lines left out", ["count": suppressed]) }
        // librdkafka calls a lost connection an error (3); the call that needs it decides that.
        switch level {
        case ...4: Log.warning("kafka client", ["facility": facility, "text": text])
        case 5, 6: Log.info("kafka client", ["facility": facility, "text": text])
        default: Log.debug("kafka client", ["facility": facility, "text": text])
        }
    }
}

extension KafkaError {
    fileprivate var isLasting: Bool {
        switch kind {
        case .unknownTopic, .authentication: true
        // A reader's group only names it: that it may not be used changes nothing.
        case .unauthorized: code != KafkaErrorCode.groupAuthorizationFailed
        default: isFatal
        }
    }
}

/// How many log lines may still pass in this period. Pure: the time is a parameter.
struct LogBudget {
    enum Verdict: Equatable {
        /// The line passes; `suppressed` lines before it did not.
        case pass(suppressed: Int)
        case suppress
    }
    private var periodStart: Int64 = .min
    private var passed = 0
    private var suppressed = 0

    mutating func take(now: Int64) -> Verdict {
        if periodStart == .min || now - periodStart >= ClientEvents.logPeriodMilliseconds {
            periodStart = now
            passed = 0
        }
        guard passed < ClientEvents.logLinesPerPeriodMax else {
            suppressed += 1
            return .suppress
        }
        passed += 1
        defer { suppressed = 0 }
        return .pass(suppressed: suppressed)
    }
}
