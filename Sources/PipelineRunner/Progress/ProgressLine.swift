internal import Glibc
internal import Observability
internal import StreamCore
internal import StreamRuntime

/// The one line on a terminal that says how the job is doing; drawn over itself once a second.
struct ProgressLine {
    let isShown: Bool
    private let startedAt = MonotonicTime.now
    private var drawnAt = MonotonicTime.now
    private var lastIn = 0
    private var lastOut = 0
    private var checkpoint = "none yet"
    /// The smallest of the operators that act on watermarks; nil: there are none.
    var watermark: Watermark?

    /// - Parameter isWanted: `--progress`; also needs a terminal on standard error.
    init(isWanted: Bool) {
        isShown = isWanted && isatty(STDERR_FILENO) == 1
        Log.progressLineShown(isShown)
    }

    mutating func checkpointCommitted(_ id: CheckpointID, durationMilliseconds: Int64) {
        checkpoint = "#\(id.sequence) \(durationMilliseconds) ms ok"
    }

    mutating func draw(_ status: [SubtaskStatus], at now: MonotonicTime) {
        let elapsed = now.milliseconds - drawnAt.milliseconds
        guard isShown, elapsed >= JobController.progressIntervalMilliseconds else { return }
        let recordsIn = status.filter(\.isSource).reduce(0) { $0 + $1.recordsIn }
        let recordsOut = status.filter(\.hasSink).reduce(0) { $0 + $1.recordsOut }
        let line =
            "RUNNING \(clock(now)) | in \(rate(recordsIn - lastIn, elapsed)) "
            + "out \(rate(recordsOut - lastOut, elapsed)) | \(watermarkText)ckpt \(checkpoint)"
        standardError("\r\u{1B}[K" + line)
        (lastIn, lastOut, drawnAt) = (recordsIn, recordsOut, now)
    }

    func clear() { if isShown { standardError("\r\u{1B}[K") } }

    private func clock(_ now: MonotonicTime) -> String {
        let seconds = (now.milliseconds - startedAt.milliseconds) / 1000
        return [seconds / 3600, seconds / 60 % 60, seconds % 60]
            .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }

    /// `wm -5.1s | `: how far event time is behind the clock.
    private var watermarkText: String {
        guard let watermark, watermark < .max else { return "" }
        guard watermark > .min else { return "wm none | " }
        let lag = Double(watermark.rawValue) - Double(wallClockMilliseconds())
        return "wm \((lag / 100).rounded() / 10)s | "
    }

    private func rate(_ count: Int, _ milliseconds: Int64) -> String {
        let perSecond = Double(count) * 1000 / Double(max(1, milliseconds))
        if perSecond < 1000 { return "\(Int(perSecond))/s" }
        return "\((perSecond / 100).rounded() / 10)k/s"
    }
}
