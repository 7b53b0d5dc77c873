internal import StreamAPI
package import StreamCore

/// The `window` of an aggregate, checked: which rows go together, and when they are emitted.
package struct WindowDefinition: Hashable, Sendable {
    package enum Shape: Hashable, Sendable {
        /// Tumbling where both are equal.
        case hopping(sizeMilliseconds: Int64, slideMilliseconds: Int64, offsetMilliseconds: Int64)
        /// Rows of one key with less than `gapMilliseconds` between neighbours.
        case session(gapMilliseconds: Int64)
    }

    /// When rows go out.
    package enum Emission: String, Hashable, Sendable, CaseIterable {
        /// The window's values so far, after each row.
        case everyRow = "every_row"
        /// When the watermark passes the window's end, and after each row that comes later.
        case onWindowEnd = "on_window_end"
        /// Once, when no more row can come.
        case onWindowClose = "on_window_close"
    }

    package let shape: Shape
    package let allowedLatenessMilliseconds: Int64
    package let emission: Emission

    /// Windows that a row may be in, at most: `size / slide`, rounded up.
    package static let windowsPerRowMax = 1000
    /// Windows that one instance holds at once, at most; a row that would open another is an error.
    package static let openWindowsMax = 8192

    /// - Parameters:
    ///   - shape: Sizes and gaps of at least 1, slides of `1 ... size`, offsets below the slide; at
    ///     most ``windowsPerRowMax`` windows a row.
    ///   - allowedLatenessMilliseconds: 0 or more.
    package init(
        _ shape: Shape, allowedLatenessMilliseconds: Int64 = 0, emission: Emission = .onWindowClose
    ) {
        switch shape {
        case .hopping(let size, let slide, let offset):
            precondition(slide > 0 && slide <= size && offset.magnitude < slide.magnitude)
        case .session(let gap): precondition(gap > 0)
        }
        precondition(allowedLatenessMilliseconds >= 0)
        self.shape = shape
        self.allowedLatenessMilliseconds = allowedLatenessMilliseconds
        self.emission = emission
    }

    /// The columns that a `select` may name beside the keys. They follow the keys in the scope of
    /// every item.
    package static let fields = [
        Field(name: "window_start", type: .timestampLTZ, isNullable: false),
        Field(name: "window_end", type: .timestampLTZ, isNullable: false),
    ]

    // MARK: State

    /// Words of a key behind those of the calls.
    var extraWordCount: Int {
        if case .session = shape { SessionWords.count } else { 0 }
    }

    /// What state depends on: who changes the lateness or the emission keeps it.
    var stateDescription: String {
        switch shape {
        case .hopping(let size, let slide, let offset):
            "window of \(size) ms every \(slide) ms from \(offset) ms"
        case .session(let gap): "session with gaps of \(gap) ms"
        }
    }

    // MARK: Time

    /// The last millisecond that belongs to a window: the event time of its rows, and the watermark
    /// that completes it (Flink's `TimeWindow.maxTimestamp`).
    static func lastTime(ofEnd end: Int64) -> Int64 { end == .min ? end : end - 1 }

    /// The watermark from which on a window takes no row any more (Flink's
    /// `WindowOperator.cleanupTime`).
    func closeTime(ofEnd end: Int64) -> Int64 {
        let (time, overflow) = WindowDefinition.lastTime(ofEnd: end)
            .addingReportingOverflow(allowedLatenessMilliseconds)
        return overflow ? .max : time
    }

    /// Whether a window ending at `end` is closed.
    func isLate(end: Int64, _ watermark: Watermark) -> Bool {
        closeTime(ofEnd: end) <= watermark.rawValue
    }

    /// Whether a row of the window goes out at once, with the values as of this row.
    func emitsAtOnce(end: Int64, _ watermark: Watermark) -> Bool {
        switch emission {
        case .everyRow: true
        case .onWindowEnd: WindowDefinition.lastTime(ofEnd: end) <= watermark.rawValue
        case .onWindowClose: false
        }
    }
}

/// Which hopping or tumbling windows an event time is in.
struct WindowAssigner {
    let size: Int64
    let slide: Int64
    let offset: Int64
    /// `size / slide`, rounded up.
    let windowsPerRow: Int
    /// Whether every row is in so many.
    var isWhole: Bool { size % slide == 0 }

    init(size: Int64, slide: Int64, offset: Int64) {
        self.size = size
        self.slide = slide
        self.offset = offset
        windowsPerRow = Int((size - 1) / slide + 1)
    }

    /// Where the last of the windows of `time` begins. Wraps within a slide of the ends of the type,
    /// which no timestamp comes near.
    ///
    /// - Source: Flink `TimeWindow.getWindowStartWithOffset`.
    @inline(__always)
    func lastStart(of time: Int64) -> Int64 {
        let remainder = (time &- offset) % slide
        return time &- (remainder < 0 ? remainder &+ slide : remainder)
    }

    /// Where a window ends; at the end of the type at most.
    @inline(__always)
    func end(ofStart start: Int64) -> Int64 {
        let (end, overflow) = start.addingReportingOverflow(size)
        return overflow ? .max : end
    }
}
