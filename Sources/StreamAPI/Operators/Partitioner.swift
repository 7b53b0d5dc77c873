public import StreamCore

/// Which subtask each row belongs to: the exchange's half of a key selector.
///
/// One instance per upstream subtask, called on its thread only.
public protocol Partitioner: AnyObject {
    /// Writes the key group of every **selected** row, in selection order.
    ///
    /// - Parameter keyGroups: Room for `batch.selection.count` values.
    /// - Complexity: One call a batch; allocates nothing.
    func assignKeyGroups(
        of batch: RecordBatch, into keyGroups: UnsafeMutablePointer<UInt16>
    ) throws
}

/// Makes typed rows of a source's raw records.
///
/// One instance per source subtask, called on its thread only.
public protocol BatchDecoder: AnyObject {
    /// - Returns: The rows of `raw`, at most one each, with `origin` set to `raw`; owned by the
    ///   decoder, valid until the next call. Records that `on_error: drop` leaves out are counted
    ///   by the decoder.
    /// - Throws: ``RecordError`` for a record that fails the job.
    func decode(_ raw: RawRecordBatch) throws -> RecordBatch
    /// The records of the last batch that `on_error: side_output` left out, as ``RecordErrors`` makes
    /// them; asked for after each ``decode(_:)``.
    func takeErrors() -> [RecordBatch]
}

extension BatchDecoder {
    public func takeErrors() -> [RecordBatch] { [] }
}
