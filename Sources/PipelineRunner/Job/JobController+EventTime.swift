internal import Observability
internal import StreamAPI
internal import StreamCore
internal import StreamRuntime

/// What the log says of watermarks that stand still.
extension JobController {
    /// How often the watermarks are looked at, where an operator needs them.
    static let watermarkIntervalMilliseconds: Int64 = 1_000

    /// Looks at the watermarks when that is due, and says what there is to say.
    func observeWatermarks(at now: MonotonicTime) {
        guard let due = nextWatermarkLook, due <= now else { return }
        nextWatermarkLook = now.advanced(byMilliseconds: Self.watermarkIntervalMilliseconds)
        let watermarks = graph.watermarks(of: context.plan.eventTimeOperators)
        progress.watermark = watermarks.map(\.watermark).min()
        let reports = watermarkStalls.observe(
            watermarks, graph.alignmentWaits(), at: now.milliseconds)
        for report in reports { log(report, at: now.milliseconds) }
    }

    private func log(_ report: WatermarkStalls.Report, at now: Int64) {
        let sentence = report.sentence(at: now)
        switch report {
        case .heldBack(let reading, let age):
            Log.warning(
                sentence,
                ["watermark": reading.watermark.timeText, "held_for_s": age / 1000])
        case .moves(let reading, let age):
            Log.info(
                sentence,
                ["watermark": reading.watermark.timeText, "held_for_s": age / 1000])
        case .waits(let reading, let age):
            Log.info(sentence, ["align_group": reading.group, "waits_for_s": age / 1000])
        case .readsOn(_, let age): Log.info(sentence, ["waited_for_s": age / 1000])
        }
    }

    /// Splits that are kept from reading are never silent.
    func reportAlignment() {
        let total = graph.status().reduce(0) { $0 + $1.alignmentWaitMilliseconds }
        guard total > alignmentReported else { return }
        Log.info(
            "source subtasks waited for their alignment group",
            ["since_last_ms": total - alignmentReported, "since_start_ms": total])
        alignmentReported = total
    }
}

extension WatermarkStalls.Report {
    /// Splits that are named; of the others the number is.
    static let splitsNamedMax = 3

    /// - Parameter now: Of the clock of the readings, milliseconds.
    func sentence(at now: Int64) -> String {
        switch self {
        case .heldBack(let reading, _):
            "watermark of \(reading.operatorID.rawValue) held back by "
                + (reading.holder.map { $0.sentence(at: now) } ?? "nothing")
        case .moves(let reading, _):
            "watermark of \(reading.operatorID.rawValue) moves again"
        case .waits(let reading, _):
            "source \(reading.source.rawValue) waits for "
                + (reading.slowest.map { $0.sentence(at: now) } ?? "its alignment group")
                + ": \(Self.list(reading.splits)) more than max_drift ahead"
        case .readsOn(let source, _): "source \(source.rawValue) reads on"
        }
    }

    private static func list(_ splits: [SplitKey]) -> String {
        let named = splits.prefix(splitsNamedMax).map(\.description).joined(separator: ", ")
        let more = splits.count - splitsNamedMax
        return (more > 0 ? "\(named) and \(more) more" : named)
            + (splits.count == 1 ? " is" : " are")
    }
}

extension WatermarkHolder {
    /// `payments[3] of source payments (no record yet; idle_timeout is not set)`.
    fileprivate func sentence(at now: Int64) -> String {
        switch self {
        case .backlog(let vertex): "rows that wait in the channel from \(vertex)"
        case .split(let hold, let source):
            "\(hold.split) of source \(source.rawValue) (\(hold.reason(at: now)); "
                + (hold.idleTimeoutMilliseconds.map { "idle_timeout is \($0) ms)" }
                    ?? "idle_timeout is not set)")
        }
    }
}

extension SplitHold {
    fileprivate func reason(at now: Int64) -> String {
        guard hasRows else {
            return watermark == .min
                ? "no record yet" : "no record since the restore, there at \(watermark.timeText)"
        }
        let age = max(0, now - lastRowMilliseconds) / 1000
        return watermark == .min
            ? "its records are more than max_lead ahead and do not move it; the last came \(age) s ago"
            : "there at \(watermark.timeText), last record \(age) s ago"
    }
}

extension Watermark {
    /// As an instant in UTC.
    fileprivate var timeText: String {
        guard self > .min else { return "none" }
        guard self < .max else { return "end" }
        return withUnsafeTemporaryAllocation(
            of: UInt8.self, capacity: TimestampCodec.byteCountMax
        ) { buffer in
            guard let target = buffer.baseAddress else { return "" }
            let count = TimestampCodec.write(rawValue, .iso8601, isInstant: true, to: target)
            return String(decoding: buffer[..<count], as: UTF8.self)
        }
    }
}
