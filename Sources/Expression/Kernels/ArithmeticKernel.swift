internal import StreamCore

/// `+ - * / %` of two operands of the result's type.
///
/// The loop computes every row, NULLs with whatever they hold, and only notes that something
/// overflowed; which row it was is looked for afterwards.
final class ArithmeticKernel: Kernel {
    private let operation: ArithmeticOperator
    private let left: Kernel
    private let right: Kernel

    init(_ operation: ArithmeticOperator, _ left: Kernel, _ right: Kernel, _ type: LogicalType) {
        self.operation = operation
        self.left = left
        self.right = right
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let a = try left.evaluate(rows, frame)
        let b = try right.evaluate(rows, frame)
        let output = result(frame)
        combineValidity(output, a, b, rows)
        if type == .double {
            try doubles(a, b, output, rows)
        } else {
            try integers(a, b, output, rows)
        }
        return output
    }

    // MARK: Integers

    private func integers(
        _ a: Column, _ b: Column, _ output: Column, _ rows: Rows
    ) throws(EvaluationError) {
        let isInt = type == .int
        let anyFailed =
            switch operation {
            case .add: Self.loop(Add.self, isInt: isInt, a, b, output, rows)
            case .subtract: Self.loop(Subtract.self, isInt: isInt, a, b, output, rows)
            case .multiply: Self.loop(Multiply.self, isInt: isInt, a, b, output, rows)
            case .divide: Self.loop(Divide.self, isInt: isInt, a, b, output, rows)
            case .remainder: Self.loop(Remainder.self, isInt: isInt, a, b, output, rows)
            }
        if anyFailed { try reportIntegers(a, b, output, rows) }
    }

    // hot
    private static func loop<Operation: IntegerOperation>(
        _: Operation.Type, isInt: Bool, _ a: Column, _ b: Column, _ output: Column, _ rows: Rows
    ) -> Bool {
        let (left, right, target) = (a.integers, b.integers, output.integers)
        var failures: Int64 = 0
        if isInt {
            // Operands are 32-bit values, so 64 bits hold every sum and product.
            rows.forEach { row in
                let (value, isFailed) = Operation.apply(left[row], right[row])
                target[row] = value
                let outside = Int64(Int32(truncatingIfNeeded: value)) ^ value
                failures |= outside | (isFailed ? 1 : 0)
            }
        } else {
            rows.forEach { row in
                let (value, isFailed) = Operation.apply(left[row], right[row])
                target[row] = value
                failures |= isFailed ? 1 : 0
            }
        }
        return failures != 0
    }

    private func isFailed(_ x: Int64, _ y: Int64) -> Bool {
        let (value, isFailed) =
            switch operation {
            case .add: Add.apply(x, y)
            case .subtract: Subtract.apply(x, y)
            case .multiply: Multiply.apply(x, y)
            case .divide: Divide.apply(x, y)
            case .remainder: Remainder.apply(x, y)
            }
        return isFailed || (type == .int && Int32(exactly: value) == nil)
    }

    private func reportIntegers(
        _ a: Column, _ b: Column, _ output: Column, _ rows: Rows
    ) throws(EvaluationError) {
        let failed = failedRows(rows, in: output) { isFailed(a.integers[$0], b.integers[$0]) }
        guard let first = failed.first.map(Int.init) else { return }
        let (x, y) = (a.integers[first], b.integers[first])
        throw error(failed, "\(x)", "\(y)", isZeroDivision: y == 0 && isDivision)
    }

    // MARK: Doubles

    private func doubles(
        _ a: Column, _ b: Column, _ output: Column, _ rows: Rows
    ) throws(EvaluationError) {
        let (left, right, target) = (a.doubles, b.doubles, output.doubles)
        switch operation {
        case .add: rows.forEach { target[$0] = left[$0] + right[$0] }
        case .subtract: rows.forEach { target[$0] = left[$0] - right[$0] }
        case .multiply: rows.forEach { target[$0] = left[$0] * right[$0] }
        case .divide: rows.forEach { target[$0] = left[$0] / right[$0] }
        case .remainder: preconditionFailure("the checker refuses % of DOUBLE")
        }
        // x - x is 0 for every finite x and NaN for the others; NaN stays NaN in the sum.
        var failures = 0.0
        rows.forEach { failures += target[$0] - target[$0] }
        guard failures != 0 || failures.isNaN else { return }
        let failed = failedRows(rows, in: output) { !target[$0].isFinite }
        guard let first = failed.first.map(Int.init) else { return }
        throw error(
            failed, "\(left[first])", "\(right[first])",
            isZeroDivision: right[first] == 0 && isDivision)
    }

    private var isDivision: Bool { operation == .divide || operation == .remainder }

    private func error(
        _ failed: [Int32], _ x: String, _ y: String, isZeroDivision: Bool
    ) -> EvaluationError {
        let term = "\(x) \(operation.rawValue) \(y)"
        if isZeroDivision {
            return EvaluationError(
                .divisionByZero, failedRows: failed,
                message: "division by zero: \(term); guard it with NULLIF(divisor, 0)")
        }
        let help = type == .int ? "; CAST an operand to BIGINT" : ""
        return EvaluationError(
            .overflow, failedRows: failed,
            message: "\(term) is outside the range of \(type)\(help)")
    }
}

/// An operation on two 64-bit integers, with what SQL calls a failure.
protocol IntegerOperation {
    static func apply(_ a: Int64, _ b: Int64) -> (Int64, Bool)
}

enum Add: IntegerOperation {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64) -> (Int64, Bool) {
        a.addingReportingOverflow(b)
    }
}

enum Subtract: IntegerOperation {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64) -> (Int64, Bool) {
        a.subtractingReportingOverflow(b)
    }
}

enum Multiply: IntegerOperation {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64) -> (Int64, Bool) {
        a.multipliedReportingOverflow(by: b)
    }
}

enum Divide: IntegerOperation {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64) -> (Int64, Bool) {
        a.dividedReportingOverflow(by: b)
    }
}

enum Remainder: IntegerOperation {
    /// The smallest BIGINT by -1 is 0, although the processor's division overflows.
    @inline(__always) static func apply(_ a: Int64, _ b: Int64) -> (Int64, Bool) {
        if b == -1 { return (0, false) }
        return a.remainderReportingOverflow(dividingBy: b)
    }
}

/// `-x`.
final class NegateKernel: Kernel {
    private let operand: Kernel

    init(_ operand: Kernel, _ type: LogicalType) {
        self.operand = operand
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        if type == .double {
            let (source, target) = (x.doubles, output.doubles)
            rows.forEach { target[$0] = -source[$0] }
            return output
        }
        if type.isDecimal {
            let (source, target) = (x.decimals, output.decimals)
            rows.forEach { target[$0] = 0 &- source[$0] }
            return output
        }
        let smallest = type == .int ? Int64(Int32.min) : Int64.min
        let (source, target) = (x.integers, output.integers)
        var failures = 0
        rows.forEach { row in
            target[row] = 0 &- source[row]
            failures |= source[row] == smallest ? 1 : 0
        }
        if failures != 0 {
            let failed = failedRows(rows, in: output) { source[$0] == smallest }
            if !failed.isEmpty {
                throw EvaluationError(
                    .overflow, failedRows: failed,
                    message: "-(\(smallest)) is outside the range of \(type)")
            }
        }
        return output
    }
}
