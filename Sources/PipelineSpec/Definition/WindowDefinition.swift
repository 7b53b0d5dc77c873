internal import StreamCore

/// `window` of an aggregate, with what goes with it.
package struct WindowDefinition: Hashable, Sendable {
    /// Which rows go together.
    package enum Shape: Hashable, Sendable {
        case tumbling(sizeMilliseconds: Int64, offsetMilliseconds: Int64)
        case hopping(sizeMilliseconds: Int64, slideMilliseconds: Int64, offsetMilliseconds: Int64)
        case session(gapMilliseconds: Int64)
    }
    /// When rows go out.
    package enum Emission: String, Hashable, Sendable, CaseIterable {
        case everyRow = "every_row"
        case onWindowEnd = "on_window_end"
        case onWindowClose = "on_window_close"
    }

    package let shape: Shape
    /// 0 or more.
    package let allowedLatenessMilliseconds: Int64
    package let emission: Emission

    /// Windows that a row of a hopping one may be in, at most.
    static let windowsPerRowMax: Int64 = 1000

    /// The columns that a `select` may use beside the keys, behind them in the scope of its items.
    static let fields = [
        Field(name: "window_start", type: .timestampLTZ, isNullable: false),
        Field(name: "window_end", type: .timestampLTZ, isNullable: false),
    ]

    /// `tumbling windows of 10 s`.
    var text: String {
        func duration(_ milliseconds: Int64) -> String {
            DurationText.text(milliseconds: milliseconds)
        }
        func behind(_ offset: Int64) -> String {
            offset == 0 ? "" : ", offset \(duration(offset))"
        }
        switch shape {
        case .tumbling(let size, let offset):
            return "tumbling windows of \(duration(size))\(behind(offset))"
        case .hopping(let size, let slide, let offset):
            return "windows of \(duration(size)) every \(duration(slide))\(behind(offset))"
        case .session(let gap): return "sessions with gaps of \(duration(gap))"
        }
    }
}
