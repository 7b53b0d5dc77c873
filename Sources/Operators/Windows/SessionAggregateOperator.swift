internal import Expression
package import StreamAPI
package import StreamCore

/// Aggregates by key and session: rows of one key of which neighbours are at most the gap apart.
///
/// A row joins the open sessions of its key that it touches; if they are two, these become one. A row
/// that touches none opens one, unless that would be closed already: then it is **late**, as
/// ``WindowAggregateOperator`` has it. A record that `on_error: drop` leaves out because a sum
/// overflows or a text grows too long still belongs to its session, and keeps it open.
///
/// - Cost: As a running aggregate where keys have one open session each; a watermark that some session
///   may be waiting for visits all keys of that session's key group.
/// - Threading: one subtask.
/// - Source: Flink `WindowOperator` with `EventTimeSessionWindows` and `MergingWindowSet`.
package final class SessionAggregateOperator: StreamOperator {
    /// Open sessions of one key, at most; a row that would open another is an error.
    package static let sessionsPerKeyMax = 64

    let definition: AggregateDefinition
    let window: WindowDefinition
    let gap: Int64
    let layout: SessionWords
    let selector: KeySelector
    let calls: AggregateCalls
    var failures: RowFailures
    let backend: any StateBackend
    private var context: OperatorContext?
    private(set) var emitter: WindowEmitter?
    private(set) var watermark = Watermark.min
    /// By level: the sessions of keys.
    private(set) var levels: [any KeyedStateBackend] = []
    /// By own key group: no session in it is waiting for an earlier watermark.
    var timers: [Int64] = []
    var buffers: WindowBuffers
    /// Keys of closed sessions.
    let closedKeys = ByteArena()

    /// - Parameters:
    ///   - definition: With a session window.
    ///   - maxParallelism: The number of key groups.
    ///   - errorPolicy: For a record whose key, argument or result has no value.
    ///   - backend: Makes the state.
    ///   - counters: The subtask's; dropped and late records are added to it.
    package init(
        _ definition: AggregateDefinition, maxParallelism: Int, errorPolicy: ErrorPolicy,
        backend: any StateBackend, counters: RecordCounters
    ) {
        guard let window = definition.window, case .session(let gap) = window.shape else {
            preconditionFailure("no session window")
        }
        self.definition = definition
        self.window = window
        self.gap = gap
        self.backend = backend
        layout = SessionWords(
            accumulatorWordCount: definition.stateDescriptor.wordCount - SessionWords.count)
        selector = KeySelector(definition.keys.map(\.expression), maxParallelism: maxParallelism)
        calls = AggregateCalls(definition)
        failures = RowFailures(policy: errorPolicy, counters: counters)
        buffers = WindowBuffers(definition, rowCapacity: RecordBatch.rowCapacityDefault)
    }

    package func open(_ context: OperatorContext, restored: RestoredState?) throws {
        precondition(context.maxParallelism == selector.maxParallelism)
        self.context = context
        failures.operatorID = context.operatorID
        emitter = WindowEmitter(definition, calls, failures)
        watermark = restored?.watermark ?? .min
        levels = [try makeState(nil)]
        timers = Array(repeating: .max, count: context.keyGroups.count)
        if let restored, restored.stateSchema != nil { try restore(restored, context) }
    }

    private func restore(_ restored: RestoredState, _ context: OperatorContext) throws {
        let found = try RestoredWindows(
            restored, context.keyGroups, keyedSchema: WindowSnapshot.schema(of: levels[0]))
        let count = found.groups.keys.max() ?? 0
        let isGood = found.groups.keys.allSatisfy { $0 >= 0 } && count < Self.sessionsPerKeyMax
        guard isGood else {
            throw KeyedStateError(.corrupt, "a level of sessions is numbered \(count)")
        }
        levels = try (0...count).map { try makeState(found.state(ofStart: $0)) }
        for group in timers.indices { timers[group] = .min }
    }

    private func makeState(_ restored: RestoredState?) throws -> any KeyedStateBackend {
        guard let context else { preconditionFailure("not open") }
        return try backend.makeKeyedState(
            definition.stateDescriptor, context: context, restored: restored)
    }

    /// - Returns: False if there are as many levels as there may be.
    func addLevel() throws -> Bool {
        guard levels.count < Self.sessionsPerKeyMax else { return false }
        levels.append(try makeState(nil))
        return true
    }

    package func processWatermark(_ watermark: Watermark, into output: any OperatorOutput) throws {
        let before = self.watermark
        guard watermark > before else { return }
        self.watermark = watermark
        for (group, timer) in timers.enumerated() where timer <= watermark.rawValue {
            try fire(group, from: before, into: output)
        }
        try emitter?.finish(levels[0], into: output)
    }

    package func snapshot(_ barrier: CheckpointBarrier) throws -> OperatorSnapshot {
        guard let context else { return .empty }
        let panes = levels.enumerated().map {
            WindowPane(start: Int64($0.offset), end: 0, state: $0.element)
        }
        return OperatorSnapshot(
            keyed: WindowSnapshot(
                panes, context.keyGroups, keyedSchema: WindowSnapshot.schema(of: levels[0])))
    }

    package func close() { levels = [] }

    /// Sessions held now, and bytes of memory for them; for metrics.
    package var stateSize: (sessionCount: Int, byteCount: Int) {
        levels.reduce((0, 0)) { ($0.0 + $1.keyCount, $0.1 + $1.byteCount) }
    }
}
