import StreamCore
import Testing

@testable import StreamRuntime

@Suite struct InputGateTests {
    private struct Inputs {
        let channels: [InputChannel]
        let gate: InputGate

        init(_ count: Int) {
            let cancellation = Cancellation()
            channels = (0..<count).map { _ in
                InputChannel(
                    configuration: ExecutionConfiguration(), cancellation: cancellation,
                    producer: Doorbell(), consumer: Doorbell())
            }
            gate = InputGate(channels)
        }

        /// The next event in words.
        func next() -> String {
            switch gate.poll() {
            case nil: "nothing"
            case .batch(let batch): "batch \(batch.rowCount)"
            case .barrier(let barrier): "barrier \(barrier.id.sequence)"
            case .watermark(let watermark): "watermark \(watermark.rawValue)"
            case .endOfInput: "end"
            }
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
}
