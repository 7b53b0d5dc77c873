internal import Expression
package import StreamAPI
package import StreamCore

/// Aggregates by key and hopping or tumbling window of event time.
///
/// A row joins each of its windows that is not closed. A row that is in none is **late**: it goes to
/// the port `late` if that is read, and else is counted and dropped. NULL is a key like any other.
/// A record that `on_error: drop` leaves out changes no window, with one exception: if it is in
/// several windows and a sum overflows in one, it is left out of that one and of those that begin
/// after it.
///
/// Each window has keyed state of its own, which is dropped as a whole when the window closes. Event
/// time is the watermark's; the operator never looks at a clock, so a replay gives the same rows.
///
/// - Threading: one subtask.
/// - Source: Flink `WindowOperator` with `EventTimeTrigger`.
package final class WindowAggregateOperator: StreamOperator {
    let definition: AggregateDefinition
    let window: WindowDefinition
    let assigner: WindowAssigner
    let selector: KeySelector
    let calls: AggregateCalls
    var failures: RowFailures
    let backend: any StateBackend
    private var context: OperatorContext?
    private var keyedSchema: [UInt8] = []
    private var emitter: WindowEmitter?
    private(set) var watermark = Watermark.min
    private(set) var panes: WindowPanes
    var buffers: WindowBuffers

    /// - Parameters:
    ///   - definition: With a hopping or tumbling window.
    ///   - maxParallelism: The number of key groups.
    ///   - errorPolicy: For a record whose key, argument or result has no value.
    ///   - backend: Makes the state of each window.
    ///   - counters: The subtask's; dropped and late records are added to it.
    package init(
        _ definition: AggregateDefinition, maxParallelism: Int, errorPolicy: ErrorPolicy,
        backend: any StateBackend, counters: RecordCounters
    ) {
        guard let window = definition.window,
            case .hopping(let size, let slide, let offset) = window.shape
        else { preconditionFailure("no hopping window") }
        self.definition = definition
        self.window = window
        self.backend = backend
        assigner = WindowAssigner(size: size, slide: slide, offset: offset)
        selector = KeySelector(definition.keys.map(\.expression), maxParallelism: maxParallelism)
        calls = AggregateCalls(definition)
        failures = RowFailures(policy: errorPolicy, counters: counters)
        panes = WindowPanes(window)
        buffers = WindowBuffers(definition, rowCapacity: RecordBatch.rowCapacityDefault)
    }

    package func open(_ context: OperatorContext, restored: RestoredState?) throws {
        precondition(context.maxParallelism == selector.maxParallelism)
        self.context = context
        failures.operatorID = context.operatorID
        emitter = WindowEmitter(definition, calls, failures)
        keyedSchema = WindowSnapshot.schema(of: try makeState(nil))
        watermark = restored?.watermark ?? .min
        guard let restored, restored.stateSchema != nil else { return }
        let windows = try RestoredWindows(
            restored, context.keyGroups, keyedSchema: keyedSchema)
        for start in windows.groups.keys.sorted() {
            try check(start)
            let state = try makeState(windows.state(ofStart: start))
            panes.insert(
                WindowPane(start: start, end: assigner.end(ofStart: start), state: state),
                watermark)
        }
    }

    private func check(_ start: Int64) throws {
        guard assigner.lastStart(of: start) == start else {
            throw KeyedStateError(.corrupt, "no window of this operator begins at \(start)")
        }
    }

    private func makeState(_ restored: RestoredState?) throws -> any KeyedStateBackend {
        guard let context else { preconditionFailure("not open") }
        return try backend.makeKeyedState(
            definition.stateDescriptor, context: context, restored: restored)
    }

    /// The window that begins at `start`, made if it is not there.
    ///
    /// - Returns: Nil if there are as many windows as there may be.
    func pane(start: Int64) throws -> WindowPane? {
        if let pane = panes[start] { return pane }
        guard panes.count < WindowDefinition.openWindowsMax else { return nil }
        let pane = WindowPane(
            start: start, end: assigner.end(ofStart: start),
            state: try panes.takeSpare() ?? makeState(nil))
        panes.insert(pane, watermark)
        return pane
    }

    // MARK: Time

    package func processWatermark(_ watermark: Watermark, into output: any OperatorOutput) throws {
        let before = self.watermark
        guard watermark > before else { return }
        self.watermark = watermark
        guard watermark.rawValue >= panes.nextTimer else { return }
        for pane in panes.all {
            if isEmitted(pane, from: before, to: watermark) {
                try emitter?.emit(pane, into: output)
            }
            if window.isLate(end: pane.end, watermark) { panes.remove(start: pane.start) }
        }
        panes.setTimer(behind: watermark)
    }

    private func isEmitted(_ pane: WindowPane, from before: Watermark, to now: Watermark) -> Bool {
        let last = WindowDefinition.lastTime(ofEnd: pane.end)
        return switch window.emission {
        case .everyRow: false
        case .onWindowEnd: last > before.rawValue && last <= now.rawValue
        case .onWindowClose: window.isLate(end: pane.end, now)
        }
    }

    // MARK: State

    package func snapshot(_ barrier: CheckpointBarrier) throws -> OperatorSnapshot {
        guard let context else { return .empty }
        return OperatorSnapshot(
            keyed: WindowSnapshot(panes.all, context.keyGroups, keyedSchema: keyedSchema))
    }

    package func close() { panes = WindowPanes(window) }

    /// Keys of all windows, windows, and bytes of memory for them; for metrics.
    package var stateSize: (keyCount: Int, windowCount: Int, byteCount: Int) {
        panes.all.reduce((0, panes.count, 0)) { size, pane in
            (size.0 + pane.state.keyCount, size.1, size.2 + pane.state.byteCount)
        }
    }
}
