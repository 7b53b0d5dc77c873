package import StreamAPI
package import StreamCore
internal import Synchronization

/// What a source does with records whose value is null (`tombstones`).
package enum TombstonePolicy: String, Sendable, CaseIterable {
    /// An error of the record: E2009.
    case fail
    /// Left out and counted by ``RecordCounters/dropped``.
    case drop
    /// To the source's output `errors`, as E2009.
    case sideOutput = "side_output"
    /// A row whose value columns are NULL.
    case row
}

/// Keeps tombstones away from a format's decoder, which has no row for them.
///
/// A batch without one, nearly every batch, goes through untouched. Otherwise the other records are
/// decoded side by side; for ``TombstonePolicy/row`` the decoded columns are then spread out again,
/// in place, so that rows keep their numbers and their order.
///
/// - Threading: one thread; one instance per source subtask.
/// - Source: Flink's Kafka connector leaves out null values of insert-only formats without a word;
///   here that must be asked for.
package final class TombstoneDecoder: BatchDecoder {
    private let values: any BatchDecoder
    private let policy: TombstonePolicy
    private let operatorID: OperatorID
    private let counters: RecordCounters
    /// The records that have a value.
    private let dense: RawRecordBatch
    /// By row of ``dense``, its row in the raw batch.
    private let rows: UnsafeMutablePointer<Int32>
    private let selection: SelectionVector
    private let errors = RecordErrors()

    /// - Parameters:
    ///   - values: Decodes records that have a value; its columns hold `rowCapacity` rows.
    ///   - operatorID: The source's, for messages.
    ///   - rowCapacity: Rows of the largest raw batch.
    package init(
        around values: any BatchDecoder, policy: TombstonePolicy, operatorID: OperatorID,
        counters: RecordCounters, rowCapacity: Int
    ) {
        self.values = values
        self.policy = policy
        self.operatorID = operatorID
        self.counters = counters
        dense = RawRecordBatch(rowCapacity: rowCapacity)
        rows = .allocate(capacity: rowCapacity)
        selection = SelectionVector(capacity: rowCapacity)
    }

    deinit { rows.deallocate() }

    package func decode(_ raw: RawRecordBatch) throws -> RecordBatch {
        guard let first = firstTombstone(raw) else { return try values.decode(raw) }
        if policy == .fail { throw error(first, raw) }
        takeRecordsWithValue(raw)
        let batch = try values.decode(dense)
        if policy == .sideOutput {
            noteTombstones(raw)
            return batch
        }
        guard policy == .row else {
            counters.dropped.add(raw.rowCount - dense.rowCount, ordering: .relaxed)
            return batch
        }
        spread(batch, over: raw)
        return batch
    }

    package func takeErrors() -> [RecordBatch] {
        values.takeErrors() + (errors.takeBatch().map { [$0] } ?? [])
    }

    private func noteTombstones(_ raw: RawRecordBatch) {
        for row in 0..<raw.rowCount where raw.values[row].isAbsent {
            let failure = error(row, raw)
            errors.add(
                code: failure.code, message: failure.message, operatorID: operatorID, row: row,
                of: raw)
        }
    }

    // hot
    private func firstTombstone(_ raw: RawRecordBatch) -> Int? {
        let values = raw.values
        for row in 0..<raw.rowCount where values[row].base == nil { return row }
        return nil
    }

    private func error(_ row: Int, _ raw: RawRecordBatch) -> RecordError {
        RecordError(
            code: "E2009", place: raw.place(ofRow: row), operatorID: operatorID,
            message: "the record is a tombstone: its value is null. Say what is to become of it "
                + "with the source's option tombstones: drop leaves it out, row makes a row of NULLs "
                + "and $key of it")
    }

    private func takeRecordsWithValue(_ raw: RawRecordBatch) {
        dense.removeAll()
        dense.topics = raw.topics
        dense.chunks = raw.chunks
        if raw.headers != nil { _ = dense.makeHeaders() }
        var count = 0
        for row in 0..<raw.rowCount where raw.values[row].base != nil {
            dense.copyRow(row, of: raw, to: count)
            rows[count] = Int32(truncatingIfNeeded: row)
            count += 1
        }
        dense.rowCount = count
    }

    /// Moves the decoded rows to where their records are, and puts NULLs between them.
    private func spread(_ batch: RecordBatch, over raw: RawRecordBatch) {
        for column in batch.columns { spread(column, raw) }
        selection.copy(from: batch.selection)
        mergeSelection(into: batch.selection, raw)
        batch.rowCount = raw.rowCount
        batch.origin = raw
    }

    private func spread(_ column: Column, _ raw: RawRecordBatch) {
        let stride = column.physical.stride
        let validity = column.validity
        if !column.hasNulls { validity.update(repeating: 1, count: dense.rowCount) }
        // From the last row to the first: a row never moves to one that is still to be read.
        var next = dense.rowCount - 1
        for row in (0..<raw.rowCount).reversed() {
            guard next >= 0, rows[next] == row else {
                validity[row] = 0
                continue
            }
            (column.values + row * stride).copyMemory(
                from: column.values + next * stride, byteCount: stride)
            validity[row] = validity[next]
            next -= 1
        }
        column.hasNulls = true
    }

    /// The decoder's selection in the numbers of the raw batch, and every tombstone.
    private func mergeSelection(into target: SelectionVector, _ raw: RawRecordBatch) {
        var (count, next) = (0, 0)
        for row in 0..<raw.rowCount {
            let isDecoded = next < selection.count && rows[Int(selection.rows[next])] == row
            if isDecoded { next += 1 }
            guard isDecoded || raw.values[row].isAbsent else { continue }
            target.rows[count] = Int32(truncatingIfNeeded: row)
            count += 1
        }
        target.count = count
    }
}
