internal import Expression
package import StreamAPI
package import StreamCore

extension WindowAggregateOperator {
    package func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        guard let times = batch.eventTimes else {
            preconditionFailure("the checker lets no window without event time pass")
        }
        if batch.rowCapacity > buffers.rowCapacity {
            buffers = WindowBuffers(definition, rowCapacity: batch.rowCapacity)
        }
        buffers.failed.removeAll()
        splitLate(batch, times.integers)
        if batch.selection.count > 0 { try add(batch, times.integers, into: output) }
        try failures.emit(into: output)
        try LateRows.emit(buffers.late, of: batch, at: watermark, failures, into: output)
    }

    /// Moves rows whose last window is closed from the selection to the late ones.
    private func splitLate(_ batch: RecordBatch, _ times: UnsafePointer<Int64>) {
        let selection = batch.selection
        let earliest = selection.least(of: times)
        buffers.late.count = 0
        guard isLate(earliest) else { return }
        var kept = 0
        for index in 0..<selection.count {
            let row = selection.rows[index]
            if isLate(times[Int(row)]) {
                buffers.late.rows[buffers.late.count] = row
                buffers.late.count += 1
            } else {
                selection.rows[kept] = row
                kept += 1
            }
        }
        selection.count = kept
    }

    private func isLate(_ time: Int64) -> Bool {
        window.isLate(end: assigner.end(ofStart: assigner.lastStart(of: time)), watermark)
    }

    /// Adds the selected rows, none of which is late, to their windows: window by window, and in each
    /// in the order of the input.
    private func add(
        _ batch: RecordBatch, _ times: UnsafePointer<Int64>, into output: any OperatorOutput
    ) throws {
        try failures.retrying(batch) { () throws(EvaluationError) in try selector.evaluate(batch) }
        try calls.evaluate(batch, failures)
        try selector.encodeKeys(of: batch, keyByteCountMax: backend.keyByteCountMax, failures)
        setStarts(batch.selection, times)
        orderByStart(batch.selection.count)
        buffers.begin(batch.selection)
        var failed: [EvaluationError] = []
        var run = 0..<0
        for start in windowStarts(batch.selection.count) {
            let end = assigner.end(ofStart: start)
            run = self.run(from: start, after: run, batch.selection.count)
            guard !window.isLate(end: end, watermark) else { continue }
            let rows = keyedRows(batch.selection, times, run, end: end, !failed.isEmpty)
            guard rows.count > 0 else { continue }
            try add(rows, batch, start: start, &failed)
            // A row of several windows may go out for each.
            guard assigner.windowsPerRow > 1, window.emission != .onWindowClose else { continue }
            try emitAtOnce(batch, into: output)
            buffers.begin(batch.selection)
        }
        try emitAtOnce(batch, into: output)
        for error in failed { try failures.resolve(error, in: batch) }
    }

    // MARK: Which rows

    // hot
    private func setStarts(_ selection: SelectionVector, _ times: UnsafePointer<Int64>) {
        let (starts, rows) = (buffers.starts, selection.rows)
        let (slide, assigner) = (assigner.slide, assigner)
        guard selection.count > 0 else { return }
        // Neighbours are mostly in one window, and a division is saved.
        var start = assigner.lastStart(of: times[Int(rows[0])])
        for index in 0..<selection.count {
            let time = times[Int(rows[index])]
            if time < start || time &- start >= slide { start = assigner.lastStart(of: time) }
            starts[index] = start
        }
    }

    /// Fills ``WindowBuffers/order`` with selection indices, ascending by start, then by index.
    private func orderByStart(_ count: Int) {
        let (starts, order) = (buffers.starts, buffers.order)
        var isOrdered = true
        for index in 0..<count {
            order[index] = Int32(truncatingIfNeeded: index)
            isOrdered = isOrdered && (index == 0 || starts[index] >= starts[index &- 1])
        }
        guard !isOrdered else { return }
        var ordered = UnsafeMutableBufferPointer(start: order, count: count)
        ordered.sort {
            let (a, b) = (starts[Int($0)], starts[Int($1)])
            return a != b ? a < b : $0 < $1
        }
    }

    /// The start of every window that some row may be in, ascending.
    private func windowStarts(_ count: Int) -> [Int64] {
        var starts: [Int64] = []
        var last: Int64?
        for index in 0..<count {
            let start = buffers.starts[Int(buffers.order[index])]
            guard start != last else { continue }
            last = start
            for step in 0..<assigner.windowsPerRow {
                starts.append(start &- Int64(step) &* assigner.slide)
            }
        }
        guard assigner.windowsPerRow > 1 else { return starts }
        return Set(starts).sorted()
    }

    /// The positions in ``WindowBuffers/order`` of the rows whose last window begins within the one
    /// from `start`; both of its ends only move on from window to window.
    private func run(from start: Int64, after last: Range<Int>, _ count: Int) -> Range<Int> {
        let (starts, order, size) = (buffers.starts, buffers.order, assigner.size)
        var lower = last.lowerBound
        while lower < count, starts[Int(order[lower])] < start { lower += 1 }
        var upper = max(lower, last.upperBound)
        while upper < count, starts[Int(order[upper])] &- start < size { upper += 1 }
        return lower..<upper
    }

    private struct KeyedRows {
        let rows: UnsafePointer<Int32>
        let keys: UnsafePointer<ByteSlice>
        let hashes: UnsafePointer<UInt64>
        let count: Int
    }

    /// The rows of one window next to each other, with their keys, in the order of the input: as they
    /// are if it has them all, else gathered.
    ///
    /// - Parameter hasFailed: Some row failed in a window before, and joins no more.
    // hot
    private func keyedRows(
        _ selection: SelectionVector, _ times: UnsafePointer<Int64>, _ run: Range<Int>,
        end: Int64, _ hasFailed: Bool
    ) -> KeyedRows {
        let (allKeys, allHashes, indices) = (selector.keys, selector.hashes, buffers.indices)
        if run.count == selection.count, assigner.isWhole, !hasFailed {
            return KeyedRows(
                rows: selection.rows, keys: allKeys, hashes: allHashes, count: run.count)
        }
        indices.update(from: buffers.order + run.lowerBound, count: run.count)
        if assigner.windowsPerRow > 1 {
            var gathered = UnsafeMutableBufferPointer(start: indices, count: run.count)
            gathered.sort()
        }
        let (rows, keys, hashes) = (buffers.rows, buffers.keys, buffers.hashes)
        var count = 0
        for position in 0..<run.count {
            let index = Int(indices[position])
            let row = selection.rows[index]
            guard times[Int(row)] < end, !hasFailed || !buffers.failed.contains(row) else {
                continue
            }
            rows[count] = row
            keys[count] = allKeys[index]
            hashes[count] = allHashes[index]
            count &+= 1
        }
        return KeyedRows(rows: rows, keys: keys, hashes: hashes, count: count)
    }

    // MARK: Accumulating

    private func add(
        _ keyed: KeyedRows, _ batch: RecordBatch, start: Int64, _ failed: inout [EvaluationError]
    ) throws {
        let buffers = buffers
        guard let pane = try pane(start: start) else {
            throw failures.recordError(
                "E2202", keyed.rows[0], batch, WindowDefinition.tooManyWindows)
        }
        do {
            try pane.state.lookupOrInsert(
                keys: keyed.keys, hashes: keyed.hashes, count: keyed.count, slots: buffers.slots)
        } catch {
            throw failures.recordError("E2201", keyed.rows[error.row], batch, error.message)
        }
        let isEmitted = window.emitsAtOnce(end: pane.end, watermark)
        if isEmitted {
            for at in 0..<keyed.count {
                buffers.mark(keyed.rows[at], start: pane.start, end: pane.end)
            }
        }
        let rows = AggregateCalls.Rows(
            rows: keyed.rows, slots: buffers.slots, count: keyed.count)
        try calls.accumulate(
            rows, pane.state, results: isEmitted ? buffers.items.callResults : nil
        ) { row, error in
            if failures.policy == .fail { try failures.resolve(error, in: batch) }
            buffers.emitted[Int(row)] = 0
            buffers.failed.insert(row)
            failed.append(error)
        }
    }

    private func emitAtOnce(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        guard window.emission != .onWindowClose else { return }
        let chunks = batch.chunks + selector.chunks + calls.chunks + calls.takeResultChunks()
        try buffers.emitMarked(batch, keys: selector.columns, chunks, failures, into: output)
    }
}

extension WindowDefinition {
    static let tooManyWindows =
        "the operator holds \(openWindowsMax) windows already, and this record would open another; "
        + "let the watermark advance (is an input idle?), or make the windows larger"
}

extension SelectionVector {
    /// The smallest of the selected rows' values; the largest there is if none is selected.
    // hot
    func least(of values: UnsafePointer<Int64>) -> Int64 {
        var least = Int64.max
        for index in 0..<count { least = min(least, values[Int(rows[index])]) }
        return least
    }
}
