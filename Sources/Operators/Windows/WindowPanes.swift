internal import StreamAPI
internal import StreamCore

/// A window with rows: keyed state of its own, dropped as a whole when the window is closed.
struct WindowPane {
    let start: Int64
    let end: Int64
    let state: any KeyedStateBackend
}

/// The open windows of one operator instance, by their start.
///
/// Timers need no state: what is due at a watermark follows from the windows that are held.
///
/// - Threading: one subtask.
struct WindowPanes {
    private let definition: WindowDefinition
    private var byStart: [Int64: WindowPane] = [:]
    /// A closed window's, without keys: the next window takes its memory.
    private var spare: (any KeyedStateBackend)?
    /// The next watermark at which some window is to be emitted or closed.
    private(set) var nextTimer = Int64.max

    init(_ definition: WindowDefinition) { self.definition = definition }

    var count: Int { byStart.count }
    subscript(start: Int64) -> WindowPane? { byStart[start] }
    /// By their start.
    var all: [WindowPane] { byStart.values.sorted { $0.start < $1.start } }

    mutating func insert(_ pane: WindowPane, _ watermark: Watermark) {
        byStart[pane.start] = pane
        nextTimer = min(nextTimer, timer(of: pane, behind: watermark))
    }

    /// Drops a window's keys, and keeps one state for the next window, unless a snapshot reads it.
    mutating func remove(start: Int64) {
        guard let pane = byStart.removeValue(forKey: start) else { return }
        if spare == nil, pane.state.removeAll() { spare = pane.state }
    }

    /// State without keys that a closed window has left behind.
    mutating func takeSpare() -> (any KeyedStateBackend)? {
        defer { spare = nil }
        return spare
    }

    /// Looks through all windows for the next timer behind `watermark`.
    mutating func setTimer(behind watermark: Watermark) {
        nextTimer = byStart.values.reduce(.max) { min($0, timer(of: $1, behind: watermark)) }
    }

    private func timer(of pane: WindowPane, behind watermark: Watermark) -> Int64 {
        let last = WindowDefinition.lastTime(ofEnd: pane.end)
        let isDueAtEnd = definition.emission == .onWindowEnd && last > watermark.rawValue
        return isDueAtEnd ? last : definition.closeTime(ofEnd: pane.end)
    }
}
