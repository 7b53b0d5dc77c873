/// The times that must fit into each other for an outage to cost no replay.
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
}
