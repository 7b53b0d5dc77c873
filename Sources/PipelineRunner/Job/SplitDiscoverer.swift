internal import Glibc
internal import Observability
internal import StreamAPI
internal import StreamCore

/// The thread that asks the sources of one run for new splits, each at its interval, and posts what
/// it finds to the job's controller.
///
/// - Threading: `start` and `finish` by the controller's thread.
final class SplitDiscoverer {
    /// A doubtful answer is followed by another one this much later, or at the source's interval if
    /// that is shorter.
    static let doubtMilliseconds: Int64 = 1_000

    private let sources: [any Source]
    private let events: EventQueue<ControlEvent>
    private let stop = EventQueue<Void>()
    private var thread: UInt?

    init(sources: [any Source], events: EventQueue<ControlEvent>) {
        self.sources = sources.filter { $0.discoveryIntervalMilliseconds != nil }
        self.events = events
    }

    /// Starts the thread if any source wants to be asked.
    func start() {
        guard !sources.isEmpty else { return }
        let work = DiscoveryWork(sources: sources, events: events, stop: stop)
        thread = startThread(name: "discovery") { work.run() }
    }

    /// Ends the thread; waits for a question that is under way.
    func finish() {
        guard let thread else { return }
        stop.post(())
        pthread_join(thread, nil)
        self.thread = nil
    }
}

/// The loop of the thread.
private struct DiscoveryWork: Sendable {
    let sources: [any Source]
    let events: EventQueue<ControlEvent>
    let stop: EventQueue<Void>

    func run() {
        var due = sources.map { MonotonicTime.now.advanced(byMilliseconds: interval($0)) }
        // Ends when `finish` posts; each round waits for the source that is due first.
        while let next = due.min(), stop.take(until: next).isEmpty {
            for (index, source) in sources.enumerated() where due[index] <= .now {
                let pause = ask(source)
                due[index] = MonotonicTime.now.advanced(byMilliseconds: pause)
            }
        }
    }

    private func interval(_ source: any Source) -> Int64 {
        source.discoveryIntervalMilliseconds ?? SplitDiscoverer.doubtMilliseconds
    }

    /// - Returns: Milliseconds until the source is asked again.
    private func ask(_ source: any Source) -> Int64 {
        do {
            let found = try source.discoverSplits()
            if let failure = found.failure {
                events.post(.sourceLost(source.operatorID, failure))
            }
            if !found.splits.isEmpty {
                events.post(.splitsDiscovered(source.operatorID, found.splits))
            }
            guard found.isDoubtful else { return interval(source) }
            return min(interval(source), SplitDiscoverer.doubtMilliseconds)
        } catch let error as FatalError where error.exitCode == .sourceGap {
            events.post(.sourceLost(source.operatorID, error))
        } catch {
            Log.warning(
                "could not look for new partitions",
                ["source": source.operatorID.rawValue, "reason": "\(error)"])
        }
        return interval(source)
    }
}
