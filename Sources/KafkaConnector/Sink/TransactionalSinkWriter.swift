internal import KafkaClient
internal import StreamAPI
internal import StreamCore

/// One subtask of an `exactly_once` sink: writes into whichever transaction is open to it.
final class TransactionalSinkWriter: SinkWriter {
    private let topicName: String
    private let gate: ActivationGate<OpenTransaction>
    private let production: RowProduction
    private let cancellation: SinkCancellation
    /// Barriers that this subtask has passed since the start of the attempt.
    private var barriersPassed = 0
    /// The transaction that is open to this subtask, once it has been waited for.
    private var current: (transaction: OpenTransaction, topic: ProducerTopic)?

    init(
        _ configuration: KafkaSinkConfiguration, encoding: KafkaRecordEncoding,
        context: OperatorContext, gate: ActivationGate<OpenTransaction>
    ) {
        topicName = configuration.topic
        self.gate = gate
        cancellation = SinkCancellation(operatorID: configuration.operatorID)
        production = RowProduction(
            configuration, encoding: encoding, subtaskIndex: context.subtaskIndex,
            cancellation: cancellation)
    }

    func write(_ batch: RecordBatch) throws {
        guard batch.selection.count > 0 else { return }
        let (transaction, topic) = try current ?? waitForTransaction()
        assert(!transaction.isSealed, "a write behind a barrier into the transaction it sealed")
        try production.produce(batch, with: transaction.client.producer, to: topic)
    }

    func barrier(_ barrier: CheckpointBarrier) throws {
        barriersPassed += 1
        current = nil
    }

    var cancel: @Sendable () -> Void {
        { [cancellation, gate] in
            cancellation.cancel()
            gate.wakeAll()
        }
    }

    func close() { current = nil }

    private func waitForTransaction() throws -> (OpenTransaction, ProducerTopic) {
        let open = gate.wait(barriersPassed: barriersPassed) { cancellation.isCancelled }
        guard let open else { throw cancellation.error }
        guard let topic = open.topics[topicName] else {
            preconditionFailure("\(topicName) is not among the output topics of TransactionalSink")
        }
        open.noteWrite()
        current = (open, topic)
        return (open, topic)
    }
}
