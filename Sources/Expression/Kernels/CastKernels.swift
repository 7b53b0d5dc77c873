internal import StreamCore

/// Casts among BOOLEAN, INT, BIGINT and DOUBLE.
///
/// A DOUBLE is truncated toward zero. What does not fit fails, or is NULL for TRY_CAST.
final class NumericCastKernel: Kernel {
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
        switch x.physical {
        case .bool8: fromBooleans(x, output, rows)
        case .int64: try fromIntegers(x, output, rows)
        default: try fromDoubles(x, output, rows)
        }
        return output
    }

    private func fromBooleans(_ x: Column, _ output: Column, _ rows: Rows) {
        let source = x.booleans
        if type == .double {
            let target = output.doubles
            rows.forEach { target[$0] = Double(source[$0]) }
        } else {
            let target = output.integers
            rows.forEach { target[$0] = Int64(source[$0]) }
        }
    }

    private func fromIntegers(
        _ x: Column, _ output: Column, _ rows: Rows
    ) throws(EvaluationError) {
        let source = x.integers
        switch type {
        case .boolean:
            let target = output.booleans
            rows.forEach { target[$0] = source[$0] != 0 ? 1 : 0 }
        case .double:
            let target = output.doubles
            rows.forEach { target[$0] = Double(source[$0]) }
        default:
            let target = output.integers
            var outside: Int64 = 0
            rows.forEach { row in
                target[row] = source[row]
                outside |= Int64(Int32(truncatingIfNeeded: source[row])) ^ source[row]
            }
            guard type == .int, outside != 0 else { return }
            let failed = failedRows(rows, in: output) { Int32(exactly: source[$0]) == nil }
            try CastFailure.settle(failed, isTry: isTry, output, rows) {
                "CAST(\(source[$0]) AS INT): outside -2147483648 to 2147483647"
            }
        }
    }

    private func fromDoubles(
        _ x: Column, _ output: Column, _ rows: Rows
    ) throws(EvaluationError) {
        let source = x.doubles
        guard type != .boolean else {
            let target = output.booleans
            rows.forEach { target[$0] = source[$0] != 0 ? 1 : 0 }
            return
        }
        let target = output.integers
        let isInt = type == .int
        var failed: [Int32] = []
        rows.forEachValid(in: output) { row in
            let value = Int64(exactly: source[row].rounded(.towardZero))
            if let value, !isInt || Int32(exactly: value) != nil {
                target[row] = value
            } else {
                failed.append(Int32(truncatingIfNeeded: row))
            }
        }
        try CastFailure.settle(failed, isTry: isTry, output, rows) {
            "CAST(\(source[$0]) AS \(type)): outside the range of \(type)"
        }
    }
}

/// What becomes of the rows that a cast has no value for.
enum CastFailure {
    /// TRY_CAST: NULL. CAST: throws, with the message of the first row.
    static func settle(
        _ failed: [Int32], isTry: Bool, _ output: Column, _ rows: Rows,
        _ message: (Int) -> String
    ) throws(EvaluationError) {
        guard let first = failed.first else { return }
        guard isTry else {
            throw EvaluationError(
                .badCast, failedRows: failed,
                message: message(Int(first)) + "; TRY_CAST gives NULL instead")
        }
        let validity = output.validity
        if !output.hasNulls { rows.forEach { validity[$0] = 1 } }
        output.hasNulls = true
        for row in failed { validity[Int(row)] = 0 }
    }
}

/// STRING to BOOLEAN, INT, BIGINT and DOUBLE.
final class TextParseKernel: Kernel {
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
        var failed: [Int32] = []
        switch type {
        case .boolean: Self.booleans(x, output, rows, &failed)
        case .double: Self.doubles(x, output, rows, &failed)
        default: Self.integers(x, output, rows, isInt: type == .int, &failed)
        }
        let source = x.slices
        try CastFailure.settle(failed, isTry: isTry, output, rows) {
            "CAST(\(Quoted.text(source[$0])) AS \(type)): not a value of \(type)"
        }
        return output
    }

    private static func booleans(
        _ x: Column, _ output: Column, _ rows: Rows, _ failed: inout [Int32]
    ) {
        let (source, target) = (x.slices, output.booleans)
        rows.forEachValid(in: x) { row in
            if let value = TextNumber.boolean(source[row]) {
                target[row] = value ? 1 : 0
            } else {
                failed.append(Int32(truncatingIfNeeded: row))
            }
        }
    }

    private static func integers(
        _ x: Column, _ output: Column, _ rows: Rows, isInt: Bool, _ failed: inout [Int32]
    ) {
        let (source, target) = (x.slices, output.integers)
        rows.forEachValid(in: x) { row in
            let value = TextNumber.integer(source[row])
            if let value, !isInt || Int32(exactly: value) != nil {
                target[row] = value
            } else {
                failed.append(Int32(truncatingIfNeeded: row))
            }
        }
    }

    private static func doubles(
        _ x: Column, _ output: Column, _ rows: Rows, _ failed: inout [Int32]
    ) {
        let (source, target) = (x.slices, output.doubles)
        rows.forEachValid(in: x) { row in
            if let value = TextNumber.double(source[row]) {
                target[row] = value
            } else {
                failed.append(Int32(truncatingIfNeeded: row))
            }
        }
    }
}

/// BOOLEAN, INT, BIGINT and DOUBLE to STRING.
final class TextFormatKernel: Kernel {
    private let operand: Kernel

    init(_ operand: Kernel) {
        self.operand = operand
        super.init(.string)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        let room = frame.arena.reserve(atLeast: rows.count &* NumberText.byteCountMax)
        guard let start = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            return output
        }
        let target = output.slices
        var end = start
        switch x.physical {
        case .bool8:
            let source = x.booleans
            rows.forEachValid(in: x) { row in
                let count = NumberText.write(source[row] != 0, at: end)
                target[row] = ByteSlice(base: UnsafePointer(end), count: count)
                end += count
            }
        case .int64:
            let source = x.integers
            rows.forEachValid(in: x) { row in
                let count = NumberText.write(source[row], at: end)
                target[row] = ByteSlice(base: UnsafePointer(end), count: count)
                end += count
            }
        default:
            let source = x.doubles
            rows.forEachValid(in: x) { row in
                let count = NumberText.write(source[row], at: end)
                target[row] = ByteSlice(base: UnsafePointer(end), count: count)
                end += count
            }
        }
        frame.arena.commit(end - start)
        return output
    }
}

/// STRING to BYTES, and BYTES to STRING where they are UTF-8. Nothing is copied.
final class BytesCastKernel: Kernel {
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
        copyRows(from: x, to: output, rows)
        guard type == .string else { return output }
        let source = x.slices
        var failed: [Int32] = []
        rows.forEachValid(in: x) { row in
            if !Self.isUTF8(source[row]) { failed.append(Int32(truncatingIfNeeded: row)) }
        }
        try CastFailure.settle(failed, isTry: isTry, output, rows) {
            "CAST of \(source[$0].count) bytes AS STRING: not UTF-8"
        }
        return output
    }

    static func isUTF8(_ slice: ByteSlice) -> Bool {
        guard let base = slice.base else { return true }
        var offset = 0
        while offset < slice.count {
            let width = Bytes.width(base, offset, slice.count)
            guard CaseMap.decode(base, offset, width) != nil else { return false }
            offset &+= width
        }
        return true
    }
}
