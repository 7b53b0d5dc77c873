internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// A control message to a subtask, handled on its thread between two batches.
enum Mail: Sendable {
    /// For source subtasks: start this barrier.
    case barrier(CheckpointBarrier)
    case checkpointCancelled(CheckpointID)
    case checkpointComplete(CheckpointID)
    /// For source subtasks: read these too.
    case splitsAdded([SourceSplit])
}

/// A subtask's control messages, in order of arrival (Flink's `TaskMailbox`).
///
/// Not bounded by a number of its own: the controller has at most one checkpoint under way and
/// sends at most three mails for each; splits come one at a time, as often as topics grow.
final class Mailbox: Sendable {
    private let mails = Mutex<[Mail]>([])
    private let hasMailFlag = Atomic<Bool>(false)

    /// One load; asked once a batch.
    var hasMail: Bool { hasMailFlag.load(ordering: .acquiring) }

    /// The caller wakes the subtask afterwards.
    func post(_ mail: Mail) {
        mails.withLock {
            $0.append(mail)
            hasMailFlag.store(true, ordering: .releasing)
        }
    }

    func takeAll() -> [Mail] {
        guard hasMail else { return [] }
        return mails.withLock { mails in
            hasMailFlag.store(false, ordering: .releasing)
            defer { mails = [] }
            return mails
        }
    }
}
