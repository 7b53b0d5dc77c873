internal import StreamAPI
internal import StreamCore

/// The loop of a subtask behind channels: mail, gate, chain (Flink's `MultipleInputStreamTask`).
final class InputTask {
    private let environment: SubtaskEnvironment
    private let chain: OperatorChain
    private let gate: InputGate

    init(_ environment: SubtaskEnvironment, _ chain: OperatorChain) {
        self.environment = environment
        self.chain = chain
        gate = InputGate(
            environment.graph.inputs[environment.subtask.id, default: []],
            restored: chain.operators.first?.restoredWatermark,
            gauge: environment.subtask.eventTime)
    }

    /// Returns after the last barrier; throws ``ExecutionCancelled`` when that is asked for.
    func run() throws {
        environment.opened()
        let subtask = environment.subtask
        let cancellation = environment.graph.cancellation
        while true {
            try cancellation.check()
            if subtask.mailbox.hasMail { try readMail() }
            guard let event = gate.poll() else {
                subtask.doorbell.wait {
                    gate.isReady || subtask.mailbox.hasMail || cancellation.isRequested
                }
                continue
            }
            if try !handle(event) { return }
        }
    }

    /// - Returns: False after the last barrier.
    private func handle(_ event: InputGate.Event) throws -> Bool {
        switch event {
        case .batch(let batch, let input):
            try environment.willProcess(rowCount: batch.selection.count)
            try chain.process(batch, input: input)
        case .barrier(let barrier):
            try environment.take(barrier, chain)
            return !barrier.isLast
        case .progress(let progress): try chain.forward(progress)
        case .endOfInput: try environment.ended(chain)
        }
        return true
    }

    private func readMail() throws {
        for mail in environment.subtask.mailbox.takeAll() {
            switch mail {
            case .barrier, .splitsAdded:
                preconditionFailure("barriers and splits are for sources only")
            case .checkpointComplete(let checkpoint):
                try chain.notifyCheckpointComplete(checkpoint)
            case .checkpointCancelled(let checkpoint): gate.cancelCheckpoint(checkpoint)
            }
        }
    }
}
