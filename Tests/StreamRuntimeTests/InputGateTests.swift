import StreamCore
import Testing

@testable import StreamRuntime

@Suite struct InputGateTests {
    private struct Inputs {
        let channels: [InputChannel]
        let gate: InputGate

        init(_ count: Int, inputs: [Int]? = nil) {
            let cancellation = Cancellation()
            channels = (0..<count).map { _ in
                InputChannel(
                    configuration: ExecutionConfiguration(), cancellation: cancellation,
                    producer: Doorbell(), consumer: Doorbell())
            }
            let inputs = inputs ?? Array(repeating: 0, count: count)
            gate = InputGate(
                zip(channels, inputs).map {
                    InputPlan(
                        channel: $0.0, upstream: SubtaskID(vertex: 0, index: 0), input: $0.1)
                })
        }

        /// The next event in words.
        func next() -> String {
            switch gate.poll() {
            case nil: "nothing"
            case .batch(let batch, 0): "batch \(batch.rowCount)"
            case .batch(let batch, let input): "batch \(batch.rowCount) of input \(input)"
            case .barrier(let barrier): "barrier \(barrier.id.sequence)"
            case .progress(let progress): words(progress)
            case .endOfInput: "end"
            }
        }

        private func words(_ progress: EventTimeProgress) -> String {
            let watermark = progress.watermark.map { "watermark \($0.rawValue)" }
            let status = progress.status.map { "\($0)" }
            return [watermark, status].compactMap(\.self).joined(separator: ", ")
        }

        func push(batch rowCount: Int, to index: Int) throws {
            let batch = RecordBatch(schema: RowSchema([]), rowCapacity: 8)
            batch.rowCount = rowCount
            try channels[index].push(.batch(batch))
        }
    }

    @Test func `What follows a barrier waits until the barrier is there on every input`() throws {
        let inputs = Inputs(2)
        try inputs.channels[0].push(.barrier(.number(1)))
        try inputs.push(batch: 1, to: 0)
        try inputs.push(batch: 2, to: 1)
        #expect(inputs.next() == "batch 2")
        #expect(inputs.next() == "nothing")
        #expect(!inputs.gate.isReady)
        try inputs.channels[1].push(.barrier(.number(1)))
        #expect(inputs.next() == "barrier 1")
        #expect(inputs.next() == "batch 1")
    }

    @Test func `A checkpoint that is given up blocks no input, and its late barriers are dropped`()
        throws
    {
        let inputs = Inputs(2)
        try inputs.channels[0].push(.barrier(.number(1)))
        try inputs.push(batch: 1, to: 0)
        #expect(inputs.next() == "nothing")
        inputs.gate.cancelCheckpoint(CheckpointBarrier.number(1).id)
        #expect(inputs.next() == "batch 1")
        try inputs.channels[1].push(.barrier(.number(1)))
        try inputs.push(batch: 2, to: 1)
        #expect(inputs.next() == "batch 2")
        for channel in inputs.channels { try channel.push(.barrier(.number(2))) }
        #expect(inputs.next() == "barrier 2")
    }

    @Test func `The end comes once, after the last input's, and barriers still align`() throws {
        let inputs = Inputs(2)
        try inputs.channels[0].push(.endOfInput)
        #expect(inputs.next() == "nothing")
        try inputs.push(batch: 3, to: 1)
        try inputs.channels[1].push(.endOfInput)
        #expect(inputs.next() == "batch 3")
        #expect(inputs.next() == "end")
        try inputs.channels[1].push(.barrier(.number(1, .final)))
        #expect(inputs.next() == "nothing")
        try inputs.channels[0].push(.barrier(.number(1, .final)))
        #expect(inputs.next() == "barrier 1")
    }

    @Test func `Inputs take turns`() throws {
        let inputs = Inputs(3)
        for round in 1...2 {
            for index in 0..<3 { try inputs.push(batch: round, to: index) }
        }
        let events = (0..<6).map { _ in inputs.next() }
        #expect(events == ["batch 1", "batch 1", "batch 1", "batch 2", "batch 2", "batch 2"])
    }

    @Test func `The watermark is the smallest of all inputs and never falls`() throws {
        let inputs = Inputs(2)
        try inputs.channels[0].push(.watermark(Watermark(rawValue: 50)))
        #expect(inputs.next() == "nothing")
        try inputs.channels[1].push(.watermark(Watermark(rawValue: 20)))
        #expect(inputs.next() == "watermark 20")
        try inputs.channels[1].push(.watermark(Watermark(rawValue: 10)))
        #expect(inputs.next() == "nothing")
        try inputs.channels[1].push(.watermark(Watermark(rawValue: 70)))
        #expect(inputs.next() == "watermark 50")
    }

    @Test func `Batches come with the input that their channel belongs to`() throws {
        let inputs = Inputs(3, inputs: [0, 1, 1])
        for index in 0..<3 { try inputs.push(batch: index + 1, to: index) }
        let events = (0..<3).map { _ in inputs.next() }
        #expect(events == ["batch 1", "batch 2 of input 1", "batch 3 of input 1"])
    }

    @Test func `An idle input and an ended one hold no watermark back`() throws {
        let inputs = Inputs(3)
        try inputs.channels[0].push(.watermark(Watermark(rawValue: 50)))
        try inputs.channels[1].push(.status(.idle))
        #expect(inputs.next() == "nothing")
        try inputs.channels[2].push(.endOfInput)
        #expect(inputs.next() == "watermark 50")
        try inputs.channels[0].push(.status(.idle))
        #expect(inputs.next() == "idle")
        try inputs.channels[1].push(.status(.active))
        #expect(inputs.next() == "active")
    }
}
