internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// What other threads may touch of a subtask: its mailbox, its counters, and the means to wake it.
final class Subtask: Sendable {
    let id: SubtaskID
    let vertex: JobVertex
    let counters = RecordCounters()
    let eventTime = EventTimeGauge()
    let mailbox = Mailbox()
    let doorbell = Doorbell()
    private let stateValue = Atomic<Int>(ExecutionState.created.rawValue)
    /// Ends of waits that are not on the doorbell: a reader's poll, a sink's transaction. Made by
    /// the subtask's thread, called by others: with the lock held, so that none is called after
    /// ``unregisterWakers()`` has returned and its reader or sink may be gone. They do not block.
    private struct Wakers {
        var mail: (@Sendable () -> Void)?
        var cancel: [@Sendable () -> Void] = []
        var isCancelled = false
    }
    private let wakers = Mutex(Wakers())

    init(id: SubtaskID, vertex: JobVertex) {
        self.id = id
        self.vertex = vertex
    }

    var state: ExecutionState {
        get { ExecutionState(rawValue: stateValue.load(ordering: .relaxed)) ?? .created }
        set { stateValue.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// The kernel's name of the thread, at most 15 bytes: `0.1 events`.
    var threadName: String {
        String("\(id.vertex).\(id.index) \(vertex.chain.nodes[0].id.rawValue)".prefix(15))
    }

    // MARK: From other threads

    func post(_ mail: Mail) {
        mailbox.post(mail)
        wake()
    }

    /// Makes the subtask look at its mailbox and at the cancellation.
    func wake() {
        doorbell.ring()
        wakers.withLock { $0.mail?() }
    }

    /// Ends every wait; the cancellation has been requested before.
    func cancel() {
        wakers.withLock { wakers in
            wakers.isCancelled = true
            for call in wakers.cancel { call() }
        }
        wake()
    }

    // MARK: From the subtask's thread

    /// Mail also ends the reader's wait.
    func register(mailWaker: @escaping @Sendable () -> Void) {
        wakers.withLock { $0.mail = mailWaker }
    }

    /// Cancelling also calls this: at once, if it has happened already.
    func register(cancelWaker: @escaping @Sendable () -> Void) {
        wakers.withLock { wakers in
            wakers.cancel.append(cancelWaker)
            if wakers.isCancelled { cancelWaker() }
        }
    }

    /// The reader and the sinks are closed: nobody may call into them any more.
    func unregisterWakers() {
        wakers.withLock {
            $0.mail = nil
            $0.cancel = []
        }
    }

    func status(isSource: Bool, queuedElementCount: Int) -> SubtaskStatus {
        SubtaskStatus(
            subtask: id, name: vertex.name, state: state, isSource: isSource,
            hasSink: vertex.hasSink,
            recordsIn: counters.recordsIn.load(ordering: .relaxed),
            recordsOut: counters.recordsOut.load(ordering: .relaxed),
            bytesIn: counters.bytesIn.load(ordering: .relaxed),
            dropped: counters.dropped.load(ordering: .relaxed),
            leading: counters.leading.load(ordering: .relaxed),
            lateDropped: counters.lateDropped.load(ordering: .relaxed),
            alignmentWaitMilliseconds: counters.alignmentWaitMilliseconds.load(
                ordering: .relaxed),
            queuedElementCount: queuedElementCount)
    }
}
