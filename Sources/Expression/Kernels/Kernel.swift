internal import StreamCore

/// One step of a compiled expression: computes a column for some rows of a batch.
///
/// A tree of kernels costs one dynamic call per kernel and batch. Each kernel owns the column that
/// it fills and fills it again at the next call, so a result is valid until then.
class Kernel {
    let type: LogicalType
    private var owned: Column?

    init(_ type: LogicalType) { self.type = type }

    /// - Parameter rows: May be empty: then nothing is computed.
    /// - Throws: For rows among `rows` that have no value.
    func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        preconditionFailure("a kernel computes something")
    }

    /// The kernel's own column, large enough for the batch.
    final func result(_ frame: Frame) -> Column {
        if let owned, owned.capacity >= frame.capacity { return owned }
        let column = Column(type: type, capacity: frame.capacity)
        // Rows that are not computed are defined bytes; kernels may read and ignore them.
        column.values.initializeMemory(
            as: UInt8.self, repeating: 0, count: frame.capacity * column.physical.stride)
        owned = column
        return column
    }
}

/// The column of the batch itself.
final class ColumnKernel: Kernel {
    private let index: Int

    init(_ index: Int, _ type: LogicalType) {
        self.index = index
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let column = frame.columns[index]
        precondition(column.physical == type.physical, "the batch is of another schema")
        return column
    }
}

/// One value for all rows: the column is filled once, and again when a larger batch comes.
final class ConstantKernel: Kernel {
    let value: ConstantValue
    private var filled: Column?

    init(_ value: ConstantValue, _ type: LogicalType) {
        self.value = value
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let column = result(frame)
        if filled !== column {
            fill(column, frame)
            filled = column
        }
        return column
    }

    private func fill(_ column: Column, _ frame: Frame) {
        let count = column.capacity
        column.hasNulls = value == .null
        switch value {
        case .null: column.validity.update(repeating: 0, count: count)
        case .boolean(let value): column.booleans.update(repeating: value ? 1 : 0, count: count)
        case .integer(let value): column.integers.update(repeating: value, count: count)
        case .double(let value): column.doubles.update(repeating: value, count: count)
        case .decimal(let value): column.decimals.update(repeating: value, count: count)
        case .bytes(let bytes):
            column.slices.update(repeating: frame.constants.append(copying: bytes), count: count)
        }
    }
}

extension ByteArena {
    /// Copies an array in.
    func append(copying bytes: [UInt8]) -> ByteSlice {
        let target = allocate(bytes.count)
        for (index, byte) in bytes.enumerated() { target[index] = byte }
        return ByteSlice(base: UnsafePointer(target), count: bytes.count)
    }
}

/// Computes a value once for every use in its body.
final class BindKernel: Kernel {
    private let slot: Int
    private let value: Kernel
    private let body: Kernel

    init(slot: Int, value: Kernel, body: Kernel) {
        self.slot = slot
        self.value = value
        self.body = body
        super.init(body.type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        frame.bind(slot, to: try value.evaluate(rows, frame))
        return try body.evaluate(rows, frame)
    }
}

/// A value that the ``BindKernel`` around it has computed.
final class LocalKernel: Kernel {
    private let slot: Int

    init(slot: Int, _ type: LogicalType) {
        self.slot = slot
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        frame.local(slot)
    }
}

/// Whether the rows of `result` have values: those where each operand has one.
@inline(__always)
func combineValidity(_ result: Column, _ a: Column, _ b: Column, _ rows: Rows) {
    let hasNulls = a.hasNulls || b.hasNulls
    result.hasNulls = hasNulls
    guard hasNulls else { return }
    let target = result.validity
    if !b.hasNulls {
        let source = a.validity
        rows.forEach { target[$0] = source[$0] }
    } else if !a.hasNulls {
        let source = b.validity
        rows.forEach { target[$0] = source[$0] }
    } else {
        let (left, right) = (a.validity, b.validity)
        rows.forEach { target[$0] = left[$0] & right[$0] }
    }
}

/// The same for one operand.
@inline(__always)
func copyValidity(_ result: Column, _ operand: Column, _ rows: Rows) {
    combineValidity(result, operand, operand, rows)
}

/// Gathers the rows that failed; called only when a loop has found that some did.
///
/// - Parameter isFailed: Asked for rows that have a value.
/// - Returns: Empty if only rows without a value looked as if they failed.
@inline(never)
func failedRows(_ rows: Rows, in result: Column, _ isFailed: (Int) -> Bool) -> [Int32] {
    var failed: [Int32] = []
    rows.forEachValid(in: result) { row in
        if isFailed(row) { failed.append(Int32(truncatingIfNeeded: row)) }
    }
    return failed
}
