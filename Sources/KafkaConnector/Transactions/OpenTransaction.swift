internal import Glibc
internal import KafkaClient
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// One slot's client instance and its one transaction, from `initialize` to `destroy`.
///
/// - Threading: sink subtasks produce into it between activation and flush; all else is done by
///   one control thread at a time.
final class OpenTransaction: Sendable {
    let slot: Int
    let client: TransactionalProducer
    let identity: ProducerIdentity
    /// By name; every output topic of the job.
    let topics: [String: ProducerTopic]
    /// Wall clock at the first write; 0: none yet.
    private let beginTime = Atomic<Int64>(0)
    private let isSealedFlag = Atomic<Bool>(false)
    private let isCommittedFlag = Atomic<Bool>(false)

    init(
        slot: Int, client: TransactionalProducer, identity: ProducerIdentity,
        topics: [String: ProducerTopic]
    ) {
        self.slot = slot
        self.client = client
        self.identity = identity
        self.topics = topics
    }

    /// Milliseconds since the epoch at the first write; nil if nothing was written.
    var beginTimeMilliseconds: Int64? {
        let time = beginTime.load(ordering: .acquiring)
        return time == 0 ? nil : time
    }

    /// Called by each subtask before its first record. The broker's clock of the transaction starts
    /// no earlier.
    func noteWrite() {
        guard beginTime.load(ordering: .relaxed) == 0 else { return }
        _ = beginTime.compareExchange(
            expected: 0, desired: wallClockMilliseconds(), ordering: .acquiringAndReleasing)
    }

    /// True between the flush for a barrier and the next activation.
    var isSealed: Bool {
        get { isSealedFlag.load(ordering: .acquiring) }
        set { isSealedFlag.store(newValue, ordering: .releasing) }
    }

    /// The coordinator has decided so; markers may still be missing.
    var isCommitted: Bool {
        get { isCommittedFlag.load(ordering: .acquiring) }
        set { isCommittedFlag.store(newValue, ordering: .releasing) }
    }
}

/// Milliseconds since the epoch.
private func wallClockMilliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
}
