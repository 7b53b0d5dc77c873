internal import StreamAPI
internal import StreamCore

/// The outputs of one node: the main one and its side outputs, each with what reads it.
///
/// A side output that nothing reads has no place here: a batch for it is dropped.
final class OutputPorts: OperatorOutput {
    private let main: any BatchOutput
    private let sides: [(port: OutputPort, output: any BatchOutput)]

    /// - Parameters:
    ///   - main: The readers of the main output.
    ///   - sides: Those of each side output; may be empty.
    init(main: [any BatchOutput] = [], sides: [(OutputPort, [any BatchOutput])] = []) {
        self.main = OutputPorts.join(main)
        self.sides = sides.filter { !$0.1.isEmpty }.map { ($0.0, OutputPorts.join($0.1)) }
    }

    func emit(_ batch: RecordBatch) throws { try main.emit(batch) }

    func emit(_ batch: RecordBatch, to port: OutputPort) throws {
        for side in sides where side.port == port { return try side.output.emit(batch) }
        if port == .main { try main.emit(batch) }
    }

    func isConsumed(_ port: OutputPort) -> Bool {
        port == .main ? !(main is DiscardingOutput) : sides.contains { $0.port == port }
    }

    private static func join(_ targets: [any BatchOutput]) -> any BatchOutput {
        switch targets.count {
        case 0: DiscardingOutput()
        case 1: targets[0]
        default: FanOutput(targets)
        }
    }
}

/// Hands one batch to several readers, each as if it were the only one.
///
/// A filter shrinks the batch's selection and an operator may replace its columns, so both are put
/// back before the next reader.
final class FanOutput: BatchOutput {
    private let targets: [any BatchOutput]
    private var selection: SelectionVector?

    init(_ targets: [any BatchOutput]) {
        precondition(targets.count > 1)
        self.targets = targets
    }

    func emit(_ batch: RecordBatch) throws {
        let saved = room(for: batch.selection)
        saved.copy(from: batch.selection)
        let (columns, origin, chunks) = (batch.columns, batch.origin, batch.chunks)
        let eventTimes = batch.eventTimes
        for target in targets {
            batch.selection.copy(from: saved)
            (batch.columns, batch.origin, batch.chunks) = (columns, origin, chunks)
            batch.eventTimes = eventTimes
            try target.emit(batch)
        }
    }

    private func room(for other: SelectionVector) -> SelectionVector {
        if let selection, selection.capacity >= other.count { return selection }
        let made = SelectionVector(capacity: other.capacity)
        selection = made
        return made
    }
}

/// Behind an output that nothing reads.
final class DiscardingOutput: BatchOutput {
    func emit(_ batch: RecordBatch) {}
}
