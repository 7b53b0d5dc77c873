internal import StreamCore

/// BOOLEAN, INT, BIGINT, DOUBLE and DECIMAL to DECIMAL, rounded HALF_UP. What has too many digits
/// fails, or is NULL for TRY_CAST.
final class DecimalCastKernel: Kernel {
    private let operand: Kernel
    private let isTry: Bool
    private let rules: DecimalRules

    init(_ operand: Kernel, to type: LogicalType, isTry: Bool) {
        guard let rules = DecimalRules(type) else { preconditionFailure("the target is DECIMAL") }
        self.operand = operand
        self.isTry = isTry
        self.rules = rules
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        if let from = DecimalRules(operand.type), rules.holds(from) {
            widen(x, output, rows, by: DecimalCodec.power(rules.scale - from.scale))
            return output
        }
        var failed: [Int32] = []
        let target = output.decimals
        rows.forEachValid(in: output) { row in
            if let value = convert(x, row) {
                target[row] = value
            } else {
                failed.append(Int32(truncatingIfNeeded: row))
            }
        }
        try CastFailure.settle(failed, isTry: isTry, output, rows) {
            "CAST(\(self.shown(x, $0)) AS \(type)): it has more digits"
        }
        return output
    }

    /// Every value fits; what lies behind NULLs may wrap.
    // hot
    private func widen(_ x: Column, _ output: Column, _ rows: Rows, by factor: Int128) {
        let target = output.decimals
        if x.physical == .int64 {
            let source = x.integers
            rows.forEach { target[$0] = Int128(source[$0]) &* factor }
        } else {
            let source = x.decimals
            rows.forEach { target[$0] = source[$0] &* factor }
        }
    }

    private func convert(_ x: Column, _ row: Int) -> Int128? {
        let (precision, scale) = (rules.precision, rules.scale)
        return switch x.physical {
        case .bool8:
            DecimalCodec.rescaled(
                Int128(x.booleans[row]), from: 0, to: scale, precision: precision)
        case .int64:
            DecimalCodec.rescaled(
                Int128(x.integers[row]), from: 0, to: scale, precision: precision)
        case .float64:
            DecimalDouble.decimal(x.doubles[row], precision: precision, scale: scale)
        default:
            DecimalCodec.rescaled(
                x.decimals[row], from: operand.type.scale, to: scale, precision: precision)
        }
    }

    private func shown(_ x: Column, _ row: Int) -> String {
        switch x.physical {
        case .bool8: x.booleans[row] == 0 ? "FALSE" : "TRUE"
        case .int64: "\(x.integers[row])"
        case .float64: "\(x.doubles[row])"
        default: Quoted.decimal(x.decimals[row], operand.type)
        }
    }
}

/// DECIMAL to INT and BIGINT, cut off at the point, and to DOUBLE.
final class DecimalToNumberKernel: Kernel {
    private let operand: Kernel
    private let isTry: Bool

    init(_ operand: Kernel, to type: LogicalType, isTry: Bool) {
        self.operand = operand
        self.isTry = isTry
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        if type == .double {
            let (source, target, scale) = (x.decimals, output.doubles, operand.type.scale)
            rows.forEachValid(in: x) {
                target[$0] = DecimalDouble.value(source[$0], scale: scale)
            }
        } else {
            try integers(x, output, rows)
        }
        return output
    }

    private func integers(_ x: Column, _ output: Column, _ rows: Rows) throws(EvaluationError) {
        let (source, target) = (x.decimals, output.integers)
        let divisor = DecimalCodec.power(operand.type.scale)
        let isInt = type == .int
        var failed: [Int32] = []
        rows.forEachValid(in: x) { row in
            let value = Int64(exactly: source[row] / divisor)
            if let value, !isInt || Int32(exactly: value) != nil {
                target[row] = value
            } else {
                failed.append(Int32(truncatingIfNeeded: row))
            }
        }
        try CastFailure.settle(failed, isTry: isTry, output, rows) {
            "CAST(\(Quoted.decimal(source[$0], operand.type)) AS \(type)): outside the range of "
                + "\(type)"
        }
    }
}

/// STRING to DECIMAL: digits, a fraction, an exponent; blanks around them are ignored.
final class DecimalParseKernel: Kernel {
    private let operand: Kernel
    private let isTry: Bool
    private let rules: DecimalRules

    init(_ operand: Kernel, to type: LogicalType, isTry: Bool) {
        guard let rules = DecimalRules(type) else { preconditionFailure("the target is DECIMAL") }
        self.operand = operand
        self.isTry = isTry
        self.rules = rules
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        let (source, target) = (x.slices, output.decimals)
        var failed: [Int32] = []
        rows.forEachValid(in: x) { row in
            let value = DecimalCodec.parse(
                TextNumber.trimmed(source[row]), precision: rules.precision, scale: rules.scale)
            if let value {
                target[row] = value
            } else {
                failed.append(Int32(truncatingIfNeeded: row))
            }
        }
        try CastFailure.settle(failed, isTry: isTry, output, rows) {
            "CAST(\(Quoted.text(source[$0])) AS \(type)): not a value of \(type)"
        }
        return output
    }
}

/// DECIMAL to STRING, with every digit of the scale.
final class DecimalFormatKernel: Kernel {
    private let operand: Kernel

    init(_ operand: Kernel) {
        self.operand = operand
        super.init(.string)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        let room = frame.arena.reserve(atLeast: rows.count &* DecimalCodec.byteCountMax)
        guard let start = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            return output
        }
        let (source, target, scale) = (x.decimals, output.slices, operand.type.scale)
        var end = start
        rows.forEachValid(in: x) { row in
            let count = DecimalCodec.write(source[row], scale: scale, to: end)
            target[row] = ByteSlice(base: UnsafePointer(end), count: count)
            end += count
        }
        frame.arena.commit(end - start)
        return output
    }
}
