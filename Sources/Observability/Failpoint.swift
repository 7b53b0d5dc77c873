internal import Glibc
internal import Synchronization

/// A labelled place at which a drill can make the process fail. Compiled into debug builds only.
///
/// `MILLRACE_FAILPOINTS=P6:kill@3,P4:errno=28@2` kills the process the third time that it reaches
/// P6 and makes the second arrival at P4 fail with errno 28. Actions: `kill` (SIGKILL), `stop`
/// (SIGSTOP: the drill waits for it and continues or kills), `hang`, `delay=ms`, `errno=n`.
/// Without `@n`, the first arrival.
public enum Failpoint: String, CaseIterable, Sendable {
    /// The lock and the attempt are taken.
    case p0 = "P0"
    /// A batch is about to be processed; the transaction may be open.
    case p1 = "P1"
    /// A subtask has taken the synchronous part of its snapshot.
    case p2 = "P2"
    /// Pre-commit: the transaction is flushed; its marker is not yet sent.
    case p3 = "P3"
    /// State files are being written.
    case p4 = "P4"
    /// The metadata's temporary file is written, not yet synced.
    case p5a = "P5a"
    /// The temporary file is synced, not yet renamed.
    case p5b = "P5b"
    /// The metadata is renamed; the directory is not yet synced.
    case p5c = "P5c"
    /// The checkpoint is durable; EndTxn has not been sent.
    case p6 = "P6"
    /// EndTxn has left; its answer has not been seen.
    case p7 = "P7"
    /// Committed; offsets and the `committed` file not yet written.
    case p8 = "P8"
    /// An old checkpoint is being deleted.
    case p9 = "P9"
    /// Recovery: the newest metadata has been read.
    case p10a = "P10a"
    /// Recovery: EndTxn has been sent and answered.
    case p10b = "P10b"
    /// Recovery: the roll-back has been decided.
    case p10c = "P10c"
    /// Recovery: every id is fenced.
    case p10d = "P10d"
    /// A pending file of a sink is written, not yet synced.
    case f1 = "F1"
    /// The checkpoint is committed; its files are not finished yet.
    case f2 = "F2"
    /// A file is finished; others, and the folder's fsync, are still to come.
    case f3 = "F3"

    /// Does what the drill asks for at this place; nothing in a release build.
    ///
    /// - Throws: ``FailpointError`` for `errno=n`; treat it as the failure of the call that follows.
    @inline(__always)
    public static func reached(_ point: Failpoint) throws(FailpointError) {
        #if FAILPOINTS
            try FailpointPlan.shared.reached(point)
        #endif
    }

    /// True in a build that honours `MILLRACE_FAILPOINTS`.
    public static var isCompiledIn: Bool {
        #if FAILPOINTS
            true
        #else
            false
        #endif
    }

    /// What is wrong with `MILLRACE_FAILPOINTS`; nil if it is unset or well formed.
    public static func configurationProblem() -> String? {
        guard let raw = getenv("MILLRACE_FAILPOINTS") else { return nil }
        guard isCompiledIn else {
            return "MILLRACE_FAILPOINTS is set but this is a release build: it is ignored"
        }
        return FailpointPlan.parse(String(cString: raw)) == nil
            ? "MILLRACE_FAILPOINTS is not of the form P6:kill@3,P4:errno=28@2: it is ignored" : nil
    }
}

/// The failure that a drill planted, as the errno of the call that it stands for.
public struct FailpointError: Error, Sendable, Equatable {
    public let point: Failpoint
    public let errorNumber: Int32
}

/// The parsed variable and the count of arrivals.
final class FailpointPlan: Sendable {
    enum Action: Equatable { case kill, stop, hang, delay(milliseconds: UInt32), fail(Int32) }
    struct Rule: Equatable {
        let point: Failpoint
        let action: Action
        let arrival: Int
    }

    static let shared = FailpointPlan(
        rules: getenv("MILLRACE_FAILPOINTS").flatMap { parse(String(cString: $0)) } ?? [])

    private let rules: [Rule]
    private let arrivals: Mutex<[Failpoint: Int]> = Mutex([:])

    init(rules: [Rule]) { self.rules = rules }

    func reached(_ point: Failpoint) throws(FailpointError) {
        if rules.isEmpty { return }
        let arrival = arrivals.withLock { counts in
            counts[point, default: 0] += 1
            return counts[point]!
        }
        for rule in rules where rule.point == point && rule.arrival == arrival {
            try perform(rule.action, at: point)
        }
    }

    private func perform(_ action: Action, at point: Failpoint) throws(FailpointError) {
        Log.warning("failpoint", ["point": point.rawValue, "action": "\(action)"])
        switch action {
        case .kill: kill(getpid(), SIGKILL)
        case .stop: kill(getpid(), SIGSTOP)
        case .hang: while true { pause() }
        case .delay(let milliseconds): usleep(milliseconds * 1000)
        case .fail(let number): throw FailpointError(point: point, errorNumber: number)
        }
    }

    /// - Returns: Nil if any rule is malformed.
    static func parse(_ text: String) -> [Rule]? {
        var rules: [Rule] = []
        for part in text.split(separator: ",") {
            let sides = part.split(separator: ":", maxSplits: 1)
            guard sides.count == 2, let point = Failpoint(rawValue: String(sides[0])) else {
                return nil
            }
            let words = sides[1].split(separator: "@", maxSplits: 1)
            let arrival = words.count == 2 ? Int(words[1]) : 1
            guard let first = words.first, let action = action(first), let arrival else {
                return nil
            }
            rules.append(Rule(point: point, action: action, arrival: arrival))
        }
        return rules
    }

    private static func action(_ word: Substring) -> Action? {
        let sides = word.split(separator: "=", maxSplits: 1)
        switch (sides.first, sides.count == 2 ? sides[1] : nil) {
        case ("kill", nil): return .kill
        case ("stop", nil): return .stop
        case ("hang", nil): return .hang
        case ("delay", let value?): return UInt32(value).map { .delay(milliseconds: $0) }
        case ("errno", let value?): return Int32(value).map { .fail($0) }
        default: return nil
        }
    }
}
