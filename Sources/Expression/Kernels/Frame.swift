internal import StreamCore

/// What the kernels of one expression share.
final class Frame {
    /// The batch's columns, during an evaluation.
    private(set) var columns: [Column] = []
    /// Rows that a column of this batch can have.
    private(set) var capacity = 1
    /// The clock and the random bits of volatile functions.
    let environment: EvaluationEnvironment
    private var batchTime: Int64?
    private var locals: [Column?] = []
    private var usesArena = false
    private var usesConstants = false

    /// Bytes of computed texts; starts over with each batch.
    private(set) lazy var arena: ByteArena = {
        usesArena = true
        return ByteArena()
    }()

    /// Bytes of constants, alive as long as the expression.
    private(set) lazy var constants: ByteArena = {
        usesConstants = true
        return ByteArena()
    }()

    init(_ environment: EvaluationEnvironment = .system) { self.environment = environment }

    /// Milliseconds since the epoch: one reading of the clock for all rows of a batch.
    var now: Int64 {
        if let batchTime { return batchTime }
        let time = environment.now()
        batchTime = time
        return time
    }

    func beginBatch(_ batch: RecordBatch) {
        batchTime = nil
        columns = batch.columns
        capacity = max(batch.rowCapacity, batch.rowCount, 1)
        if usesArena { arena.recycle() }
    }

    /// Lets go of the batch, so that its owner may change it without a copy.
    func endBatch() { columns = [] }

    func bind(_ slot: Int, to column: Column) {
        while locals.count <= slot { locals.append(nil) }
        locals[slot] = column
    }

    func local(_ slot: Int) -> Column {
        guard let column = locals[slot] else { preconditionFailure("a slot is bound first") }
        return column
    }

    /// Everything that slices of the last result may point into, beside the batch.
    func takeChunks() -> [ByteChunk] {
        (usesArena ? arena.takeChunks() : []) + (usesConstants ? constants.takeChunks() : [])
    }
}
