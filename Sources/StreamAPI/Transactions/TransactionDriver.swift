public import StreamCore

/// Carries out the protocol's transactional actions on one cluster. Decides nothing.
///
/// A slot is an index into the id pool; its transactional id is `<prefix>-<slot>`. Each
/// ``initialize(slot:)`` makes a fresh client instance, hence a fresh epoch, for one transaction.
///
/// - Threading: control threads only, never a subtask's. Calls for different slots may overlap;
///   calls for one slot do not. All of them block, bounded by the request time-outs.
/// - Source: docs/checkpoint-protocol.md, steps by number.
public protocol TransactionDriver: AnyObject, Sendable {
    /// Kafka's cluster id.
    var cluster: String { get }
    var marker: MarkerAddress { get }
    var timeoutMilliseconds: Int64 { get }
    func transactionalID(slot: Int) -> String

    // MARK: Writing

    /// A fresh producer: init_transactions, its identity by DescribeTransactions, the metadata of
    /// every output topic, begin_transaction. Ready to be activated.
    func initialize(slot: Int) throws(TransactionError) -> ProducerIdentity
    /// Sink subtasks that wait for the next transaction may write into `slot` from now on. Called
    /// once before the first record, and exactly once after each barrier's flush, also with the same
    /// slot when nothing had been written: drivers count the calls against the barriers that each
    /// subtask has passed. Does not block.
    func activate(slot: Int)
    /// Whether any record was written into the slot's transaction. Does not block.
    func hasOutput(slot: Int) -> Bool
    /// Waits until everything written is acknowledged.
    /// - Throws: If anything is still outstanding, any delivery report failed, or the client has a
    ///   fatal error. The transaction can then not be committed.
    func flush(slot: Int) throws(TransactionError) -> FlushReport
    /// Puts the commit marker into the transaction, last.
    func sendMarker(slot: Int, checkpoint: CheckpointID, attempt: Attempt) throws(TransactionError)
    /// rd_kafka_commit_transaction, and its end in every partition. `unanswered` in the error: call it
    /// again, never abort. `failed`: it is committed, and hangs; recovery settles it.
    func commit(slot: Int) throws(TransactionError)
    /// Frees the client instance. An open transaction is left to whoever fences the id.
    func destroy(slot: Int)

    // MARK: Recovery: raw requests, no client instance

    func endTransaction(_ transaction: PreparedTransaction) -> EndTransactionAnswer
    /// InitProducerId: aborts whatever is open under the id and bumps its epoch.
    func fence(transactionalID: String) -> FenceAnswer
    func describe(transactionalID: String) throws(TransactionError) -> TransactionDescription
    /// OffsetFetch with require_stable on the marker group.
    func readMarker() -> MarkerReading
    /// Ends the transactions that hang in some partition, of every id that was fenced by this driver:
    /// those of `committed` by a commit, all others by an abort.
    func settle(committed: Set<ProducerIdentity>) -> SettleAnswer
}

public struct FlushReport: Hashable, Sendable {
    public let output: [OutputRange]
    /// Wall clock at the first write, milliseconds since the epoch; nil if nothing was written.
    public let beginTimeMilliseconds: Int64?
    public init(output: [OutputRange], beginTimeMilliseconds: Int64?) {
        self.output = output
        self.beginTimeMilliseconds = beginTimeMilliseconds
    }
}

/// Why a transactional action failed; the protocol acts on ``code`` alone.
public struct TransactionError: Error, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// The outcome is not known; repeat the same call.
        case unanswered
        /// Another producer has this id, or the broker timed the transaction out.
        case fenced
        /// The transaction can not be committed; fail over.
        case failed
        /// A permission is missing (exit code 77).
        case unauthorized
        /// The broker refuses the settings (exit code 78).
        case misconfigured
        /// The cluster cannot be reached (exit code 69).
        case unreachable
    }
    public let code: Code
    /// What was being done, to what, what the client said, and what to do.
    public let message: String
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
    public var description: String { message }
}
