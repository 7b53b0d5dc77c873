internal import StreamAPI
internal import StreamCore

/// Memory of a windowed aggregate that is reused from batch to batch, as large as the largest so far.
final class WindowBuffers {
    let rowCapacity: Int
    /// By selection index: where the last of the row's windows begins.
    let starts: UnsafeMutablePointer<Int64>
    /// Selection indices by ``starts``.
    let order: UnsafeMutablePointer<Int32>
    /// Those of one window.
    let indices: UnsafeMutablePointer<Int32>
    /// The rows of one window, in order.
    let rows: UnsafeMutablePointer<Int32>
    let keys: UnsafeMutablePointer<ByteSlice>
    let hashes: UnsafeMutablePointer<UInt64>
    let slots: UnsafeMutablePointer<StateSlot>
    /// Of rows that have found their session.
    let joined: UnsafeMutablePointer<StateSlot>
    /// By row number: 1 if a row goes out at once.
    let emitted: UnsafeMutablePointer<UInt8>
    /// Rows of the batch that a window could not take.
    var failed: Set<Int32> = []
    /// Rows of the batch that no window takes any more.
    let late: SelectionVector
    let items: AggregateItems
    let windowStarts: Column
    let windowEnds: Column
    let eventTimes: Column
    let output: RecordBatch

    init(_ definition: AggregateDefinition, rowCapacity: Int) {
        self.rowCapacity = rowCapacity
        starts = .allocate(capacity: rowCapacity)
        order = .allocate(capacity: rowCapacity)
        indices = .allocate(capacity: rowCapacity)
        rows = .allocate(capacity: rowCapacity)
        keys = .allocate(capacity: rowCapacity)
        hashes = .allocate(capacity: rowCapacity)
        slots = .allocate(capacity: rowCapacity)
        joined = .allocate(capacity: rowCapacity)
        emitted = .allocate(capacity: rowCapacity)
        late = SelectionVector(capacity: rowCapacity)
        items = AggregateItems(definition, rowCapacity: rowCapacity)
        windowStarts = Column(type: .timestampLTZ, capacity: rowCapacity)
        windowEnds = Column(type: .timestampLTZ, capacity: rowCapacity)
        eventTimes = Column(type: .timestampLTZ, capacity: rowCapacity)
        output = RecordBatch.shell(definition.outputSchema, rowCapacity)
    }

    deinit {
        starts.deallocate()
        order.deallocate()
        indices.deallocate()
        rows.deallocate()
        keys.deallocate()
        hashes.deallocate()
        slots.deallocate()
        joined.deallocate()
        emitted.deallocate()
    }

    // MARK: Rows that go out at once

    /// No row is marked, and no call has a result.
    func begin(_ selection: SelectionVector) {
        items.resetResults()
        for index in 0..<selection.count { emitted[Int(selection.rows[index])] = 0 }
    }

    @inline(__always)
    func mark(_ row: Int32, start: Int64, end: Int64) {
        let row = Int(row)
        emitted[row] = 1
        windowStarts.integers[row] = start
        windowEnds.integers[row] = end
        eventTimes.integers[row] = WindowDefinition.lastTime(ofEnd: end)
    }

    /// Emits the marked rows with the values as of each, in the order of the input.
    ///
    /// - Parameters:
    ///   - keys: The key's columns, at the batch's row numbers.
    ///   - chunks: What holds the bytes of keys and results.
    func emitMarked(
        _ batch: RecordBatch, keys: [Column], _ chunks: [ByteChunk], _ failures: RowFailures,
        into target: any OperatorOutput
    ) throws {
        output.selection.copy(from: batch.selection)
        output.selection.keep { emitted[$0] != 0 }
        guard output.selection.count > 0 else { return }
        output.rowCount = batch.rowCount
        output.origin = batch.origin
        output.eventTimes = eventTimes
        output.chunks = chunks
        let made = try items.columns(
            keys: keys + [windowStarts, windowEnds], output, failures)
        guard output.selection.count > 0 else { return }
        output.columns = keys + made
        try target.emit(output)
    }
}
