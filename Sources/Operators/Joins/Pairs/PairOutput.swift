internal import Expression
internal import StreamAPI
internal import StreamCore

/// Turns pairs of buffered rows into output rows, a batch at a time: columns, the residual
/// condition, the join's `select`.
///
/// Pairs keep their order. Where a row without a partner comes out only if no pair of its passes the
/// residual condition, it is put in as a tentative pair behind all of its pairs, and stays if none
/// of those did.
///
/// - Threading: one subtask's.
final class PairOutput {
    /// Of a tentative pair, whose row has no partner unless a pair before it passes.
    enum Role: UInt8 {
        case pair, tentativeLeft, tentativeRight
    }

    let batch: RecordBatch
    let columns: PairColumns
    private let definition: JoinDefinition
    private let predicate: CompiledPredicate?
    private let select: MapOperator
    private let headerByteCount: Int
    private var failures: RowFailures
    var count = 0
    /// Whose memory the pairs point into.
    private var touched: [SlicePointer] = []
    /// The slices of the window that is being emitted; touched over several batches.
    private var window: ArraySlice<SlicePointer> = []
    /// Those of the batch that come from rows.
    private let inputColumns: [Column]
    let matches: PairMatches?
    let marks: PairMarks?
    private let times: UnsafeMutablePointer<Int64>
    private let starts: UnsafeMutablePointer<Int64>
    private let ends: UnsafeMutablePointer<Int64>

    init(
        _ definition: JoinDefinition, _ layout: JoinLayout, errorPolicy: ErrorPolicy,
        counters: RecordCounters
    ) {
        let capacity = RecordBatch.rowCapacityDefault
        self.definition = definition
        columns = PairColumns(layout, capacity: capacity)
        batch = RecordBatch(schema: definition.pairSchema, rowCapacity: capacity)
        let eventTimes = Column(type: .timestampLTZ, capacity: capacity)
        batch.eventTimes = eventTimes
        times = eventTimes.integers
        inputColumns = Array(batch.columns[JoinDefinition.windowColumnCount...])
        starts = batch.columns[0].integers
        ends = batch.columns[1].integers
        predicate = definition.residual.map { CompiledPredicate($0) }
        select = MapOperator(
            columns: definition.outputs, errorPolicy: errorPolicy, counters: counters)
        headerByteCount = layout.rows.frame.headerByteCount
        failures = RowFailures(policy: errorPolicy, counters: counters)
        let isOuter = definition.kind != .inner
        matches = isOuter && predicate != nil ? PairMatches(capacity: capacity) : nil
        marks = isOuter && definition.window.isInterval ? PairMarks(capacity: capacity) : nil
        for column in batch.columns.prefix(JoinDefinition.windowColumnCount) {
            column.hasNulls = definition.window.isInterval
        }
        prepareOrigin()
    }

    var outputSchema: RowSchema { select.outputSchema }

    func open(_ context: OperatorContext) throws {
        failures.operatorID = context.operatorID
        batch.origin.topic = context.operatorID.rawValue
        try select.open(context, restored: nil)
    }

    /// A pair has two records behind it: messages name the operator, and no offset.
    private func prepareOrigin() {
        let origin = batch.origin
        origin.holdsRecords = false
        origin.keys.initialize(repeating: .absent, count: batch.rowCapacity)
        origin.values.initialize(repeating: .absent, count: batch.rowCapacity)
        origin.partitions.initialize(repeating: -1, count: batch.rowCapacity)
        origin.offsets.initialize(repeating: -1, count: batch.rowCapacity)
        if definition.window.isInterval {
            for column in batch.columns.prefix(JoinDefinition.windowColumnCount) {
                column.validity.update(repeating: 0, count: batch.rowCapacity)
            }
        }
    }

    /// The pairs that follow are made of rows of these slices.
    func beginWindow(_ slices: ArraySlice<SlicePointer>) {
        window = slices
        for slice in slices { touch(slice) }
    }

    func endWindow() { window = [] }

    /// Keeps the memory of a slice until the pairs are emitted.
    @inline(__always)
    func touch(_ slice: SlicePointer) {
        if touched.last == slice { return }
        if !touched.contains(slice) { touched.append(slice) }
    }

    /// Adds a pair; nil stands for a missing row. Rows point to their headers.
    @inline(__always)
    func append(
        left: UnsafeRawPointer?, right: UnsafeRawPointer?, key: UnsafeRawPointer, time: Int64
    ) {
        columns.set(
            count, left: left.map { $0 + headerByteCount },
            right: right.map { $0 + headerByteCount }, key: key)
        times[count] = time
        count &+= 1
    }

    /// The same, of a window.
    @inline(__always)
    func append(
        left: UnsafeRawPointer?, right: UnsafeRawPointer?, key: UnsafeRawPointer,
        _ window: JoinWindowSpan
    ) {
        starts[count] = window.start
        ends[count] = window.end
        append(left: left, right: right, key: key, time: window.end &- 1)
    }

    var isFull: Bool { count == batch.rowCapacity }

    /// Emits what has been added.
    func flush(into output: any OperatorOutput) throws {
        defer {
            count = 0
            touched.removeAll(keepingCapacity: true)
            touched += window
        }
        guard count > 0 else { return }
        columns.fill(inputColumns, count: count)
        batch.rowCount = count
        batch.origin.rowCount = count
        batch.origin.timestamps.update(from: times, count: count)
        batch.chunks.removeAll(keepingCapacity: true)
        for slice in touched { slice.pointee.appendChunks(to: &batch.chunks) }
        try selectPairs()
        marks?.markSelected(of: batch.selection)
        if batch.selection.count > 0 { try select.process(batch, into: output) }
        try failures.emit(into: output)
    }

    /// The pairs that pass, and the tentative ones that stay.
    private func selectPairs() throws {
        batch.selection.selectAll(count)
        guard let predicate else { return }
        matches?.selectCandidates(batch.selection)
        // Ends: every turn but the last removes a row.
        while true {
            do {
                try predicate.apply(to: batch)
                break
            } catch {
                try failures.resolve(error, in: batch)
            }
        }
        matches?.resolveTentative(batch.selection, count: count)
    }
}

/// A window of event time, `[start, end)`, milliseconds since the epoch.
struct JoinWindowSpan: Hashable {
    let start: Int64
    let end: Int64
}

extension JoinDefinition.Window {
    var isInterval: Bool {
        if case .interval = self { true } else { false }
    }
    var isSession: Bool {
        if case .session = self { true } else { false }
    }
}

extension TimeSlice {
    /// Everything that rows and keys point into.
    func appendChunks(to chunks: inout [ByteChunk]) {
        chunks += keys.chunks
        chunks += sides[0].rows.chunks
        chunks += sides[1].rows.chunks
    }
}
