internal import StreamAPI
internal import StreamCore

/// The producing end of an exchange: copies rows out of the chain's batches and into channels.
///
/// Rows for one subtask keep their order. Each batch is sent on at once, so that a lone record
/// does not wait for company.
///
/// - Threading: the upstream subtask's thread.
final class ResultPartition: BatchOutput {
    /// The node whose rows leave here.
    let node: OperatorID
    /// What that node, and those in front of it, hold event time back by, milliseconds.
    var watermarkDelay: Int64 = 0
    private let channels: [InputChannel]
    /// Nil: every row goes to the first channel.
    private let partitioner: (any Partitioner)?
    private let router: RowRouter
    private let keepsOriginBytes: Bool

    /// - Parameter groupCount: The job's `maxParallelism`.
    init(_ plan: OutputPlan, groupCount: Int, rowCapacity: Int) throws {
        precondition(!plan.channels.isEmpty)
        node = plan.node
        channels = plan.channels
        keepsOriginBytes = plan.keepsOriginBytes
        switch plan.exchange {
        case .forward: partitioner = nil
        case .keyed(let make): partitioner = try make()
        }
        router = RowRouter(
            groupCount: groupCount, targetCount: channels.count, rowCapacity: rowCapacity)
    }

    func emit(_ batch: RecordBatch) throws {
        let selection = batch.selection
        if selection.count == 0 { return }
        guard let partitioner, channels.count > 1 else {
            let rows = UnsafeBufferPointer(start: selection.rows, count: selection.count)
            return try send(rows, of: batch, to: channels[0])
        }
        router.reserve(selection.count)
        try partitioner.assignKeyGroups(of: batch, into: router.keyGroups)
        router.sort(selection)
        for target in channels.indices {
            let rows = router.rows(ofTarget: target)
            if !rows.isEmpty { try send(rows, of: batch, to: channels[target]) }
        }
    }

    private func send(
        _ rows: UnsafeBufferPointer<Int32>, of batch: RecordBatch, to channel: InputChannel
    ) throws(ExecutionCancelled) {
        let copy = batch.copy(rows: rows, keepsOriginBytes: keepsOriginBytes)
        try channel.push(.batch(copy), byteCount: copy.memoryByteCount)
    }

    /// Barriers, watermarks and the end go to everybody.
    func broadcast(_ element: StreamElement) throws(ExecutionCancelled) {
        for channel in channels { try channel.push(element) }
    }
}

extension RecordBatch {
    /// What a batch that owns its memory keeps alive, roughly: for the bound of a channel.
    var memoryByteCount: Int {
        let originBytesPerRow = 2 * MemoryLayout<ByteSlice>.stride + 4 + 8 + 8
        let bytesPerRow = columns.reduce(originBytesPerRow) { $0 + $1.physical.stride + 1 }
        return chunks.reduce(rowCapacity * bytesPerRow) { $0 + $1.capacity }
    }
}
