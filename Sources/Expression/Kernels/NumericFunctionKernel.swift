internal import StreamCore

/// ABS, SIGN, FLOOR and CEIL: one number in, one of the same type out.
final class NumericFunctionKernel: Kernel {
    private let function: ScalarKernel
    private let operand: Kernel

    init(_ function: ScalarKernel, _ operand: Kernel, _ type: LogicalType) {
        self.function = function
        self.operand = operand
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        if type == .double {
            doubles(x, output, rows)
        } else if type.isDecimal {
            try decimals(x, output, rows)
        } else {
            try integers(x, output, rows)
        }
        return output
    }

    private func doubles(_ x: Column, _ output: Column, _ rows: Rows) {
        let (source, target) = (x.doubles, output.doubles)
        switch function {
        case .abs: rows.forEach { target[$0] = source[$0].magnitude }
        case .floor: rows.forEach { target[$0] = source[$0].rounded(.down) }
        case .ceil: rows.forEach { target[$0] = source[$0].rounded(.up) }
        default: rows.forEach { target[$0] = source[$0] > 0 ? 1 : source[$0] < 0 ? -1 : 0 }
        }
    }

    private func decimals(
        _ x: Column, _ output: Column, _ rows: Rows
    ) throws(EvaluationError) {
        let (source, target) = (x.decimals, output.decimals)
        if function == .abs {
            return rows.forEach { target[$0] = source[$0] < 0 ? 0 &- source[$0] : source[$0] }
        }
        let one = DecimalCodec.power(type.scale)
        rows.forEach { target[$0] = source[$0].signum() &* one }
        guard let rules = DecimalRules(type), rules.wholeDigits == 0 else { return }
        let failed = failedRows(rows, in: output) { source[$0] != 0 }
        guard !failed.isEmpty else { return }
        throw EvaluationError(
            .overflow, failedRows: failed, message: "a SIGN of 1 is outside the range of \(type)")
    }

    private func integers(
        _ x: Column, _ output: Column, _ rows: Rows
    ) throws(EvaluationError) {
        let (source, target) = (x.integers, output.integers)
        guard function == .abs else {
            rows.forEach { target[$0] = source[$0].signum() }
            return
        }
        let smallest = type == .int ? Int64(Int32.min) : Int64.min
        var failures = 0
        rows.forEach { row in
            let value = source[row]
            target[row] = value < 0 ? 0 &- value : value
            failures |= value == smallest ? 1 : 0
        }
        guard failures != 0 else { return }
        let failed = failedRows(rows, in: output) { source[$0] == smallest }
        guard !failed.isEmpty else { return }
        throw EvaluationError(
            .overflow, failedRows: failed,
            message: "ABS(\(smallest)) is outside the range of \(type)")
    }
}

/// GREATEST and LEAST of values of one type; NULL if any is NULL.
final class ExtremumKernel: Kernel {
    private let isGreatest: Bool
    private let operands: [Kernel]

    init(isGreatest: Bool, _ operands: [Kernel], _ type: LogicalType) {
        self.isGreatest = isGreatest
        self.operands = operands
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let output = result(frame)
        for (index, operand) in operands.enumerated() {
            let column = try operand.evaluate(rows, frame)
            if index == 0 {
                copyValidity(output, column, rows)
                copyRows(from: column, to: output, rows)
            } else {
                combineValidity(output, output, column, rows)
                merge(column, output, rows)
            }
        }
        return output
    }

    private func merge(_ column: Column, _ output: Column, _ rows: Rows) {
        switch type.physical {
        case .bool8: Self.merge(column.booleans, output.booleans, rows, isGreatest)
        case .int64: Self.merge(column.integers, output.integers, rows, isGreatest)
        case .float64: Self.merge(column.doubles, output.doubles, rows, isGreatest)
        case .int128: Self.merge(column.decimals, output.decimals, rows, isGreatest)
        case .slice:
            let (source, target, wanted) = (column.slices, output.slices, isGreatest ? 1 : -1)
            rows.forEachValid(in: output) { row in
                let order = Bytes.order(source[row], target[row])
                if order == wanted { target[row] = source[row] }
            }
        }
    }

    private static func merge<Value: Comparable>(
        _ source: UnsafeMutablePointer<Value>, _ target: UnsafeMutablePointer<Value>,
        _ rows: Rows, _ isGreatest: Bool
    ) {
        if isGreatest {
            rows.forEach { target[$0] = source[$0] > target[$0] ? source[$0] : target[$0] }
        } else {
            rows.forEach { target[$0] = source[$0] < target[$0] ? source[$0] : target[$0] }
        }
    }
}

/// Copies values, whatever their type; not the validity.
func copyRows(from source: Column, to target: Column, _ rows: Rows) {
    switch target.physical {
    case .bool8:
        let (from, to) = (source.booleans, target.booleans)
        rows.forEach { to[$0] = from[$0] }
    case .int64:
        let (from, to) = (source.integers, target.integers)
        rows.forEach { to[$0] = from[$0] }
    case .float64:
        let (from, to) = (source.doubles, target.doubles)
        rows.forEach { to[$0] = from[$0] }
    case .int128:
        let (from, to) = (source.decimals, target.decimals)
        rows.forEach { to[$0] = from[$0] }
    case .slice:
        let (from, to) = (source.slices, target.slices)
        rows.forEach { to[$0] = from[$0] }
    }
}
