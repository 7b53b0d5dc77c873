import StreamAPI
import StreamCore

/// The transactions of one run, on a ``MemoryCluster``.
final class MemoryDriver: TransactionDriver {
    private struct Gate {
        /// Slots in the order of their activation: the n-th is for what follows n barriers.
        var activated: [Int] = []
        var isCancelled = false
    }

    private let memory: MemoryCluster
    private let gate = Watched(Gate())

    init(_ memory: MemoryCluster) { self.memory = memory }

    var cluster: String { "memory" }
    var marker: MarkerAddress {
        MarkerAddress(group: "marker", topic: "out", partition: PartitionIndex(rawValue: 0))
    }
    var timeoutMilliseconds: Int64 { 600_000 }
    func transactionalID(slot: Int) -> String { "job-\(slot)" }

    // MARK: Sink subtasks

    /// Writes into the transaction that follows `barrierCount` barriers; waits for it.
    func write(_ rows: [SeenRow], barrierCount: Int) throws {
        gate.wait(seconds: 120) { $0.activated.count > barrierCount || $0.isCancelled }
        let state = gate.current
        guard !state.isCancelled, state.activated.count > barrierCount else {
            throw PlannedFailure(message: "no transaction to write to")
        }
        let id = transactionalID(slot: state.activated[barrierCount])
        memory.contents.update { $0.open[id]?.rows += rows }
    }

    func cancel() { gate.update { $0.isCancelled = true } }

    // MARK: Control threads

    func initialize(slot: Int) throws(TransactionError) -> ProducerIdentity {
        try memory.receive(.initialize(slot: slot))
        return memory.begin(transactionalID(slot: slot))
    }

    func activate(slot: Int) {
        try? memory.receive(.activate(slot: slot))
        gate.update { $0.activated.append(slot) }
    }

    func hasOutput(slot: Int) -> Bool {
        memory.contents.current.open[transactionalID(slot: slot)]?.rows.isEmpty == false
    }

    func flush(slot: Int) throws(TransactionError) -> FlushReport {
        try memory.receive(.flush(slot: slot))
        let rows = memory.contents.current.open[transactionalID(slot: slot)]?.rows ?? []
        guard !rows.isEmpty else { return FlushReport(output: [], beginTimeMilliseconds: nil) }
        let range = OutputRange(
            topic: "out", partition: PartitionIndex(rawValue: 0), recordCount: rows.count,
            firstOffset: 0, lastOffset: Int64(rows.count) - 1)
        return FlushReport(output: [range], beginTimeMilliseconds: 1)
    }

    func sendMarker(
        slot: Int, checkpoint: CheckpointID, attempt: Attempt
    ) throws(TransactionError) {
        try memory.receive(.sendMarker(slot: slot, checkpoint))
        memory.contents.update { $0.open[transactionalID(slot: slot)]?.marker = checkpoint }
    }

    func commit(slot: Int) throws(TransactionError) {
        let id = transactionalID(slot: slot)
        try memory.receive(.commit(slot: slot, memory.contents.current.open[id]?.marker))
        guard memory.commit(id) else { throw TransactionError(.fenced, "no transaction is open") }
    }

    func destroy(slot: Int) { try? memory.receive(.destroy(slot: slot)) }

    // MARK: Recovery

    func endTransaction(_ transaction: PreparedTransaction) -> EndTransactionAnswer {
        let id = transaction.transactionalID
        try? memory.receive(.endTransaction(id, transaction.marker))
        return memory.commit(id, by: transaction.producer) ? .committed : .refused(code: 48)
    }

    func fence(transactionalID: String) -> FenceAnswer {
        try? memory.receive(.fence(transactionalID))
        memory.abort(transactionalID)
        return .fenced
    }

    func describe(transactionalID: String) throws(TransactionError) -> TransactionDescription {
        try memory.receive(.describe(transactionalID))
        let open = memory.contents.current.open[transactionalID]
        let none = ProducerIdentity(
            producerID: ProducerID(rawValue: -1), epoch: ProducerEpoch(rawValue: -1))
        return TransactionDescription(
            state: open == nil ? "Empty" : "Ongoing", producer: open?.producer ?? none,
            timeoutMilliseconds: timeoutMilliseconds, startTimeMilliseconds: -1)
    }

    func settle(committed: Set<ProducerIdentity>) -> SettleAnswer { .settled([]) }

    func readMarker() -> MarkerReading {
        try? memory.receive(.readMarker)
        return memory.contents.current.marker.map(MarkerReading.value) ?? .absent
    }
}
