internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// The watermarks of the source subtasks that wait for each other.
///
/// - Threading: any; each member is written by its own subtask alone.
final class AlignmentGroup: Sendable {
    /// How often a subtask that waits looks at the others (Flink's update interval, 1 s there). One
    /// that reads also looks before it begins to wait.
    static let updateIntervalMilliseconds: Int64 = 200

    final class Member: Sendable {
        let subtask: SubtaskID
        private let value = Atomic<Int64>(.min)

        init(_ subtask: SubtaskID) { self.subtask = subtask }

        /// `.min`: none yet, so the group waits. `.max`: nobody waits for it, idle or at its end.
        var watermark: Watermark {
            get { Watermark(rawValue: value.load(ordering: .relaxed)) }
            set { value.store(newValue.rawValue, ordering: .relaxed) }
        }
    }

    let name: String
    let members: [Member]

    init(name: String, subtasks: [SubtaskID]) {
        precondition(!subtasks.isEmpty)
        self.name = name
        members = subtasks.map(Member.init)
    }

    /// Whom the others wait for.
    var slowest: Member {
        members.dropFirst().reduce(members[0]) { $1.watermark < $0.watermark ? $1 : $0 }
    }

    /// The groups of a run, by name.
    static func groups(of subtasks: [Subtask]) -> [String: AlignmentGroup] {
        var members: [String: [SubtaskID]] = [:]
        for subtask in subtasks {
            guard let alignment = subtask.vertex.eventTime?.strategy.alignment else { continue }
            members[alignment.group, default: []].append(subtask.id)
        }
        return Dictionary(
            uniqueKeysWithValues: members.map { ($0, AlignmentGroup(name: $0, subtasks: $1)) })
    }
}

extension JobVertex {
    /// A source's; nil where there is none.
    var eventTime: SourceEventTime? {
        guard case .source(_, _, let eventTime) = chain.nodes[0].role else { return nil }
        return eventTime
    }
}

/// One source subtask in its group.
///
/// - Threading: the subtask's thread.
final class SourceAlignment {
    private let group: AlignmentGroup
    private let member: AlignmentGroup.Member
    private var splits: SplitAlignment
    private var nextLook = Int64.min
    /// The group's smallest, as last looked at.
    private var slowest: Watermark = .min
    private var slowestSubtask: SubtaskID
    private var lastUpdate = Int64.max
    /// Since when some split has waited without a break; nil: none waits.
    private var waitsSince: Int64?
    /// In this run.
    private(set) var waitMilliseconds: Int64 = 0

    var decision: SplitAlignment.Decision { splits.decision }

    /// - Parameter subtask: One of the group's.
    init(_ group: AlignmentGroup, _ subtask: SubtaskID, maxDriftMilliseconds: Int64) {
        guard let member = group.members.first(where: { $0.subtask == subtask }) else {
            preconditionFailure("a group has every subtask of its sources")
        }
        self.group = group
        self.member = member
        slowestSubtask = subtask
        splits = SplitAlignment(maxDriftMilliseconds: maxDriftMilliseconds)
    }

    /// What is to be done behind the last batch; nil: the same as before. Tells the own watermark and
    /// looks at the own splits each time, at the group only when that may change something.
    func update(
        _ generator: WatermarkGenerator, nowMilliseconds: Int64, pausesSplits: Bool
    ) -> SplitAlignment.Decision? {
        member.watermark = generator.holdingBack == nil ? .max : generator.watermark
        // The slowest would wait for itself if it went by its last look.
        if nowMilliseconds >= nextLook || splits.findsNewAhead(generator.splits, group: slowest) {
            nextLook = nowMilliseconds + AlignmentGroup.updateIntervalMilliseconds
            look()
        }
        if waitsSince != nil { waitMilliseconds += max(0, nowMilliseconds - lastUpdate) }
        lastUpdate = nowMilliseconds
        let new = splits.update(generator.splits, group: slowest, pausesSplits: pausesSplits)
        let waits = decision.isPaused || !decision.pausedSplits.isEmpty
        waitsSince = waits ? waitsSince ?? nowMilliseconds : nil
        return new
    }

    private func look() {
        let member = group.slowest
        slowest = member.watermark
        slowestSubtask = member.subtask
    }

    /// Which of the splits wait, for the log; nil: none.
    func wait(_ splits: [WatermarkGenerator.Split]) -> EventTimeGauge.Wait? {
        waitsSince.map { since in
            EventTimeGauge.Wait(
                splits: splits.filter { $0.isOpen && $0.isPaused }.map(\.key), group: group.name,
                slowest: slowestSubtask, sinceMilliseconds: since)
        }
    }

    /// The source has ended: nobody waits for it.
    func ended() { member.watermark = .max }
}
