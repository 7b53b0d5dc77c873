internal import StreamCore
internal import StreamRuntime

/// Decides when the log names what holds a watermark back: once when it has stood still for a while
/// although rows came, then at growing intervals, and once when it moves again. Likewise for splits that
/// wait for their alignment group.
///
/// A pure state machine; the time is a parameter.
struct WatermarkStalls {
    /// How long a watermark stands still, or a source waits, before anything is said.
    static let stallMilliseconds: Int64 = 10_000
    /// The longest pause between two lines about the same stall; it doubles up to this.
    static let reportIntervalMillisecondsMax: Int64 = 600_000

    enum Report: Hashable {
        case heldBack(WatermarkReading, forMilliseconds: Int64)
        case moves(WatermarkReading, afterMilliseconds: Int64)
        case waits(AlignmentReading, forMilliseconds: Int64)
        case readsOn(source: OperatorID, afterMilliseconds: Int64)
    }

    /// When a stall is reported next.
    private struct Schedule {
        let sinceMilliseconds: Int64
        private var nextAge = WatermarkStalls.stallMilliseconds
        private(set) var isReported = false

        init(since sinceMilliseconds: Int64) { self.sinceMilliseconds = sinceMilliseconds }

        /// How long it has lasted, if that is to be said now.
        mutating func due(at nowMilliseconds: Int64) -> Int64? {
            let age = age(at: nowMilliseconds)
            guard age >= nextAge else { return nil }
            isReported = true
            nextAge = age + min(age, WatermarkStalls.reportIntervalMillisecondsMax)
            return age
        }

        func age(at nowMilliseconds: Int64) -> Int64 { nowMilliseconds - sinceMilliseconds }
    }

    private struct Stall {
        let watermark: Watermark
        /// When the watermark came there.
        let recordsIn: Int
        var schedule: Schedule
    }

    private var stalls: [OperatorID: Stall] = [:]
    private var waits: [OperatorID: Schedule] = [:]

    /// - Parameter nowMilliseconds: Of the clock of the readings.
    mutating func observe(
        _ watermarks: [WatermarkReading], _ waiting: [AlignmentReading],
        at nowMilliseconds: Int64
    ) -> [Report] {
        watermarks.compactMap { observe($0, nowMilliseconds) }
            + observe(waiting, nowMilliseconds)
    }

    private mutating func observe(_ reading: WatermarkReading, _ now: Int64) -> Report? {
        guard let known = stalls[reading.operatorID], known.watermark == reading.watermark else {
            let last = stalls.updateValue(
                Stall(
                    watermark: reading.watermark, recordsIn: reading.recordsIn,
                    schedule: Schedule(since: now)), forKey: reading.operatorID)
            guard let last, last.schedule.isReported else { return nil }
            return .moves(reading, afterMilliseconds: last.schedule.age(at: now))
        }
        guard reading.recordsIn > known.recordsIn, reading.holder != nil,
            let age = stalls[reading.operatorID]?.schedule.due(at: now)
        else { return nil }
        return .heldBack(reading, forMilliseconds: age)
    }

    private mutating func observe(_ waiting: [AlignmentReading], _ now: Int64) -> [Report] {
        var reports: [Report] = []
        let current = Dictionary(uniqueKeysWithValues: waiting.map { ($0.source, $0) })
        for source in waits.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let schedule = waits[source],
                current[source]?.sinceMilliseconds != schedule.sinceMilliseconds
            else { continue }
            waits[source] = nil
            guard schedule.isReported else { continue }
            reports.append(.readsOn(source: source, afterMilliseconds: schedule.age(at: now)))
        }
        for reading in waiting {
            var schedule = waits[reading.source] ?? Schedule(since: reading.sinceMilliseconds)
            if let age = schedule.due(at: now) {
                reports.append(.waits(reading, forMilliseconds: age))
            }
            waits[reading.source] = schedule
        }
        return reports
    }
}
