import StreamAPI
import StreamCore
import Synchronization

/// One row as a reader of committed records sees it: a key, and how often it had been counted.
struct SeenRow: Hashable, Sendable { let key: Int64, count: Int64 }

/// What a job asks of Kafka's transactions.
enum Call: Hashable, Sendable {
    case initialize(slot: Int), activate(slot: Int), flush(slot: Int), destroy(slot: Int)
    case sendMarker(slot: Int, CheckpointID)
    case commit(slot: Int, CheckpointID?)
    case describe(String), endTransaction(String, CheckpointID), fence(String), readMarker
}

/// Transactions of one cluster, in memory: what outlives the processes of a job.
final class MemoryCluster: Sendable {
    struct Transaction: Sendable {
        let producer: ProducerIdentity
        var rows: [SeenRow] = []
        var marker: CheckpointID?
    }

    struct Contents: Sendable {
        var epochs: [String: Int16] = [:]
        var open: [String: Transaction] = [:]
        /// Rows of committed transactions, in the order of their commits.
        var visible: [SeenRow] = []
        var marker: CheckpointID?
        var calls: [Call] = []
    }

    let contents: Watched<Contents>
    /// Called with each call before it takes effect; what it returns fails the call.
    let script = Mutex<@Sendable (Call) -> TransactionError?>({ _ in nil })

    init(_ contents: Contents = Contents()) { self.contents = Watched(contents) }

    func onCall(_ script: @escaping @Sendable (Call) -> TransactionError?) {
        self.script.withLock { $0 = script }
    }

    func receive(_ call: Call) throws(TransactionError) {
        contents.update { $0.calls.append(call) }
        if let error = script.withLock(\.self)(call) { throw error }
    }

    // MARK: What brokers do

    func begin(_ id: String) -> ProducerIdentity {
        contents.update { contents in
            let epoch = contents.epochs[id, default: -1] + 1
            contents.epochs[id] = epoch
            let producer = ProducerIdentity(
                producerID: ProducerID(rawValue: 1), epoch: ProducerEpoch(rawValue: epoch))
            contents.open[id] = Transaction(producer: producer)
            return producer
        }
    }

    func abort(_ id: String) {
        contents.update { contents in
            contents.epochs[id, default: -1] += 1
            contents.open[id] = nil
        }
    }

    /// - Returns: False if `producer` has no open transaction.
    func commit(_ id: String, by producer: ProducerIdentity? = nil) -> Bool {
        contents.update { contents in
            guard let transaction = contents.open[id],
                producer.map({ $0 == transaction.producer }) ?? true
            else { return false }
            contents.open[id] = nil
            contents.visible += transaction.rows
            contents.marker = transaction.marker ?? contents.marker
            return true
        }
    }
}
