internal import StreamAPI
internal import StreamCore

/// What differs between windows, sessions and intervals. Called once a batch.
protocol JoinWindowing: AnyObject {
    /// Sorts the selected rows of a batch by what becomes of them (``JoinInput/split(_:_:_:_:)``).
    func split(_ batch: RecordBatch, of input: JoinInput, _ watermark: Int64)
    /// Buffers rows that are not late, and adds the pairs that come of them at once.
    func add(_ incoming: IncomingRows, into output: any OperatorOutput) throws
    /// Adds what is due, and frees what no row can reach any more.
    func advance(from old: Int64, to new: Int64, into output: any OperatorOutput) throws
    /// The rows of a checkpoint are there.
    func restored()
}

/// What the three kinds of windowing share.
struct JoinParts {
    let definition: JoinDefinition
    let layout: JoinLayout
    let rows: BufferedRows
    let pairs: PairOutput

    /// Whether rows with a NULL key are not even kept.
    func dropsNullKeys(_ side: JoinSide) -> Bool { !definition.kind.preserves(side) }

    func isNull(_ key: ByteSlice) -> Bool { CanonicalKey.hasNull(key, layout.keyTypes) }
}
