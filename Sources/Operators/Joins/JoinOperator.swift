internal import Expression
package import StreamAPI
package import StreamCore
internal import Synchronization

/// Matches the rows of two inputs that have equal keys and meet in a window, a session or an interval
/// of event time.
///
/// Input 0 is the left side. A key with a NULL matches nothing. What comes out, when, and in which
/// order, is in docs/joins.md.
///
/// - Threading: one subtask.
/// - Source: Flink `CoGroupedStreams` with windows, and `IntervalJoinOperator`.
package final class JoinOperator: MultipleInputOperator {
    let definition: JoinDefinition
    let layout: JoinLayout
    private let sides: [JoinInput]
    private let pairs: PairOutput
    private var rows: BufferedRows?
    private var windowing: (any JoinWindowing)?
    private var failures: RowFailures
    /// What the inputs have reached; milliseconds since the epoch.
    private var watermark = Int64.min

    /// - Parameters:
    ///   - maxParallelism: The number of key groups.
    ///   - errorPolicy: For a row whose key, or a pair whose condition or column, has no value.
    ///   - counters: The subtask's; dropped and late records are added to it.
    package init(
        _ definition: JoinDefinition, maxParallelism: Int, errorPolicy: ErrorPolicy,
        counters: RecordCounters
    ) {
        self.definition = definition
        layout = JoinLayout(definition)
        let codecs = layout.rows.codecs
        sides = JoinSide.allCases.map { side in
            JoinInput(
                side, keys: definition.keys, codec: codecs[side.rawValue],
                maxParallelism: maxParallelism)
        }
        pairs = PairOutput(definition, layout, errorPolicy: errorPolicy, counters: counters)
        failures = RowFailures(policy: errorPolicy, counters: counters)
    }

    package var outputSchema: RowSchema { pairs.outputSchema }

    package func open(_ context: OperatorContext, restored: RestoredState?) throws {
        failures.operatorID = context.operatorID
        try pairs.open(context)
        let rows = BufferedRows(layout.rows, context: context)
        let windowing = makeWindowing(rows)
        if let restored {
            try rows.restore(restored, keyTypes: layout.keyTypes)
            windowing.restored()
        }
        self.rows = rows
        self.windowing = windowing
    }

    private func makeWindowing(_ rows: BufferedRows) -> any JoinWindowing {
        let parts = JoinParts(definition: definition, layout: layout, rows: rows, pairs: pairs)
        switch definition.window {
        case .sliding(let size, let slide, let offset):
            return SlidingJoin(parts, size: size, slide: slide, offset: offset)
        case .session(let gap): return SessionJoin(parts, gap: gap)
        case .interval(let lower, let upper):
            return IntervalJoin(parts, lower: lower, upper: upper)
        }
    }

    package func snapshot(_ barrier: CheckpointBarrier) throws -> OperatorSnapshot {
        OperatorSnapshot(keyed: rows.map { BufferedRowsSnapshot(of: $0, watermark: watermark) })
    }

    package func close() {
        windowing = nil
        rows = nil
    }

    /// Rows held now, and bytes of memory for them; for metrics.
    package var stateSize: (rowCount: Int, byteCount: Int) {
        (rows?.rowCount ?? 0, rows?.byteCount ?? 0)
    }

    // MARK: Rows

    package func process(
        _ batch: RecordBatch, input: Int, into output: any OperatorOutput
    ) throws {
        guard let windowing else { preconditionFailure("process before open") }
        let side = sides[input]
        try evaluateKeys(batch, side)
        guard batch.selection.count > 0 else { return try failures.emit(into: output) }
        try add(batch, side, windowing, into: output)
        try failures.emit(into: output)
        guard side.selectLate(batch) else { return }
        try LateRows.emitSelected(
            of: batch, at: Watermark(rawValue: watermark), failures, into: output)
    }

    private func add(
        _ batch: RecordBatch, _ side: JoinInput, _ windowing: any JoinWindowing,
        into output: any OperatorOutput
    ) throws {
        windowing.split(batch, of: side, watermark)
        try resolveTooLong(batch, side)
        do {
            try windowing.add(side.incoming, into: output)
        } catch let full as BufferFull {
            throw recordError(full, batch, side)
        }
        try pairs.flush(into: output)
    }

    /// Evaluates until no selected row fails, or throws the record's error.
    private func evaluateKeys(_ batch: RecordBatch, _ side: JoinInput) throws {
        // Ends: each round but the last removes at least one row.
        while true {
            do {
                try side.selector.evaluate(batch)
                break
            } catch {
                try failures.resolve(error, in: batch)
            }
        }
        side.selector.encodeKeys(of: batch)
    }

    /// Rows that are too long to be buffered leave, or fail the job, as `on_error` says.
    private func resolveTooLong(_ batch: RecordBatch, _ side: JoinInput) throws {
        for row in side.tooLong {
            try failures.resolve(
                EvaluationError(
                    .valueTooLong, failedRows: [row],
                    message: "the row or its key is too long to be buffered: a row may have "
                        + "\(RowChunks.recordByteCountMax) bytes, a key "
                        + "\(JoinInput.keyByteCountMax)"),
                in: batch)
        }
    }

    private func recordError(
        _ full: BufferFull, _ batch: RecordBatch, _ side: JoinInput
    ) -> RecordError {
        RecordError(
            code: full.code, place: batch.place(ofRow: Int(side.incoming.rows[full.position])),
            operatorID: failures.operatorID ?? OperatorID(rawValue: "?"), message: full.message)
    }

    // MARK: Time

    /// Rows that come out alone, or when their window closes, are as far behind the watermark.
    package var watermarkDelayMilliseconds: Int64 { definition.outputDelayMilliseconds }

    package func processWatermark(
        _ watermark: Watermark, into output: any OperatorOutput
    ) throws {
        guard let rows, let windowing else { preconditionFailure("watermark before open") }
        guard watermark.rawValue > self.watermark else { return }
        let old = self.watermark
        // The end of time is not kept: a bounded run may be continued, and what comes then is not late.
        if watermark != .max { self.watermark = watermark.rawValue }
        try windowing.advance(from: old, to: watermark.rawValue, into: output)
        rows.watermarkRose(to: watermark.rawValue)
    }
}
