internal import StreamCore

/// Temporal functions of 64-bit values: one or two in, one out.
///
/// The loops compute every row, NULLs with whatever they hold, and only note that something was out
/// of range; which row it was is looked for afterwards.
final class TemporalKernel: Kernel {
    private let operation: TemporalOperation
    private let operands: [Kernel]

    init(_ operation: TemporalOperation, _ operands: [Kernel], _ type: LogicalType) {
        self.operation = operation
        self.operands = operands
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let a = try operands[0].evaluate(rows, frame)
        let b = operands.count > 1 ? try operands[1].evaluate(rows, frame) : a
        let output = result(frame)
        combineValidity(output, a, b, rows)
        let (x, y) = (a.integers, b.integers)
        let failed =
            operands.count > 1
            ? binary(x, y, output, rows) : unary(x, operands[0].type, output, rows)
        guard let first = failed.first.map(Int.init) else { return output }
        throw error(failed, x[first], y[first])
    }

    // MARK: Loops

    /// - Parameter compute: A row's value, and whether the result's type does not hold it.
    /// - Returns: The rows with a value that fail.
    // hot
    @inline(__always)
    private func loop(
        _ output: Column, _ rows: Rows, _ compute: (Int) -> (Int64, Bool)
    ) -> [Int32] {
        let target = output.integers
        var failures = 0
        rows.forEach { row in
            let (value, isFailed) = compute(row)
            target[row] = value
            failures |= isFailed ? 1 : 0
        }
        guard failures != 0 else { return [] }
        return failedRows(rows, in: output) { compute($0).1 }
    }

    /// The values of the result's type.
    private var range: ClosedRange<Int64> {
        switch type {
        case .date: CivilDate.dayRange
        case .timestamp, .timestampLTZ: CivilDate.millisecondRange
        case .int: Int64(Int32.min)...Int64(Int32.max)
        default: Int64.min...Int64.max
        }
    }

    private func unary(
        _ x: UnsafeMutablePointer<Int64>, _ from: LogicalType, _ output: Column, _ rows: Rows
    ) -> [Int32] {
        let range = range
        switch operation {
        case .cast(let zone, _): return cast(x, from, zone, output, rows)
        case .extract(let field):
            if from == .date {
                return loop(output, rows) {
                    (TemporalArithmetic.field(field, ofDays: x[$0]), false)
                }
            }
            return loop(output, rows) {
                (TemporalArithmetic.field(field, ofMilliseconds: x[$0]), false)
            }
        case .floor(let unit):
            return loop(output, rows) { row in
                let value =
                    from == .date
                    ? TemporalArithmetic.floor(unit, days: x[row])
                    : TemporalArithmetic.floor(unit, milliseconds: x[row])
                return (value, !range.contains(value))
            }
        case .ceil(let unit):
            return loop(output, rows) { row in
                let value =
                    from == .date
                    ? TemporalArithmetic.ceil(unit, days: x[row])
                    : TemporalArithmetic.ceil(unit, milliseconds: x[row])
                return (value, !range.contains(value))
            }
        case .fromEpoch(let unit):
            return loop(output, rows) { row in
                let (value, overflow) = x[row].multipliedReportingOverflow(by: unit)
                return (value, overflow || !range.contains(value))
            }
        default: preconditionFailure("the checker gives one operand to functions of one")
        }
    }

    private func cast(
        _ x: UnsafeMutablePointer<Int64>, _ from: LogicalType, _ zone: TimeZoneRules,
        _ output: Column, _ rows: Rows
    ) -> [Int32] {
        let day = CivilDate.millisecondsPerDay
        switch (from, type) {
        case (.date, .timestamp): return loop(output, rows) { (x[$0] &* day, false) }
        case (.date, .timestampLTZ):
            return loop(output, rows) { (zone.instant(x[$0] &* day), false) }
        case (.timestamp, .date): return loop(output, rows) { (floorDivide(x[$0], day), false) }
        case (.timestamp, .timestampLTZ):
            return loop(output, rows) { (zone.instant(x[$0]), false) }
        case (.timestampLTZ, .timestamp): return loop(output, rows) { (zone.local(x[$0]), false) }
        case (.timestampLTZ, .date):
            return loop(output, rows) { (floorDivide(zone.local(x[$0]), day), false) }
        default: preconditionFailure("CastRule knows no cast from \(from) to \(type)")
        }
    }

    private func binary(
        _ x: UnsafeMutablePointer<Int64>, _ y: UnsafeMutablePointer<Int64>, _ output: Column,
        _ rows: Rows
    ) -> [Int32] {
        let range = range
        switch operation {
        case .shift(let factor):
            return loop(output, rows) { Self.sum(x[$0], y[$0], factor, range) }
        case .shiftDays(let factor):
            return loop(output, rows) {
                Self.sum(x[$0], y[$0] / CivilDate.millisecondsPerDay, factor, range)
            }
        case .shiftMonths(let factor): return shiftMonths(x, y, factor, output, rows)
        case .difference(let unit):
            return loop(output, rows) { row in
                let value =
                    unit.isYearMonth
                    ? TemporalArithmetic.months(from: x[row], to: y[row]) / unit.amount
                    : (y[row] &- x[row]) / unit.amount
                return (value, !range.contains(value))
            }
        case .scale: return loop(output, rows) { x[$0].multipliedReportingOverflow(by: y[$0]) }
        default: preconditionFailure("the checker gives two operands to functions of two")
        }
    }

    @inline(__always)
    private static func sum(
        _ a: Int64, _ b: Int64, _ factor: Int64, _ range: ClosedRange<Int64>
    ) -> (Int64, Bool) {
        let (product, overflowA) = b.multipliedReportingOverflow(by: factor)
        let (value, overflowB) = a.addingReportingOverflow(product)
        return (value, overflowA || overflowB || !range.contains(value))
    }

    private func shiftMonths(
        _ x: UnsafeMutablePointer<Int64>, _ y: UnsafeMutablePointer<Int64>, _ factor: Int64,
        _ output: Column, _ rows: Rows
    ) -> [Int32] {
        let range = range
        let unit = type == .date ? 1 : CivilDate.millisecondsPerDay
        // More months than the calendar's ten thousand years have lead out of it in any case.
        let monthsMax: Int64 = 240_000
        return loop(output, rows) { row in
            let (months, overflow) = y[row].multipliedReportingOverflow(by: factor)
            if overflow || months > monthsMax || months < -monthsMax { return (0, true) }
            let days = floorDivide(x[row], unit)
            let time = x[row] &- days &* unit
            let value = TemporalArithmetic.addMonths(days, months) &* unit &+ time
            return (value, !range.contains(value))
        }
    }

    // MARK: Errors

    private func error(_ failed: [Int32], _ a: Int64, _ b: Int64) -> EvaluationError {
        let first = Quoted.temporal(a, operands[0].type)
        let second = operands.count > 1 ? " and " + Quoted.temporal(b, operands[1].type) : ""
        let whole =
            switch type {
            case .date, .timestamp, .timestampLTZ: "the years 0000 to 9999"
            default: "the range of \(type)"
            }
        return EvaluationError(
            .overflow, failedRows: failed,
            message: "a result of \(first)\(second) is outside \(whole)")
    }
}

extension Quoted {
    /// A temporal value, or a number, as it may stand in a message.
    static func temporal(_ value: Int64, _ type: LogicalType) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: TemporalText.byteCountMax) { text in
            guard let start = text.baseAddress else { return "" }
            let count = TemporalText.write(value, type, .utc, to: start)
            return String(decoding: text[..<count], as: UTF8.self)
        }
    }
}
