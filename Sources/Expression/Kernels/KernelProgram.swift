internal import StreamCore

/// The kernels of one expression and the memory that they share.
final class KernelProgram {
    private let root: Kernel
    private let frame: Frame
    private let makesSlices: Bool
    /// No row can fail and no text is read: rows that are not selected may be computed too.
    private let isHarmless: Bool

    /// - Parameter folds: Whether parts without columns are computed once, here.
    init(
        _ typed: TypedExpression, folds: Bool = true,
        environment: EvaluationEnvironment = .system
    ) {
        let frame = Frame(environment)
        var compiler = KernelCompiler(frame: frame, folds: folds)
        root = compiler.compile(typed)
        self.frame = frame
        isHarmless = !typed.canFail && !typed.isDear
        makesSlices = typed.type.physical == .slice && typed.columnIndex == nil
    }

    func evaluate(batch: RecordBatch) throws(EvaluationError) -> Column {
        frame.beginBatch(batch)
        defer { frame.endBatch() }
        var rows = Rows(batch.selection, of: batch.rowCount)
        // A dense loop vectorises: worth it if most of what it computes is wanted.
        if isHarmless, !rows.isDense, rows.count > batch.rowCount / 4 {
            rows = Rows(rows.rows, count: batch.rowCount, isDense: true)
        }
        return try root.evaluate(rows, frame)
    }

    func takeChunks() -> [ByteChunk] { makesSlices ? frame.takeChunks() : [] }

    /// The value of an expression without columns; nil if it has none.
    static func constantValue(of typed: TypedExpression) -> ConstantValue? {
        let program = KernelProgram(typed, folds: false)
        let selection = SelectionVector(capacity: 1)
        selection.selectAll(1)
        // An error is that of the rows that come here at run time: nothing is folded.
        guard let column = try? program.root.evaluate(Rows(selection, of: 1), program.frame)
        else { return nil }
        if column.isNull(0) { return .null }
        switch typed.type.physical {
        case .bool8: return .boolean(column.booleans[0] != 0)
        case .int64: return .integer(column.integers[0])
        case .float64: return .double(column.doubles[0])
        case .int128: return .decimal(column.decimals[0])
        case .slice: return .bytes(Array(column.slices[0].buffer))
        }
    }
}

/// Turns a checked expression into kernels.
struct KernelCompiler {
    let frame: Frame
    /// Off inside a part that could not be folded: it may refer to slots bound outside of itself.
    var folds: Bool

    mutating func compile(_ typed: TypedExpression) -> Kernel {
        if case .constant(let value) = typed.node { return ConstantKernel(value, typed.type) }
        guard folds, typed.usedColumns.isEmpty, typed.isDeterministic else {
            return kernel(typed)
        }
        if let value = KernelProgram.constantValue(of: typed) {
            return ConstantKernel(value, typed.type)
        }
        // It fails: at run time, for the rows that come here.
        folds = false
        defer { folds = true }
        return kernel(typed)
    }

    private mutating func compile(all typed: [TypedExpression]) -> [Kernel] {
        var kernels: [Kernel] = []
        for operand in typed { kernels.append(compile(operand)) }
        return kernels
    }

    private mutating func kernel(_ typed: TypedExpression) -> Kernel {
        switch typed.node {
        case .column(let index): return ColumnKernel(index, typed.type)
        case .constant(let value): return ConstantKernel(value, typed.type)
        case .local(let slot): return LocalKernel(slot: slot, typed.type)
        case .bind(let slot, let value, let body):
            return bind(slot, value, body)
        case .negate(let operand): return NegateKernel(compile(operand), typed.type)
        case .arithmetic(let operation, let a, let b) where typed.type.isDecimal:
            return DecimalArithmeticKernel(operation, compile(a), compile(b), typed.type)
        case .arithmetic(let operation, let a, let b):
            return ArithmeticKernel(operation, compile(a), compile(b), typed.type)
        case .compare(let operation, let a, let b):
            return CompareKernel(operation, compile(a), compile(b))
        case .distinct(let a, let b, let isNegated):
            return DistinctKernel(compile(a), compile(b), isNegated: isNegated)
        case .not(let operand): return NotKernel(compile(operand))
        case .logical(let operation, let operands): return logical(operation, operands)
        case .test(let operand, let test, let isNegated):
            return TestKernel(compile(operand), test, isNegated: isNegated)
        case .inConstants(let operand, let constants, let hasNull):
            return InKernel(compile(operand), constants, hasNull: hasNull, frame)
        case .like(let operand, let pattern): return LikeKernel(compile(operand), pattern, frame)
        case .likeDynamic(let operand, let pattern, let escape):
            return LikeDynamicKernel(
                compile(operand), pattern: compile(pattern), escape: escape)
        case .branch(let branches, let otherwise): return branch(branches, otherwise, typed.type)
        case .coalesce(let operands): return CoalesceKernel(compile(all: operands), typed.type)
        case .cast(let operand, let isTry): return cast(operand, typed.type, isTry: isTry)
        case .call(let function, let arguments):
            return call(function, compile(all: arguments), typed.type)
        }
    }

