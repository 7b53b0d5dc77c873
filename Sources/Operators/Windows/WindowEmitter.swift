internal import Expression
internal import StreamAPI
internal import StreamCore

/// Makes rows of what windows hold, and emits them in batches.
///
/// The order of a window's rows is that of their key groups, and within one that of their keys'
/// bytes, then of their start: the same whatever the table's layout, so the same after a restore.
///
/// - Threading: one subtask.
final class WindowEmitter {
    private struct Entry {
        /// The key's first bytes, as a number that orders as they do.
        let prefix: UInt64
        let key: ByteSlice
        let start: Int64
        let end: Int64
        /// Where its words begin in ``entryWords``.
        let word: Int
    }

    private let definition: AggregateDefinition
    private let calls: AggregateCalls
    private let items: AggregateItems
    private let decoder: KeyDecoder
    private let failures: RowFailures
    private let rowCapacity = RecordBatch.rowCapacityDefault
    private let wordCount: Int
    /// One key group's.
    private var entries: [Entry] = []
    private var entryWords: [UInt64] = []
    /// The rows to be emitted next: their words, in order.
    private let words: UnsafeMutablePointer<UInt64>
    private let slots: UnsafeMutablePointer<StateSlot>
    /// Keys, window start and window end.
    private let columns: [Column]
    private let eventTimes: Column
    private let output: RecordBatch
    private let keys = ByteArena()
    private var count = 0

    init(_ definition: AggregateDefinition, _ calls: AggregateCalls, _ failures: RowFailures) {
        self.definition = definition
        self.calls = calls
        self.failures = failures
        items = AggregateItems(definition, rowCapacity: rowCapacity)
        let types = definition.keys.map(\.expression.type)
        decoder = KeyDecoder(types)
        wordCount = definition.stateDescriptor.wordCount
        words = .allocate(capacity: rowCapacity * wordCount)
        slots = .allocate(capacity: rowCapacity)
        for row in 0..<rowCapacity { (slots + row).initialize(to: words + row * wordCount) }
        let capacity = rowCapacity
        columns = (types + WindowDefinition.fields.map(\.type)).map {
            Column(type: $0, capacity: capacity)
        }
        eventTimes = Column(type: .timestampLTZ, capacity: rowCapacity)
        output = RecordBatch(
            schema: definition.outputSchema,
            columns: definition.outputSchema.fields.map { Column(type: $0.type, capacity: 1) },
            origin: RawRecordBatch(rowCapacity: rowCapacity), rowCapacity: rowCapacity)
        output.origin.keys.initialize(repeating: .absent, count: rowCapacity)
        output.origin.values.initialize(repeating: .absent, count: rowCapacity)
    }

    deinit {
        words.deallocate()
        slots.deallocate()
    }

    /// Emits a row for each key of a window.
    ///
    /// - Throws: ``KeyedStateError`` for a key that is none: the snapshot it came from was damaged.
    func emit(_ pane: WindowPane, into target: any OperatorOutput) throws {
        for group in pane.state.keyGroups.lower..<pane.state.keyGroups.upper {
            beginGroup()
            pane.state.forEachEntry(ofKeyGroup: group) { key, words in
                collect(key, words, start: pane.start, end: pane.end)
            }
            try emitGroup(pane.state, into: target)
        }
        try finish(pane.state, into: target)
    }

    // MARK: By key group

    func beginGroup() {
        entries.removeAll(keepingCapacity: true)
        entryWords.removeAll(keepingCapacity: true)
    }

    /// Takes a copy of a key and its words.
    ///
    /// - Returns: The copy of the key, valid until the row has been emitted.
    @discardableResult
    func collect(
        _ key: ByteSlice, _ words: UnsafePointer<UInt64>, start: Int64, end: Int64
    ) -> ByteSlice {
        let copy = keys.append(key)
        entries.append(
            Entry(
                prefix: Self.prefix(of: copy), key: copy, start: start, end: end,
                word: entryWords.count))
        entryWords.append(contentsOf: UnsafeBufferPointer(start: words, count: wordCount))
        return copy
    }

    /// Turns what was collected into rows, and emits those batches that are full.
    func emitGroup(_ state: any KeyedStateBackend, into target: any OperatorOutput) throws {
        entries.sort { a, b in
            if a.prefix != b.prefix { return a.prefix < b.prefix }
            let order = compareBytes(a.key, b.key)
            return order != 0 ? order < 0 : a.start < b.start
        }
        for entry in entries {
            try append(entry)
            if count == rowCapacity { try finish(state, into: target) }
        }
    }

    /// The first byte says only whether the first column is NULL, and counts with the next seven.
    @inline(__always)
    private static func prefix(of key: ByteSlice) -> UInt64 {
        guard let base = key.base else { return 0 }
        if key.count >= 8 {
            return UInt64(bigEndian: UnsafeRawPointer(base).loadUnaligned(as: UInt64.self))
        }
        var prefix: UInt64 = 0
        for at in 0..<key.count { prefix |= UInt64(base[at]) << UInt64(56 - 8 * at) }
        return prefix
    }

    private func append(_ entry: Entry) throws {
        let row = count
        let keyCount = definition.keys.count
        if row == 0 { for column in columns { column.hasNulls = false } }
        guard decoder.decode(entry.key, into: columns, row: row) else {
            throw KeyedStateError(
                .corrupt, "a key of the window from \(entry.start) cannot be read")
        }
        entryWords.withUnsafeBufferPointer { source in
            for word in 0..<wordCount { slots[row][word] = source[entry.word + word] }
        }
        columns[keyCount].integers[row] = entry.start
        columns[keyCount + 1].integers[row] = entry.end
        eventTimes.integers[row] = WindowDefinition.lastTime(ofEnd: entry.end)
        output.origin.partitions[row] = 0
        output.origin.offsets[row] = entry.start
        output.origin.timestamps[row] = WindowDefinition.lastTime(ofEnd: entry.end)
        count += 1
    }

    /// Emits the rows that are left.
    func finish(_ state: any KeyedStateBackend, into target: any OperatorOutput) throws {
        guard count > 0 else { return }
        defer { count = 0 }
        calls.finish(slots, count, into: items.callResults, state)
        output.rowCount = count
        output.origin.rowCount = count
        output.origin.topic = "\(failures.operatorID?.rawValue ?? "?").window"
        output.selection.selectAll(count)
        output.eventTimes = eventTimes
        output.chunks = keys.takeChunks() + calls.takeResultChunks()
        let made = try items.columns(keys: columns, output, failures)
        guard output.selection.count > 0 else { return }
        output.columns = Array(columns.prefix(definition.keys.count)) + made
        try target.emit(output)
    }
}
