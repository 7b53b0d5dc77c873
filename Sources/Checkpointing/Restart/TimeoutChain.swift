/// The relation between the checkpoint's, the restart's and the transaction's time-outs.
///
///     interval + checkpoint timeout + longest restart delay < transaction timeout <= broker's max
///
/// A break of the first relation costs a replay after an outage, never data; a break of the second
/// keeps the job from starting.
package struct TimeoutChain: Hashable, Sendable {
    package var intervalMilliseconds: Int64
    package var checkpointTimeoutMilliseconds: Int64
    /// ``RestartStrategy/longestDelayMilliseconds``.
    package var longestRestartDelayMilliseconds: Int64
    package var transactionTimeoutMilliseconds: Int64
    /// The broker's `transaction.max.timeout.ms`; nil where it is not known yet.
    package var brokerMaxMilliseconds: Int64?

    package init(
        intervalMilliseconds: Int64, checkpointTimeoutMilliseconds: Int64,
        longestRestartDelayMilliseconds: Int64, transactionTimeoutMilliseconds: Int64,
        brokerMaxMilliseconds: Int64?
    ) {
        self.intervalMilliseconds = intervalMilliseconds
        self.checkpointTimeoutMilliseconds = checkpointTimeoutMilliseconds
        self.longestRestartDelayMilliseconds = longestRestartDelayMilliseconds
        self.transactionTimeoutMilliseconds = transactionTimeoutMilliseconds
        self.brokerMaxMilliseconds = brokerMaxMilliseconds
    }

    package enum Severity: Hashable, Sendable { case warning, error }

    package enum Finding: Hashable, Sendable {
        /// No transaction could ever hold one interval.
        case timeoutNotAboveInterval(timeout: Int64, interval: Int64)
        /// The broker will refuse the timeout.
        case timeoutAboveBrokerMax(timeout: Int64, brokerMax: Int64)
        /// An outage at the wrong moment outlasts the transaction.
        case chainNotBelowTimeout(
            interval: Int64, checkpointTimeout: Int64, restartDelay: Int64, timeout: Int64)

        /// `--strict` makes a warning an error; that is the caller's doing.
        package var severity: Severity {
            if case .chainNotBelowTimeout = self { .warning } else { .error }
        }

        /// What, why and what to do, with every number.
        package var message: String {
            switch self {
            case .timeoutNotAboveInterval(let timeout, let interval):
                return "transaction_timeout (\(timeout) ms) is not above the checkpoint interval "
                    + "(\(interval) ms): every transaction would expire before its checkpoint; "
                    + "raise transaction_timeout or lower execution.checkpointing.interval"
            case .timeoutAboveBrokerMax(let timeout, let brokerMax):
                return "transaction_timeout (\(timeout) ms) is above the broker's "
                    + "transaction.max.timeout.ms (\(brokerMax) ms): the broker refuses it; lower "
                    + "transaction_timeout or raise the broker's limit"
            case .chainNotBelowTimeout(let interval, let checkpoint, let restart, let timeout):
                let sum = TimeoutChain.sum(interval, checkpoint, restart)
                return "checkpoint interval (\(interval) ms) + checkpoint timeout "
                    + "(\(checkpoint) ms) + longest restart delay (\(restart) ms) = \(sum) ms is "
                    + "not below transaction_timeout (\(timeout) ms): an outage may outlast a "
                    + "transaction, which costs a replay, not data; raise transaction_timeout"
            }
        }
    }

    /// All that is wrong, errors first; empty: the chain holds.
    package func findings() -> [Finding] {
        var found: [Finding] = []
        let timeout = transactionTimeoutMilliseconds
        if timeout <= intervalMilliseconds {
            found.append(.timeoutNotAboveInterval(timeout: timeout, interval: intervalMilliseconds))
        }
        if let brokerMaxMilliseconds, timeout > brokerMaxMilliseconds {
            found.append(.timeoutAboveBrokerMax(timeout: timeout, brokerMax: brokerMaxMilliseconds))
        }
        if timeout > intervalMilliseconds, sum >= timeout {
            found.append(
                .chainNotBelowTimeout(
                    interval: intervalMilliseconds,
                    checkpointTimeout: checkpointTimeoutMilliseconds,
                    restartDelay: longestRestartDelayMilliseconds, timeout: timeout))
        }
        return found
    }

    private var sum: Int64 {
        Self.sum(
            intervalMilliseconds, checkpointTimeoutMilliseconds, longestRestartDelayMilliseconds)
    }

    /// The numbers come from a file: a sum that overflows is as good as infinite.
    private static func sum(_ terms: Int64...) -> Int64 {
        terms.reduce(0) { total, term in
            let (value, overflow) = total.addingReportingOverflow(term)
            return overflow ? .max : value
        }
    }
}
