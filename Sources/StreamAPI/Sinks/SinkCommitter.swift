public import StreamCore

/// The second phase of a sink whose output is neither part of a transaction nor visible at once: a
/// file sink's renames.
///
/// Its writers leave their output pending and put it into the checkpoint, as items of
/// ``SinkWriter/snapshot(_:)``. Once the checkpoint is durable and every transaction of the job is
/// committed, the items are handed to the committer. No later checkpoint becomes durable before.
///
/// - Threading: control threads; calls do not overlap.
/// - Source: Flink `Committer`.
public protocol SinkCommitter: AnyObject, Sendable {
    var operatorID: OperatorID { get }
    /// Makes the output of a checkpoint visible. Idempotent: the same items come again after a crash,
    /// and in the next checkpoint if that was taken before its writer heard of this one.
    ///
    /// - Parameters:
    ///   - committables: Of all subtasks.
    ///   - areKnownCommitted: The checkpoint is recorded as committed: what is not there any more was
    ///     committed, and taken away by a reader.
    /// - Throws: ``FatalError``; the checkpoint stays uncommitted, and the next start commits it.
    /// - Blocking: yes.
    func commit(_ committables: [[UInt8]], areKnownCommitted: Bool) throws
    /// Before the first record of a run, after what is restored was committed: removes what former
    /// runs of this job and sink have left and the restored checkpoint does not list.
    ///
    /// - Parameter isNewest: Whether this attempt is the newest, asked for after looking and before
    ///   removing: a later one makes output that is not to be touched.
    /// - Blocking: yes.
    func discardLeftovers(keeping committables: [[UInt8]], isNewest: () -> Bool) throws
}

/// Output that a sink has written and the disk may not have yet.
///
/// - Threading: one checkpoint thread, while the sink goes on with other output.
public protocol PendingOutput: AnyObject, Sendable {
    /// Returns when all of it is on disk. The checkpoint is declined where it throws.
    ///
    /// - Blocking: yes.
    func makeDurable() throws
}