    private mutating func bind(
        _ slot: Int, _ value: TypedExpression, _ body: TypedExpression
    ) -> Kernel {
        let compiled = compile(value)
        // References to a value without columns look as if they could be folded on their own.
        let outer = folds
        folds = outer && !value.usedColumns.isEmpty
        defer { folds = outer }
        return BindKernel(slot: slot, value: compiled, body: compile(body))
    }

    private mutating func logical(
        _ operation: LogicalOperator, _ operands: [TypedExpression]
    ) -> Kernel {
        var compiled: [LogicalKernel.Operand] = []
        for operand in operands {
            compiled.append(
                LogicalKernel.Operand(
                    kernel: compile(operand), narrows: operand.canFail || operand.isDear))
        }
        return LogicalKernel(operation, compiled)
    }

    private mutating func branch(
        _ branches: [TypedBranch], _ otherwise: TypedExpression, _ type: LogicalType
    ) -> Kernel {
        var compiled: [(condition: Kernel, result: Kernel)] = []
        for branch in branches {
            compiled.append((compile(branch.condition), compile(branch.result)))
        }
        return BranchKernel(compiled, otherwise: compile(otherwise), type)
    }

    private mutating func cast(
        _ operand: TypedExpression, _ type: LogicalType, isTry: Bool
    ) -> Kernel {
        let kernel = compile(operand)
        switch (operand.type, type) {
        case (.string, .bytes), (.bytes, .string):
            return BytesCastKernel(kernel, to: type, isTry: isTry)
        case (.string, .decimal): return DecimalParseKernel(kernel, to: type, isTry: isTry)
        case (.decimal, .string): return DecimalFormatKernel(kernel)
        case (_, .decimal): return DecimalCastKernel(kernel, to: type, isTry: isTry)
        case (.decimal, _): return DecimalToNumberKernel(kernel, to: type, isTry: isTry)
        case (.string, _): return TextParseKernel(kernel, to: type, isTry: isTry)
        case (_, .string): return TextFormatKernel(kernel)
        default: return NumericCastKernel(kernel, to: type, isTry: isTry)
        }
    }

    private func call(
        _ function: ScalarKernel, _ arguments: [Kernel], _ type: LogicalType
    ) -> Kernel {
        let third = arguments.count > 2 ? arguments[2] : nil
        switch function {
        case .lower: return CaseKernel(arguments[0], isUpper: false)
        case .upper: return CaseKernel(arguments[0], isUpper: true)
        case .concat: return ConcatKernel(arguments)
        case .charLength: return TextMeasureKernel(arguments[0], part: nil)
        case .position: return TextMeasureKernel(arguments[1], part: arguments[0])
        case .trim(let side):
            return TrimKernel(
                side, arguments[0], characters: arguments.count > 1 ? arguments[1] : nil)
        case .substring, .left, .right:
            return PartKernel(function, arguments[0], arguments[1], third)
        case .replace: return ReplaceKernel(arguments[0], arguments[1], arguments[2])
        case .abs, .sign, .floor, .ceil:
            return NumericFunctionKernel(function, arguments[0], type)
        case .greatest, .least:
            return ExtremumKernel(isGreatest: function == .greatest, arguments, type)
        case .row(let call): return call.kernel(arguments, type)
        case .round(let mode, let digits):
            return RoundKernel(mode, digits: digits, arguments[0], type)
        case .decimalOrder: return DecimalOrderKernel(arguments[0], arguments[1])
        case .temporal(let operation): return Self.temporal(operation, arguments, type)
        }
    }
}

extension TypedExpression {
    /// Whether computing it for rows that do not need it costs more than leaving them out: it
    /// reads texts.
    var isDear: Bool {
        switch node {
        case .column, .constant, .local: return false
        case .bind(_, let value, let body): return value.isDear || body.isDear
        case .negate(let x), .not(let x), .test(let x, _, _): return x.isDear
        case .arithmetic(_, let a, let b): return a.isDear || b.isDear
        case .compare(_, let a, let b), .distinct(let a, let b, _):
            return a.type.physical == .slice || a.isDear || b.isDear
        case .logical(_, let operands), .coalesce(let operands):
            return operands.contains(where: \.isDear)
        case .inConstants(let x, _, _): return x.type.physical == .slice || x.isDear
        case .cast(let x, _): return x.type.physical == .slice || type == .string || x.isDear
        case .like, .likeDynamic, .branch: return true
        case .call(let function, let arguments):
            switch function {
            case .abs, .sign, .floor, .ceil, .decimalOrder:
                return arguments.contains(where: \.isDear)
            case .round: return type == .double || arguments.contains(where: \.isDear)
            case .temporal(let operation): return operation.isDear(type, arguments)
            default: return true
            }
        }
    }
}
