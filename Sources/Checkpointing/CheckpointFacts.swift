package import StreamAPI
package import StreamCore

/// What the protocol must know of a checkpoint; everything else in its metadata is the caller's.
///
/// Storage writes all four stored fields and ``finalMarker`` into `_metadata` and hands back an
/// equal value when it reads them.
package struct CheckpointFacts: Hashable, Sendable {
    package let id: CheckpointID
    package let kind: CheckpointKind
    /// A checkpoint 0: its only transaction holds the marker and no data, and its state is the one
    /// that the run started from. Taken by no barrier.
    package let isInitial: Bool
    /// In the order in which they must be committed, oldest first. Empty for an interval without
    /// output and for a job without transactional sinks.
    package let transactions: [PreparedTransaction]
    /// What the marker group holds before the first of ``transactions`` commits; nil: nothing.
    package let predecessorMarker: CheckpointID?

    package init(
        id: CheckpointID, kind: CheckpointKind = .checkpoint, isInitial: Bool = false,
        transactions: [PreparedTransaction] = [], predecessorMarker: CheckpointID? = nil
    ) {
        self.id = id
        self.kind = kind
        self.isInitial = isInitial
        self.transactions = transactions
        self.predecessorMarker = predecessorMarker
    }

    /// What the marker group holds once every transaction has committed.
    package var finalMarker: CheckpointID? { transactions.last?.marker ?? predecessorMarker }

    /// The values that the marker group holds between the first and the last commit of a list.
    package var middleMarkers: [CheckpointID] { transactions.dropLast().map(\.marker) }
}

/// A checkpoint folder as storage found it.
package struct StoredCheckpoint: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// Checksums and version are right.
        case readable(CheckpointFacts)
        /// `_metadata` is there under its final name and cannot be used; why, in one line.
        case unreadable(reason: String)
    }
    /// From the folder's name.
    package let id: CheckpointID
    package let content: Content
    /// The hint file `committed` is there.
    package let isRecordedCommitted: Bool

    package init(id: CheckpointID, content: Content, isRecordedCommitted: Bool) {
        self.id = id
        self.content = content
        self.isRecordedCommitted = isRecordedCommitted
    }

    package var facts: CheckpointFacts? {
        if case .readable(let facts) = content { facts } else { nil }
    }
}
