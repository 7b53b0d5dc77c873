/// The times that must fit into each other for an outage to cost no replay.
///
/// Checkpoint interval + checkpoint timeout + longest restart delay < `transaction_timeout` ≤ the
/// broker's `transaction.max.timeout.ms`. All in milliseconds.
package struct TransactionTimeoutChain: Hashable, Sendable {
    package var checkpointIntervalMilliseconds: Int64
    package var checkpointTimeoutMilliseconds: Int64
    /// The longest pause of the restart strategy; 0 without one.
    package var restartDelayMilliseconds: Int64

    package init(
        checkpointIntervalMilliseconds: Int64, checkpointTimeoutMilliseconds: Int64,
        restartDelayMilliseconds: Int64
    ) {
        self.checkpointIntervalMilliseconds = checkpointIntervalMilliseconds
        self.checkpointTimeoutMilliseconds = checkpointTimeoutMilliseconds
        self.restartDelayMilliseconds = restartDelayMilliseconds
    }

    package enum Finding: Hashable, Sendable {
        /// The job cannot work (exit code 78).
        case error(String)
        /// An outage costs a replay, not data. An error under `--strict`.
        case warning(String)
    }

    /// - Parameter brokerMaxMilliseconds: `transaction.max.timeout.ms`; nil if it is not known.
    /// - Returns: Nil if everything fits; else the gravest finding, with every number.
    package func check(
        transactionTimeoutMilliseconds timeout: Int64, brokerMaxMilliseconds: Int64?
    ) -> Finding? {
        if let brokerMaxMilliseconds, timeout > brokerMaxMilliseconds {
            return .error(
                "transaction_timeout \(timeout) ms is above the broker's "
                    + "transaction.max.timeout.ms \(brokerMaxMilliseconds) ms; lower the first or "
                    + "raise the second")
        }
        if timeout <= checkpointIntervalMilliseconds {
            return .error(
                "transaction_timeout \(timeout) ms is not above the checkpoint interval "
                    + "\(checkpointIntervalMilliseconds) ms: every transaction would time out "
                    + "before its checkpoint")
        }
        // Saturating: the numbers come from a file.
        let (part, overflow1) =
            checkpointIntervalMilliseconds
            .addingReportingOverflow(checkpointTimeoutMilliseconds)
        let (sum, overflow2) = part.addingReportingOverflow(restartDelayMilliseconds)
        guard overflow1 || overflow2 || sum >= timeout else { return nil }
        return .warning(
            "checkpoint interval \(checkpointIntervalMilliseconds) ms + checkpoint timeout "
                + "\(checkpointTimeoutMilliseconds) ms + longest restart delay "
                + "\(restartDelayMilliseconds) ms are not below transaction_timeout \(timeout) ms: "
                + "after a long outage results are rolled back and computed again; raise "
                + "transaction_timeout")
    }
}
