internal import Formats
internal import StreamCore

/// The keys and values of one batch's selected rows, in one numbering.
///
/// Where both fields are the source's own bytes the numbers are the batch's rows and nothing is
/// touched; otherwise they are positions in selection order, as encoders give them.
///
/// - Threading: one thread. Reused from batch to batch.
final class RecordFields {
    private let encoding: KafkaRecordEncoding
    private var encodedKeys = EncodedRows(capacity: RecordBatch.rowCapacityDefault)
    private var encodedValues = EncodedRows(capacity: RecordBatch.rowCapacityDefault)
    private var gatheredKeys = GatheredSlices(capacity: RecordBatch.rowCapacityDefault)
    private var gatheredValues = GatheredSlices(capacity: RecordBatch.rowCapacityDefault)
    /// Whether positions in selection order are needed, whatever the fields are.
    private let isNumberedBySelection: Bool

    /// By row number; nil: no row has a key.
    private(set) var keys: UnsafePointer<ByteSlice>?
    /// By row number; absent for a tombstone.
    private(set) var values: UnsafePointer<ByteSlice>
    /// The row numbers, in order; nil: `0 ..< count`.
    private(set) var rows: UnsafePointer<Int32>?
    private(set) var count = 0
    /// What owns the bytes.
    private(set) var chunks: [ByteChunk] = []

    init(_ encoding: KafkaRecordEncoding) {
        if case .absent = encoding.value { preconditionFailure("a value is never absent by plan") }
        self.encoding = encoding
        isNumberedBySelection = encoding.hasExtras
        values = UnsafePointer(gatheredValues.slices)
    }

    /// Fills the fields from `batch`; valid until the next call, and while the batch is.
    ///
    /// - Complexity: O(bytes encoded); allocates only chunks, and once for a larger batch.
    func fill(from batch: RecordBatch) {
        count = batch.selection.count
        reserve(count)
        chunks.removeAll(keepingCapacity: true)
        let isPassThrough =
            !isNumberedBySelection && isOriginOrAbsent(encoding.key)
            && isOriginOrAbsent(encoding.value)
        rows = isPassThrough ? UnsafePointer(batch.selection.rows) : nil
        keys = slices(
            of: encoding.key, batch, isPassThrough, encodedKeys, (batch.origin.keys, gatheredKeys))
        values =
            slices(
                of: encoding.value, batch, isPassThrough, encodedValues,
                (batch.origin.values, gatheredValues))
            ?? UnsafePointer(gatheredValues.slices)
    }

    /// Takes the values of some records away; positions are those of the selection.
    ///
    /// - Parameter tombstones: 1 for a record whose value is null.
    func removeValues(_ tombstones: UnsafePointer<UInt8>) {
        precondition(isNumberedBySelection)
        let target = gatheredValues.slices
        for index in 0..<count {
            target[index] = tombstones[index] != 0 ? .absent : values[index]
        }
        values = UnsafePointer(target)
    }

    /// The batch's row that stands behind position `index` of this batch's selection.
    func batchRow(_ number: Int32, in batch: RecordBatch) -> Int {
        rows == nil ? Int(batch.selection.rows[Int(number)]) : Int(number)
    }

    private func slices(
        of field: KafkaRecordEncoding.Field, _ batch: RecordBatch, _ isPassThrough: Bool,
        _ encoded: EncodedRows,
        _ origin: (slices: UnsafeMutablePointer<ByteSlice>, gathered: GatheredSlices)
    ) -> UnsafePointer<ByteSlice>? {
        switch field {
        case .absent:
            return nil
        case .encoded(let encoder):
            encoder.encode(batch, into: encoded)
            chunks.append(contentsOf: encoded.chunks)
            return UnsafePointer(encoded.slices)
        case .origin:
            chunks.append(contentsOf: batch.origin.chunks)
            guard !isPassThrough else { return UnsafePointer(origin.slices) }
            return origin.gathered.gather(
                origin.slices, rows: batch.selection.rows, count: count)
        }
    }

    private func isOriginOrAbsent(_ field: KafkaRecordEncoding.Field) -> Bool {
        if case .encoded = field { false } else { true }
    }

    private func reserve(_ count: Int) {
        guard count > gatheredKeys.capacity else { return }
        encodedKeys = EncodedRows(capacity: count)
        encodedValues = EncodedRows(capacity: count)
        gatheredKeys = GatheredSlices(capacity: count)
        gatheredValues = GatheredSlices(capacity: count)
    }
}

/// Slices of selected rows, side by side.
private final class GatheredSlices {
    let capacity: Int
    let slices: UnsafeMutablePointer<ByteSlice>

    init(capacity: Int) {
        self.capacity = capacity
        slices = .allocate(capacity: capacity)
    }

    deinit { slices.deallocate() }

    // hot
    func gather(
        _ source: UnsafePointer<ByteSlice>, rows: UnsafePointer<Int32>, count: Int
    ) -> UnsafePointer<ByteSlice> {
        let target = slices
        for index in 0..<count { target[index] = source[Int(rows[index])] }
        return UnsafePointer(target)
    }
}
