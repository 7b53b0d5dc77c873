package import StreamCore

/// Where a run begins; recovery's result and ``JobProtocol``'s input.
package struct JobStart: Hashable, Sendable {
    package let attempt: Attempt
    /// The checkpoint to restore; nil on a first start and in a new life.
    package let restored: CheckpointFacts?
    /// Take a checkpoint 0 of the state that the run starts from before any data checkpoint.
    package let needsInitialCheckpoint: Bool
    /// What the marker group holds now; nil: nothing, or the job has no pool.
    package let marker: CheckpointID?
    /// The running number of the next checkpoint.
    package let nextSequence: UInt32
    /// Committed checkpoints in the store, oldest first, ``restored`` last.
    package let committed: [CheckpointID]
    /// Other checkpoints in the store: rolled back, unreadable, or of a former life. They are
    /// deleted once a newer one is committed.
    package let abandoned: [CheckpointID]

    package init(
        attempt: Attempt, restored: CheckpointFacts?, needsInitialCheckpoint: Bool,
        marker: CheckpointID?, nextSequence: UInt32, committed: [CheckpointID] = [],
        abandoned: [CheckpointID] = []
    ) {
        self.attempt = attempt
        self.restored = restored
        self.needsInitialCheckpoint = needsInitialCheckpoint
        self.marker = marker
        self.nextSequence = nextSequence
        self.committed = committed
        self.abandoned = abandoned
    }
}
