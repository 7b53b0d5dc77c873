import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import PipelineRunner

/// The thread that asks sources for new splits.
@Suite struct SplitDiscovererTests {
    /// Answers from a list, the last one again and again.
    private final class ListedSource: Source {
        let operatorID = OperatorID(rawValue: "events")
        let discoveryIntervalMilliseconds: Int64?
        let asked = Atomic<Int>(0)
        private let answers: Mutex<[Result<SplitDiscovery, any Error>]>

        init(every interval: Int64?, _ answers: [Result<SplitDiscovery, any Error>]) {
            discoveryIntervalMilliseconds = interval
            self.answers = Mutex(answers)
        }

        func discoverSplits() throws -> SplitDiscovery {
            asked.add(1, ordering: .relaxed)
            return try answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }.get()
        }

        func resolveSplits(restored: [[UInt8]]?, stopAtEnd: Bool) throws -> [SourceSplit] { [] }
        func makeReader(splits: [SourceSplit], context: OperatorContext) throws -> any SourceReader
        {
            throw FatalError(.internalError, "no reader is made here")
        }
        func publishOffsets(_ states: [[UInt8]]) {}
    }

    private let nothing = Result<SplitDiscovery, any Error>.success(SplitDiscovery())

    private func first(_ events: EventQueue<ControlEvent>) -> ControlEvent? {
        events.take(until: .now.advanced(byMilliseconds: 120_000)).first
    }

    @Test func whatIsFoundIsPostedAndAFailedQuestionIsAskedAgain() {
        let split = SourceSplit(id: "events-3", state: [], stopPosition: nil)
        let source = ListedSource(
            every: 1,
            [
                nothing, .failure(FatalError(.unreachable, "no broker")),
                .success(SplitDiscovery(splits: [split])), nothing,
            ])
        let events = EventQueue<ControlEvent>()
        let discoverer = SplitDiscoverer(sources: [source], events: events)
        discoverer.start()
        defer { discoverer.finish() }
        guard case .splitsDiscovered(let id, let splits) = first(events) else {
            Issue.record("nothing was posted")
            return
        }
        #expect(id == source.operatorID)
        #expect(splits == [split])
    }

    @Test func aTopicThatHasGoneIsPosted() {
        let source = ListedSource(every: 1, [.failure(FatalError(.sourceGap, "deleted"))])
        let events = EventQueue<ControlEvent>()
        let discoverer = SplitDiscoverer(sources: [source], events: events)
        discoverer.start()
        defer { discoverer.finish() }
        guard case .sourceLost(_, let error) = first(events) else {
            Issue.record("nothing was posted")
            return
        }
        #expect(error.message == "deleted")
    }

    /// `finish` returns although the next question is hours away, and nothing is asked afterwards.
    @Test func finishEndsTheThreadAtOnceAndSourcesThatNeedNotAreNotAsked() {
        let never = ListedSource(every: nil, [nothing])
        let rarely = ListedSource(every: 86_400_000, [nothing])
        let discoverer = SplitDiscoverer(sources: [never, rarely], events: EventQueue())
        discoverer.start()
        discoverer.finish()
        discoverer.finish()
        #expect(never.asked.load(ordering: .relaxed) == 0)
        #expect(rarely.asked.load(ordering: .relaxed) == 0)
    }
}
