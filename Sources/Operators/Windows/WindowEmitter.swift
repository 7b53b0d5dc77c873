internal import Expression
internal import StreamAPI
internal import StreamCore

/// Makes rows of what windows hold, and emits them in batches.
///
/// The order of a window's rows is that of their key groups, and within one that of their keys'
/// hashes, then of their bytes and their start: the same whatever the table's layout, so the same
/// after a restore.
///
/// - Threading: one subtask.
final class WindowEmitter {
    /// A key that is due, where the state has it.
    private struct Entry {
        let key: ByteSlice
        let words: UnsafePointer<UInt64>
        let start: Int64
        let end: Int64
    }

    /// An entry by what it is ordered by; small, since ordering moves it.
    private struct Rank {
        let hash: UInt64
        let index: Int
    }

    private let definition: AggregateDefinition
    private let calls: AggregateCalls
    private let items: AggregateItems
    private let decoder: KeyDecoder
    private let failures: RowFailures
    private let rowCapacity = RecordBatch.rowCapacityDefault
    private let wordCount: Int
    /// One key group's. Not checked for exclusive access, which would cost every key two calls: one
    /// thread has them.
    @exclusivity(unchecked) private var entries: [Entry] = []
    @exclusivity(unchecked) private var ranks: [Rank] = []
    /// The rows to be emitted next: their words, in order.
    private let words: UnsafeMutablePointer<UInt64>
    private let slots: UnsafeMutablePointer<StateSlot>
    /// Keys, window start and window end.
    private let columns: [Column]
    private let eventTimes: Column
    private let output: RecordBatch
    private let keys = ByteArena()
    /// Rows that wait in ``words`` and ``columns``.
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
        output.origin.holdsRecords = false
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
        ranks.removeAll(keepingCapacity: true)
    }

    /// Takes a key and its words, which stay as they are until ``emitGroup(_:into:)``.
    // hot
    func collect(_ key: ByteSlice, _ words: UnsafePointer<UInt64>, start: Int64, end: Int64) {
        ranks.append(Rank(hash: StableHash.xxh3(key.base, key.count), index: entries.count))
        entries.append(Entry(key: key, words: words, start: start, end: end))
    }

    /// Turns what was collected into rows, and emits those batches that are full.
    func emitGroup(_ state: any KeyedStateBackend, into target: any OperatorOutput) throws {
        let entries = entries
        ranks.sort { a, b in
            a.hash != b.hash ? a.hash < b.hash : Self.isBefore(entries[a.index], entries[b.index])
        }
        var rest = ranks[...]
        while !rest.isEmpty {
            let next = rest.prefix(rowCapacity - count)
            try append(entries, next)
            rest = rest.dropFirst(next.count)
            if count == rowCapacity { try finish(state, into: target) }
        }
    }

    private static func isBefore(_ a: Entry, _ b: Entry) -> Bool {
        let order = compareBytes(a.key, b.key)
        return order != 0 ? order < 0 : a.start < b.start
    }

    /// Adds rows; there is room for them.
    // hot
    private func append(_ entries: [Entry], _ ranks: ArraySlice<Rank>) throws {
        if count == 0 { for column in columns { column.hasNulls = false } }
        let keyCount = definition.keys.count
        let (starts, ends) = (columns[keyCount].integers, columns[keyCount + 1].integers)
        let (times, slots, wordCount) = (eventTimes.integers, slots, wordCount)
        let (keys, columns, origin) = (keys, columns, output.origin)
        var row = count
        for rank in ranks {
            let entry = entries[rank.index]
            guard decoder.decode(keys.append(entry.key), into: columns, row: row) else {
                throw KeyedStateError(
                    .corrupt, "a key of the window from \(entry.start) cannot be read")
            }
            slots[row].update(from: entry.words, count: wordCount)
            starts[row] = entry.start
            ends[row] = entry.end
            times[row] = WindowDefinition.lastTime(ofEnd: entry.end)
            origin.partitions[row] = 0
            origin.offsets[row] = entry.start
            origin.timestamps[row] = times[row]
            row &+= 1
        }
        count = row
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
        if output.selection.count > 0 {
            output.columns = Array(columns.prefix(definition.keys.count)) + made
            try target.emit(output)
        }
        try failures.emit(into: target)
    }
}
