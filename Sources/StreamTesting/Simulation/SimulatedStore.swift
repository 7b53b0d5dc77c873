package import Checkpointing
package import StreamCore

/// A checkpoint folder on a disk that keeps what was synced and may lose or keep what was not.
package struct SimulatedStore {
    package struct Entry {
        package let facts: CheckpointFacts
        /// The source position that the checkpoint holds.
        package let sourceOffset: Int
        package var isRenamed = false
        package var isSynced = false
        package var isRecorded = false
        package var isRecordSynced = false
        /// Deleted, and the directory is not synced: a power cut may bring it back.
        package var isDeleted = false
        package var isCorrupt = false
    }

    package var entries: [Entry] = []
    package private(set) var newestAttempt = Attempt(rawValue: 0)

    package init() {}

    package func index(_ id: CheckpointID) -> Int? { entries.firstIndex { $0.facts.id == id } }

    /// Exclusive create.
    package mutating func createAttempt(_ attempt: Attempt) -> Bool {
        guard attempt > newestAttempt else { return false }
        newestAttempt = attempt
        return true
    }

    package mutating func write(_ facts: CheckpointFacts, sourceOffset: Int) {
        entries.append(Entry(facts: facts, sourceOffset: sourceOffset))
    }

    package mutating func rename(_ id: CheckpointID) {
        if let index = index(id) { entries[index].isRenamed = true }
    }

    package mutating func sync(_ id: CheckpointID) {
        if let index = index(id) { entries[index].isSynced = true }
    }

    package mutating func recordCommitted(_ id: CheckpointID) {
        if let index = index(id) { entries[index].isRecorded = true }
    }

    package mutating func delete(_ id: CheckpointID) {
        if let index = index(id) { entries[index].isDeleted = true }
    }

    package var listing: [StoredCheckpoint] {
        entries.compactMap { entry in
            guard entry.isRenamed, !entry.isDeleted else { return nil }
            return StoredCheckpoint(
                id: entry.facts.id,
                content: entry.isCorrupt ? .unreadable(reason: "CRC") : .readable(entry.facts),
                isRecordedCommitted: entry.isRecorded)
        }
    }

    /// Any legal cut: what was synced stays, each of the other changes stays or goes.
    package mutating func losePower(_ random: inout SplitMix64) {
        for index in entries.indices {
            if !entries[index].isSynced, entries[index].isRenamed, random.oneIn(2) {
                entries[index].isRenamed = false
            }
            if entries[index].isRecorded, !entries[index].isRecordSynced {
                entries[index].isRecorded = random.oneIn(2)
                entries[index].isRecordSynced = entries[index].isRecorded
            }
            if entries[index].isDeleted, random.oneIn(2) { entries[index].isDeleted = false }
        }
        entries.removeAll { !$0.isRenamed || $0.isDeleted }
        for index in entries.indices { entries[index].isSynced = true }
    }
}
