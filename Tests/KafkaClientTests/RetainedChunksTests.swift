import StreamCore
import Testing

@testable import KafkaClient

@Suite struct RetainedChunksTests {
    private var retained = RetainedChunks()
    private let arena = ByteArena()

    /// One call's chunks: `count` bytes of the arena.
    private func chunks(_ count: Int = 100) -> [ByteChunk] {
        _ = arena.allocate(count)
        return arena.takeChunks()
    }

    private func deliver(_ rows: Int64, _ call: RetainedChunks.DeliveryCount) {
        call.pointer.pointee -= rows
    }

    @Test mutating func aSharedChunkCountsOnce() {
        _ = retained.append(chunks(), rowCount: 1)
        _ = retained.append(chunks(), rowCount: 1)
        #expect(retained.byteCount == ByteArena.chunkByteCount)
        retained.removeAll()
        #expect(retained.byteCount == 0)
    }

    @Test mutating func aCallIsReleasedWithItsLastAcknowledgedRow() {
        let call = retained.append(chunks(), rowCount: 3)
        retained.handedOver(call, notAccepted: 0)
        deliver(2, call)
        #expect(retained.releaseDelivered().isEmpty)
        deliver(1, call)
        #expect(retained.releaseDelivered().count == 1)
        #expect(retained.byteCount == 0 && retained.count == 0)
    }

    @Test mutating func rowsThatWereNotAcceptedAreNotWaitedFor() {
        let call = retained.append(chunks(), rowCount: 3)
        deliver(2, call)
        #expect(retained.releaseDelivered().isEmpty)
        retained.handedOver(call, notAccepted: 1)
        #expect(retained.releaseDelivered().count == 1)
    }

    @Test mutating func aCallThatHasNotEndedKeepsItsCount() {
        let call = retained.append(chunks(), rowCount: 1)
        deliver(1, call)
        #expect(retained.releaseDelivered().isEmpty)
        retained.handedOver(call, notAccepted: 0)
        #expect(retained.releaseDelivered().count == 1)
    }

    @Test mutating func aLaterCallWaitsForAnEarlierOne() {
        let first = retained.append(chunks(), rowCount: 1)
        let second = retained.append(chunks(), rowCount: 1)
        retained.handedOver(first, notAccepted: 0)
        retained.handedOver(second, notAccepted: 0)
        deliver(1, second)
        #expect(retained.releaseDelivered().isEmpty)
        deliver(1, first)
        #expect(retained.releaseDelivered().count == 2)
    }

    @Test mutating func anEmptyQueueReleasesWhatWasHandedOverBeforeAndNothingElse() {
        let failed = retained.append(chunks(), rowCount: 1)
        retained.handedOver(failed, notAccepted: 0)
        let running = retained.append(chunks(), rowCount: 1)
        let end = retained.handedOverEnd
        retained.handedOver(running, notAccepted: 0)
        #expect(retained.forget(before: end).count == 1)
        #expect(retained.count == 1)
        #expect(retained.handedOverEnd == end + 1)
        retained.removeAll()
    }

    @Test mutating func numbersAndBytesStayRightOverManyCalls() {
        for number in 0..<1_000 {
            let call = retained.append(chunks(5_000), rowCount: 1)
            retained.handedOver(call, notAccepted: 0)
            #expect(retained.handedOverEnd == number + 1)
            deliver(1, call)
            if number % 7 == 0 { _ = retained.releaseDelivered() }
        }
        _ = retained.releaseDelivered()
        #expect(retained.count == 0 && retained.byteCount == 0)
    }
}
