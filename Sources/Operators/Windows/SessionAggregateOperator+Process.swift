internal import Expression
package import StreamAPI
package import StreamCore

extension SessionAggregateOperator {
    package func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        guard let times = batch.eventTimes else {
            preconditionFailure("the checker lets no window without event time pass")
        }
        if batch.rowCapacity > buffers.rowCapacity {
            buffers = WindowBuffers(definition, rowCapacity: batch.rowCapacity)
        }
        try failures.retrying(batch) { () throws(EvaluationError) in try selector.evaluate(batch) }
        try calls.evaluate(batch, failures)
        try selector.encodeKeys(
            of: batch, keyByteCountMax: backend.keyByteCountMax, failures)
        buffers.begin(batch.selection)
        buffers.late.count = 0
        var pending = PendingRows()
        if batch.selection.count > 0 { try add(batch, times.integers, &pending) }
        for error in pending.failed { try failures.resolve(error, in: batch) }
        try emitAtOnce(batch, into: output)
        try failures.emit(into: output)
        try LateRows.emit(buffers.late, of: batch, at: watermark, failures, into: output)
    }

    /// Rows that have their session but are not accumulated yet, and those that failed.
    struct PendingRows {
        var count = 0
        var failed: [EvaluationError] = []
    }

    private func add(
        _ batch: RecordBatch, _ times: UnsafePointer<Int64>, _ pending: inout PendingRows
    ) throws {
        let (selection, slots) = (batch.selection, buffers.slots)
        do {
            try levels[0].lookupOrInsert(
                keys: selector.keys, hashes: selector.hashes, count: selection.count,
                slots: slots)
        } catch {
            throw failures.recordError("E2201", selection.rows[error.row], batch, error.message)
        }
        for index in 0..<selection.count {
            let row = selection.rows[index]
            let alone = SessionBounds(time: times[Int(row)], gap: gap)
            if try !join(index, alone, slots[index], batch, &pending) {
                buffers.late.rows[buffers.late.count] = row
                buffers.late.count += 1
            }
        }
        try flush(batch, &pending)
    }

    /// Finds or makes the row's session.
    ///
    /// - Returns: False if the row is late.
    @inline(__always)
    private func join(
        _ index: Int, _ alone: SessionBounds, _ first: StateSlot, _ batch: RecordBatch,
        _ pending: inout PendingRows
    ) throws -> Bool {
        let bounds = layout.bounds(first)
        guard layout.otherCount(first) == 0, !bounds.isEmpty, bounds.joins(alone) else {
            return try joinOther(index, alone, first, batch, &pending)
        }
        take(index, bounds.joined(alone), first, batch, &pending)
        return true
    }

    /// The row belongs to the session in `words`, which now has these bounds.
    @inline(__always)
    private func take(
        _ index: Int, _ bounds: SessionBounds, _ words: StateSlot, _ batch: RecordBatch,
        _ pending: inout PendingRows
    ) {
        layout.set(bounds, words)
        let row = batch.selection.rows[index]
        buffers.rows[pending.count] = row
        buffers.joined[pending.count] = words
        pending.count += 1
        if window.emitsAtOnce(end: bounds.end, watermark) {
            buffers.mark(row, start: bounds.start, end: bounds.end)
        }
        let group = group(ofHash: selector.hashes[index])
        timers[group] = min(timers[group], timer(of: bounds))
    }

    func group(ofHash hash: UInt64) -> Int {
        KeyGroup.index(ofHash: hash, groupCount: selector.maxParallelism)
            - levels[0].keyGroups.lower
    }

    /// The next watermark that a session waits for.
    func timer(of bounds: SessionBounds) -> Int64 {
        let last = WindowDefinition.lastTime(ofEnd: bounds.end)
        let isDueAtEnd = window.emission == .onWindowEnd && last > watermark.rawValue
        return isDueAtEnd ? last : window.closeTime(ofEnd: bounds.end)
    }

    // MARK: Several sessions of a key

    private struct Found {
        let level: Int
        let words: StateSlot
        let bounds: SessionBounds
    }

    /// The path of a key that has no session, or several, or one that the row does not touch.
    @inline(never)
    private func joinOther(
        _ index: Int, _ alone: SessionBounds, _ first: StateSlot, _ batch: RecordBatch,
        _ pending: inout PendingRows
    ) throws -> Bool {
        // What follows may move slots of the levels above, and adds up what belongs to different rows.
        if layout.otherCount(first) > 0 { try flush(batch, &pending) }
        let touched = sessions(index, first).filter { $0.bounds.joins(alone) }
        guard let target = touched.first else {
            guard !window.isLate(end: alone.end, watermark) else {
                // An entry that was made for this row alone goes with the next watermark.
                timers[group(ofHash: selector.hashes[index])] = .min
                return false
            }
            try flush(batch, &pending)
            let words = try openSession(index, first, batch)
            take(index, alone, words, batch, &pending)
            return true
        }
        var bounds = target.bounds.joined(alone)
        if touched.count > 1 {
            try flush(batch, &pending)
            if let error = mergeFailure(touched[1], target, batch.selection.rows[index]) {
                if failures.policy == .fail { try failures.resolve(error, in: batch) }
                pending.failed.append(error)
                return true
            }
            bounds = bounds.joined(touched[1].bounds)
            merge(touched[1], into: target, index, first)
        }
        take(index, bounds, target.words, batch, &pending)
        return true
    }

    /// The open sessions of a row's key, by level.
    private func sessions(_ index: Int, _ first: StateSlot) -> [Found] {
        var found: [Found] = []
        let bounds = layout.bounds(first)
        if !bounds.isEmpty { found.append(Found(level: 0, words: first, bounds: bounds)) }
        var left = layout.otherCount(first)
        for level in levels.indices.dropFirst() where left > 0 {
            guard let words = lookup(level, index) else { continue }
            found.append(Found(level: level, words: words, bounds: layout.bounds(words)))
            left -= 1
        }
        return found
    }

    private func lookup(_ level: Int, _ index: Int) -> StateSlot? {
        var slot: StateSlot?
        levels[level].lookup(
            keys: selector.keys + index, hashes: selector.hashes + index, count: 1, slots: &slot)
        return slot
    }

    /// Words for a new session: those of the first level that the key is not in.
    private func openSession(
        _ index: Int, _ first: StateSlot, _ batch: RecordBatch
    ) throws -> StateSlot {
        guard !layout.bounds(first).isEmpty else { return first }
        var level = 1
        while level < levels.count, lookup(level, index) != nil { level += 1 }
        let row = batch.selection.rows[index]
        guard try level < levels.count || addLevel() else {
            throw failures.recordError(
                "E2202", row, batch,
                "the record's key has \(Self.sessionsPerKeyMax) open sessions already; let the "
                    + "watermark advance (is an input idle?), or make the gap larger")
        }
        var slot = first
        do {
            try levels[level].lookupOrInsert(
                keys: selector.keys + index, hashes: selector.hashes + index, count: 1,
                slots: &slot)
        } catch {
            throw failures.recordError("E2201", row, batch, error.message)
        }
        layout.addOthers(1, first)
        return slot
    }

    private func mergeFailure(
        _ other: Found, _ target: Found, _ row: Int32
    ) -> EvaluationError? {
        for (call, accumulator) in definition.accumulators.enumerated() where accumulator.canFail {
            if let failure = accumulator.mergeFailure(other.words, target.words, levels[0]) {
                return definition.calls[call].error(failure, row: row)
            }
        }
        return nil
    }

    /// The other session, of a higher level, becomes part of the target.
    private func merge(_ other: Found, into target: Found, _ index: Int, _ first: StateSlot) {
        let isLater = other.bounds.start > target.bounds.start
        for accumulator in definition.accumulators {
            accumulator.merge(
                other.words, isLater: isLater, into: target.words, levels[target.level],
                calls.arena)
        }
        levels[other.level].remove(
            keys: selector.keys + index, hashes: selector.hashes + index, count: 1)
        layout.addOthers(-1, first)
    }

    // MARK: Accumulating

    private func flush(_ batch: RecordBatch, _ pending: inout PendingRows) throws {
        guard pending.count > 0 else { return }
        let rows = AggregateCalls.Rows(
            rows: buffers.rows, slots: buffers.joined, count: pending.count)
        pending.count = 0
        let results = window.emission == .onWindowClose ? nil : buffers.items.callResults
        try calls.accumulate(rows, levels[0], results: results) { row, error in
            if failures.policy == .fail { try failures.resolve(error, in: batch) }
            buffers.emitted[Int(row)] = 0
            pending.failed.append(error)
        }
    }

    /// Emits the marked rows with the values as of each, in the order of the input.
    private func emitAtOnce(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        guard window.emission != .onWindowClose else { return }
        let chunks = batch.chunks + selector.chunks + calls.chunks + calls.takeResultChunks()
        try buffers.emitMarked(batch, keys: selector.columns, chunks, failures, into: output)
    }
}
