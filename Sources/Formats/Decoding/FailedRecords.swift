package import StreamAPI
package import StreamCore
internal import Synchronization

/// The records of one batch that give no row, and what becomes of them; shared by the decoders of a
/// record's key and of its value, so that a record fails once.
///
/// - Threading: one thread; one instance per source subtask.
/// - Cost: one flag a row; a failure is a few words until a message is asked for.
package final class FailedRecords {
    package let rowCapacity: Int
    private let operatorID: OperatorID
    private let errorPolicy: ErrorPolicy
    private let counters: RecordCounters
    private let firstPart: RecordPart
    private let isOut: UnsafeMutablePointer<UInt8>
    /// Whether any row of this batch is out.
    private(set) var hasAny = false
    private var failures: [RecordFailure] = []
    /// For ``ErrorPolicy/sideOutput``.
    private let errors = RecordErrors()

    /// - Parameters:
    ///   - operatorID: The source's, for messages.
    ///   - counters: Receives what `errorPolicy` drops.
    ///   - rowCapacity: Rows of the largest raw batch.
    ///   - firstPart: The part that is decoded first of each batch.
    package init(
        operatorID: OperatorID, errorPolicy: ErrorPolicy, counters: RecordCounters,
        rowCapacity: Int, firstPart: RecordPart = .value
    ) {
        self.operatorID = operatorID
        self.errorPolicy = errorPolicy
        self.counters = counters
        self.rowCapacity = rowCapacity
        self.firstPart = firstPart
        isOut = .allocate(capacity: rowCapacity)
        isOut.initialize(repeating: 0, count: rowCapacity)
    }

    deinit { isOut.deallocate() }

    /// A decoder begins with its part of a batch; the first one forgets the batch before.
    func begin(_ part: RecordPart) {
        failures.removeAll(keepingCapacity: true)
        guard part == firstPart, hasAny else { return }
        isOut.update(repeating: 0, count: rowCapacity)
        hasAny = false
    }

    @inline(__always)
    func isOut(_ row: Int) -> Bool { isOut[row] != 0 }

    /// The row fails; of several failures of a row the first one counts.
    func add(_ failure: RecordFailure) {
        guard !isOut(Int(failure.row)) else { return }
        isOut[Int(failure.row)] = 1
        hasAny = true
        failures.append(failure)
    }

    /// The row is left out, and that is no failure: a comment.
    func leaveOut(row: Int) {
        isOut[row] = 1
        hasAny = true
    }

    /// A decoder has done its part: selects the rows that are left, and drops the failed ones, keeps
    /// them for ``takeErrors()``, or throws the first one's error.
    ///
    /// - Parameter message: What is wrong with a record; asked for none that is dropped.
    func settle(_ batch: RecordBatch, _ raw: RawRecordBatch, _ message: FailureMessage) throws {
        select(batch)
        guard let first = failures.min(by: { $0.row < $1.row }) else { return }
        let records = raw.slices(of: message.part)
        switch errorPolicy {
        case .fail:
            throw RecordError(
                code: first.code.rawValue, place: raw.place(ofRow: Int(first.row)),
                operatorID: operatorID, message: message.text(first, records[Int(first.row)]))
        case .drop: counters.dropped.add(failures.count, ordering: .relaxed)
        case .sideOutput:
            for failure in failures {
                errors.add(
                    code: failure.code.rawValue,
                    message: message.text(failure, records[Int(failure.row)]),
                    operatorID: operatorID, field: message.field(failure), row: Int(failure.row),
                    of: raw)
            }
        }
    }

    /// What ``settle(_:_:_:)`` has kept of the last batch, for the decoder's own answer.
    func takeErrors() -> [RecordBatch] { errors.takeBatch().map { [$0] } ?? [] }

    /// Selects every row of `batch` that is not out.
    func select(_ batch: RecordBatch) {
        guard hasAny else { return batch.selection.selectAll(batch.rowCount) }
        let rows = batch.selection.rows
        var kept = 0
        for row in 0..<batch.rowCount where isOut[row] == 0 {
            rows[kept] = Int32(truncatingIfNeeded: row)
            kept += 1
        }
        batch.selection.count = kept
    }
}
