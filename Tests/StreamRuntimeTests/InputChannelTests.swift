import StreamCore
import Synchronization
import Testing

@testable import StreamRuntime

@Suite struct InputChannelTests {
    private final class Ends: Sendable {
        let cancellation = Cancellation()
        let producer = Doorbell()
        let consumer = Doorbell()
        let channel: InputChannel

        init(elementCountMax: Int = 4, byteCountMax: Int = 100) {
            var configuration = ExecutionConfiguration()
            configuration.channelElementCountMax = elementCountMax
            configuration.channelByteCountMax = byteCountMax
            channel = InputChannel(
                configuration: configuration, cancellation: cancellation, producer: producer,
                consumer: consumer)
        }

        func pop() -> StreamElement {
            while true {
                if let element = channel.pop() { return element }
                consumer.wait { !self.channel.isEmpty }
            }
        }
    }

    private func watermark(_ element: StreamElement?) -> Int64? {
        if case .watermark(let watermark) = element { watermark.rawValue } else { nil }
    }

    private func push(_ number: Int64, _ bytes: Int, _ channel: InputChannel) throws {
        try channel.push(.watermark(Watermark(rawValue: number)), byteCount: bytes)
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `Elements arrive in order, within both bounds, whatever the speeds`(seed: UInt64) throws {
        let ends = Ends()
        let total: Int64 = 2_000
        let thread = try SubtaskThread(name: "producer", stackByteCount: 1 << 20) {
            var random = SplitMix64(seed: seed)
            for number in 0..<total {
                let bytes = Int.random(in: 0...60, using: &random)
                try? ends.channel.push(
                    .watermark(Watermark(rawValue: number)), byteCount: bytes)
            }
        }
        for number in 0..<total {
            #expect(ends.channel.elementCount <= 4)
            #expect(ends.channel.byteCount <= 160)
            guard watermark(ends.pop()) == number else {
                Issue.record("out of order at \(number), seed \(seed)")
                break
            }
        }
        #expect(ends.channel.isEmpty)
        #expect(ends.channel.byteCount == 0)
        #expect(thread.join(until: .now + .seconds(120)))
    }

    @Test func `A full channel holds its producer until an element is taken`() throws {
        let ends = Ends(elementCountMax: 2)
        try push(1, 0, ends.channel)
        try push(2, 0, ends.channel)
        let isThrough = Flag()
        let thread = try SubtaskThread(name: "producer", stackByteCount: 1 << 20) {
            try? ends.channel.push(.watermark(Watermark(rawValue: 3)))
            isThrough.value.store(true, ordering: .releasing)
        }
        #expect(!thread.join(until: .now + .milliseconds(20)))
        #expect(!isThrough.isSet)
        #expect(watermark(ends.channel.pop()) == 1)
        #expect(thread.join(until: .now + .seconds(120)))
        #expect(watermark(ends.channel.pop()) == 2)
        #expect(watermark(ends.channel.pop()) == 3)
    }

    @Test func `Bytes fill a channel before elements do`() throws {
        let ends = Ends(elementCountMax: 16, byteCountMax: 100)
        try push(1, 70, ends.channel)
        let thread = try SubtaskThread(name: "producer", stackByteCount: 1 << 20) {
            try? ends.channel.push(.watermark(Watermark(rawValue: 2)), byteCount: 31)
        }
        #expect(!thread.join(until: .now + .milliseconds(20)))
        #expect(ends.channel.elementCount == 1)
        _ = ends.channel.pop()
        #expect(thread.join(until: .now + .seconds(120)))
        #expect(ends.channel.byteCount == 31)
    }

    @Test func `An element larger than the byte bound passes alone`() throws {
        let ends = Ends(byteCountMax: 10)
        try push(1, 1_000, ends.channel)
        #expect(ends.channel.elementCount == 1)
    }

    @Test func `Cancelling ends a producer's wait with an error`() throws {
        let ends = Ends(elementCountMax: 1)
        try push(1, 0, ends.channel)
        let isCancelled = Flag()
        let thread = try SubtaskThread(name: "producer", stackByteCount: 1 << 20) {
            do {
                try ends.channel.push(.endOfInput)
            } catch {
                isCancelled.value.store(true, ordering: .releasing)
            }
        }
        _ = ends.cancellation.request()
        ends.producer.ring()
        #expect(thread.join(until: .now + .seconds(120)))
        #expect(isCancelled.isSet)
        #expect(ends.channel.elementCount == 1)
    }

    private final class Flag: Sendable {
        let value = Atomic<Bool>(false)
        var isSet: Bool { value.load(ordering: .acquiring) }
    }
}
