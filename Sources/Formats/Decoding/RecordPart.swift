package import StreamCore

/// The half of a Kafka record that a decoder reads.
package enum RecordPart: String, Sendable, CaseIterable { case key, value }

extension RawRecordBatch {
    /// The bytes of one part, by row; absent for a record without a key, and for a tombstone.
    package func slices(of part: RecordPart) -> UnsafeMutablePointer<ByteSlice> {
        part == .key ? keys : values
    }
}

/// What a record gives that lacks the part a decoder reads: a record without a key, a tombstone.
package enum AbsentPart: Sendable {
    /// No row; it is a failure.
    case fails
    /// NULL in every column; a failure where one is NOT NULL.
    case isNull
    /// NULL in every column, whatever the schema says: a tombstone is a row, too.
    case isRow
}
