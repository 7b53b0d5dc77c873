import Checkpointing
import StreamCore

/// Drives a ``BarrierAligner`` from a transcript.
struct AlignerTranscript {
    private var aligner = BarrierAligner(inputCount: 1)

    mutating func execute(_ command: Command) throws -> [String] {
        if command.name == "aligner" {
            aligner = BarrierAligner(inputCount: try command.int("inputs"))
            return ["ok"]
        }
        let actions = aligner.handle(try event(command))
        return actions.isEmpty ? ["nothing"] : actions.map(Self.text)
    }

    private func event(_ command: Command) throws -> BarrierAligner.Event {
        func id() throws -> CheckpointID { try Words.id(try command.string("checkpoint")) }
        switch command.name {
        case "barrier":
            return .barrier(
                CheckpointBarrier(id: try id(), kind: .checkpoint), input: try command.int("input"))
        case "end": return .endOfInput(try command.int("input"))
        case "cancel": return .cancelled(try id())
        default: throw Command.Malformed(text: command.text)
        }
    }

    static func text(_ action: BarrierAligner.Action) -> String {
        switch action {
        case .snapshot(let barrier): "snapshot checkpoint=\(barrier.id)"
        case .block(let input): "block input=\(input)"
        case .unblock(let inputs): "unblock inputs=\(inputs)"
        case .aborted(let id, .cancelled): "aborted checkpoint=\(id) cancelled"
        case .aborted(let id, .subsumed(let by)): "aborted checkpoint=\(id) subsumed-by=\(by)"
        case .ignore(let barrier): "ignore checkpoint=\(barrier.id)"
        case .allEnded: "all-ended"
        }
    }
}
