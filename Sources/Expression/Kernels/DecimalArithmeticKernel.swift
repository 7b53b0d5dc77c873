internal import StreamCore

/// `+ - * / %` of two DECIMALs. The dense loops of those whose results always fit have no checks:
/// in 64 bits where 18 digits do, else in 128.
final class DecimalArithmeticKernel: Kernel {
    private let arithmetic: DecimalArithmetic
    private let left: Kernel
    private let right: Kernel

    init(_ operation: ArithmeticOperator, _ left: Kernel, _ right: Kernel, _ type: LogicalType) {
        guard let a = DecimalRules(left.type), let b = DecimalRules(right.type),
            let result = DecimalRules(type)
        else { preconditionFailure("the checker gives DECIMAL operands") }
        arithmetic = DecimalArithmetic(operation, a, b, result)
        self.left = left
        self.right = right
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let a = try left.evaluate(rows, frame)
        let b = try right.evaluate(rows, frame)
        let output = result(frame)
        combineValidity(output, a, b, rows)
        if arithmetic.isCompact {
            compact(a, b, output, rows)
        } else if arithmetic.isExact {
            exact(a, b, output, rows)
        } else {
            try checked(a, b, output, rows)
        }
        return output
    }

    // hot
    private func compact(_ a: Column, _ b: Column, _ output: Column, _ rows: Rows) {
        let (left, right, target) = (a.decimals, b.decimals, output.decimals)
        // Wrapping only behind NULLs: the types bound the values.
        let x = Int64(truncatingIfNeeded: arithmetic.leftFactor)
        let y = Int64(truncatingIfNeeded: arithmetic.rightFactor)
        switch arithmetic.operation {
        case .add:
            rows.forEach { row in
                let (first, second) = (low(left[row]), low(right[row]))
                target[row] = Int128(first &* x &+ second &* y)
            }
        case .subtract:
            rows.forEach { row in
                let (first, second) = (low(left[row]), low(right[row]))
                target[row] = Int128(first &* x &- second &* y)
            }
        default:
            rows.forEach { target[$0] = Int128(low(left[$0]) &* low(right[$0])) }
        }
    }

    @inline(__always)
    private func low(_ value: Int128) -> Int64 { Int64(truncatingIfNeeded: value) }

    // hot
    private func exact(_ a: Column, _ b: Column, _ output: Column, _ rows: Rows) {
        let (left, right, target) = (a.decimals, b.decimals, output.decimals)
        let (x, y) = (arithmetic.leftFactor, arithmetic.rightFactor)
        switch arithmetic.operation {
        case .add: rows.forEach { target[$0] = left[$0] &* x &+ right[$0] &* y }
        case .subtract: rows.forEach { target[$0] = left[$0] &* x &- right[$0] &* y }
        default: rows.forEach { target[$0] = left[$0] &* right[$0] }
        }
    }

    private func checked(
        _ a: Column, _ b: Column, _ output: Column, _ rows: Rows
    ) throws(EvaluationError) {
        let (left, right, target) = (a.decimals, b.decimals, output.decimals)
        var failed: [Int32] = []
        rows.forEachValid(in: output) { row in
            if let value = arithmetic.value(left[row], right[row]) {
                target[row] = value
            } else {
                failed.append(Int32(truncatingIfNeeded: row))
            }
        }
        guard let first = failed.first.map(Int.init) else { return }
        throw error(failed, left[first], right[first])
    }

    private func error(_ failed: [Int32], _ a: Int128, _ b: Int128) -> EvaluationError {
        let term =
            "\(Quoted.decimal(a, left.type)) \(arithmetic.operation.rawValue) "
            + Quoted.decimal(b, right.type)
        let isDivision = arithmetic.operation == .divide || arithmetic.operation == .remainder
        if isDivision, b == 0 {
            return EvaluationError(
                .divisionByZero, failedRows: failed,
                message: "division by zero: \(term); guard it with NULLIF(divisor, 0)")
        }
        return EvaluationError(
            .overflow, failedRows: failed,
            message: "\(term) is outside the range of \(type); CAST an operand to DOUBLE, or to "
                + "fewer digits")
    }
}

/// -1, 0 or 1 by the order of two DECIMALs of different scales.
final class DecimalOrderKernel: Kernel {
    private let left: Kernel
    private let right: Kernel

    init(_ left: Kernel, _ right: Kernel) {
        self.left = left
        self.right = right
        super.init(.int)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let a = try left.evaluate(rows, frame)
        let b = try right.evaluate(rows, frame)
        let output = result(frame)
        combineValidity(output, a, b, rows)
        let shift = left.type.scale - right.type.scale
        let x = DecimalCodec.power(max(0, 0 - shift))
        let y = DecimalCodec.power(max(0, shift))
        let (first, second, target) = (a.decimals, b.decimals, output.integers)
        rows.forEach { row in
            let (p, overflowP) = first[row].multipliedReportingOverflow(by: x)
            let (q, overflowQ) = second[row].multipliedReportingOverflow(by: y)
            // One factor is 1. The value that outgrew 127 bits is the farther from zero.
            if overflowP {
                target[row] = first[row] < 0 ? -1 : 1
            } else if overflowQ {
                target[row] = second[row] < 0 ? 1 : -1
            } else {
                target[row] = p < q ? -1 : p == q ? 0 : 1
            }
        }
        return output
    }
}

extension Quoted {
    /// A DECIMAL as it may stand in a message.
    static func decimal(_ value: Int128, _ type: LogicalType) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DecimalCodec.byteCountMax) { text in
            guard let start = text.baseAddress else { return "" }
            let count = DecimalCodec.write(value, scale: type.scale, to: start)
            return String(decoding: text[..<count], as: UTF8.self)
        }
    }
}
