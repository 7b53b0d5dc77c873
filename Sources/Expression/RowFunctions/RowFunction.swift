internal import StreamCore

/// A function that is computed row by row from its arguments' values.
///
/// A concrete type, so that ``RowFunctionKernel`` is specialised for it: one dynamic call a batch,
/// the loop and ``apply(_:_:_:)`` are one function. Members that a call needs again (compiled
/// patterns, buffers) are made once.
protocol RowFunction {
    /// Whether the result is NULL as soon as an argument is; `apply` is then not called.
    static var isStrict: Bool { get }

    /// Computes one row and stores its value in `output`.
    mutating func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome

    /// Why `apply` failed for a row, in one line.
    mutating func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String
}

extension RowFunction {
    static var isStrict: Bool { true }
}

/// What became of one row.
enum RowOutcome: Hashable {
    /// The value is stored.
    case value
    case null
    /// The row has no value; see ``RowFunction/message(_:_:_:)``.
    case failed(EvaluationError.Code)
}

/// The columns of a call's arguments, as pointers.
struct RowArguments {
    struct Argument {
        let values: UnsafeMutableRawPointer
        /// Nil: every row has a value.
        let validity: UnsafeMutablePointer<UInt8>?
    }

    private let arguments: UnsafeMutablePointer<Argument>
    let count: Int

    init(_ arguments: UnsafeMutablePointer<Argument>, count: Int) {
        self.arguments = arguments
        self.count = count
    }

    /// The value of an argument that is a text or bytes.
    @inline(__always)
    func text(_ index: Int, _ row: Int) -> ByteSlice {
        arguments[index].values.assumingMemoryBound(to: ByteSlice.self)[row]
    }

    /// The value of an INT, BIGINT or temporal argument.
    @inline(__always)
    func integer(_ index: Int, _ row: Int) -> Int64 {
        arguments[index].values.assumingMemoryBound(to: Int64.self)[row]
    }

    @inline(__always)
    func double(_ index: Int, _ row: Int) -> Double {
        arguments[index].values.assumingMemoryBound(to: Double.self)[row]
    }

    @inline(__always)
    func boolean(_ index: Int, _ row: Int) -> Bool {
        arguments[index].values.assumingMemoryBound(to: UInt8.self)[row] != 0
    }

    @inline(__always)
    func isNull(_ index: Int, _ row: Int) -> Bool {
        guard let validity = arguments[index].validity else { return false }
        return validity[row] == 0
    }
}

/// Where a row function puts its values.
struct RowOutput {
    private let values: UnsafeMutableRawPointer
    /// Bytes of computed texts.
    let arena: ByteArena

    init(_ column: Column, _ arena: ByteArena) {
        values = UnsafeMutableRawPointer(column.values)
        self.arena = arena
    }

    @inline(__always)
    func put(_ slice: ByteSlice, _ row: Int) -> RowOutcome {
        values.assumingMemoryBound(to: ByteSlice.self)[row] = slice
        return .value
    }

    @inline(__always)
    func put(_ value: Int64, _ row: Int) -> RowOutcome {
        values.assumingMemoryBound(to: Int64.self)[row] = value
        return .value
    }

    @inline(__always)
    func put(_ value: Double, _ row: Int) -> RowOutcome {
        values.assumingMemoryBound(to: Double.self)[row] = value
        return .value
    }

    @inline(__always)
    func put(_ value: Bool, _ row: Int) -> RowOutcome {
        values.assumingMemoryBound(to: UInt8.self)[row] = value ? 1 : 0
        return .value
    }

    /// Copies what a buffer holds; fails if that is longer than a text may be.
    @inline(__always)
    func put(_ buffer: TextBuffer, _ row: Int) -> RowOutcome {
        guard !buffer.isTooLong else { return .failed(.valueTooLong) }
        return put(arena.append(buffer.bytes, buffer.count), row)
    }
}

extension ByteSlice {
    /// As many bytes as may be read behind the end of a slice.
    private static let nothing: StaticString =
        "                                                                "
    /// The empty text: a slice that is not absent has a base.
    static var empty: ByteSlice { ByteSlice(base: nothing.utf8Start, count: 0) }
}

/// Calls a ``RowFunction`` for the rows of a batch.
final class RowFunctionKernel<Function: RowFunction>: Kernel {
    private var function: Function
    private let operands: [Kernel]
    private let arguments: UnsafeMutablePointer<RowArguments.Argument>

    init(_ function: Function, _ operands: [Kernel], _ type: LogicalType) {
        self.function = function
        self.operands = operands
        arguments = .allocate(capacity: max(operands.count, 1))
        super.init(type)
    }

    deinit { arguments.deallocate() }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let output = result(frame)
        output.hasNulls = false
        for (index, operand) in operands.enumerated() {
            let column = try operand.evaluate(rows, frame)
            arguments[index] = RowArguments.Argument(
                values: UnsafeMutableRawPointer(column.values),
                validity: column.hasNulls ? column.validity : nil)
            if Function.isStrict { note(nullsOf: column, output, rows) }
        }
        try apply(rows, output, frame)
        return output
    }

    private func note(nullsOf column: Column, _ output: Column, _ rows: Rows) {
        guard column.hasNulls else { return }
        let (source, target) = (column.validity, output.validity)
        if output.hasNulls {
            rows.forEach { target[$0] &= source[$0] }
        } else {
            rows.forEach { target[$0] = source[$0] }
            output.hasNulls = true
        }
    }

    // hot
    private func apply(
        _ rows: Rows, _ output: Column, _ frame: Frame
    ) throws(EvaluationError) {
        let x = RowArguments(arguments, count: operands.count)
        let target = RowOutput(output, frame.arena)
        var failed: [Int32] = []
        var code = EvaluationError.Code.valueTooLong
        // A local copy needs no check of exclusive access in the loop.
        var function = self.function
        // NULLs of arguments are there before the loop; those of results are collected.
        var nulls: [Int32] = []
        rows.forEachValid(in: output) { row in
            switch function.apply(row, x, target) {
            case .value: break
            case .null: nulls.append(Int32(truncatingIfNeeded: row))
            case .failed(let reason):
                if failed.isEmpty { code = reason }
                failed.append(Int32(truncatingIfNeeded: row))
            }
        }
        self.function = function
        guard let first = failed.first else { return mark(nulls, output, rows) }
        throw EvaluationError(
            code, failedRows: failed, message: function.message(Int(first), x, code))
    }

    private func mark(_ nulls: [Int32], _ output: Column, _ rows: Rows) {
        guard !nulls.isEmpty else { return }
        let validity = output.validity
        if !output.hasNulls { rows.forEach { validity[$0] = 1 } }
        output.hasNulls = true
        for row in nulls { validity[Int(row)] = 0 }
    }
}
