internal import Glibc
internal import StreamCore

/// How digits are given up.
enum RoundingMode: Hashable, Sendable {
    /// Halves away from zero: ROUND.
    case halfUp
    /// Toward zero: TRUNCATE.
    case down
    case floor
    case ceiling
}

/// ROUND and TRUNCATE of every number, FLOOR and CEIL of a DECIMAL, to digits behind the point, or
/// before it where there are fewer than none.
final class RoundKernel: Kernel {
    private let mode: RoundingMode
    private let digits: Int
    private let operand: Kernel

    init(_ mode: RoundingMode, digits: Int, _ operand: Kernel, _ type: LogicalType) {
        self.mode = mode
        self.digits = digits
        self.operand = operand
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        switch x.physical {
        case .float64: try doubles(x, output, rows)
        case .int128: try decimals(x, output, rows)
        default: try integers(x, output, rows)
        }
        return output
    }

    /// `value / divisor`, in whole numbers.
    @inline(__always)
    private static func quotient(
        _ value: Int128, _ divisor: Int128, _ mode: RoundingMode
    ) -> Int128 {
        if mode == .halfUp { return DecimalCodec.roundedQuotient(value, divisor) }
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        switch mode {
        case .floor: return remainder < 0 ? quotient &- 1 : quotient
        case .ceiling: return remainder > 0 ? quotient &+ 1 : quotient
        default: return quotient
        }
    }

    /// Unscaled values with `digits` behind the point, or with zeros before it.
    private func decimals(_ x: Column, _ output: Column, _ rows: Rows) throws(EvaluationError) {
        let (source, target) = (x.decimals, output.decimals)
        let dropped = operand.type.scale - digits
        guard let rules = DecimalRules(type), dropped <= 38 else {
            return rows.forEach { target[$0] = 0 }
        }
        let divisor = DecimalCodec.power(dropped)
        let factor = DecimalCodec.power(max(0, 0 - digits))
        let mode = mode
        // Wrapping only behind NULLs: the quotient has fewer digits than the value.
        rows.forEach { target[$0] = Self.quotient(source[$0], divisor, mode) &* factor }
        // Behind the point the type has the digit that rounding up may need.
        guard mode == .halfUp, digits < 0 else { return }
        let failed = failedRows(rows, in: output) {
            !DecimalCodec.fits(target[$0], precision: rules.precision)
        }
        try report(failed) { Quoted.decimal(source[$0], operand.type) }
    }

    private func integers(_ x: Column, _ output: Column, _ rows: Rows) throws(EvaluationError) {
        let (source, target) = (x.integers, output.integers)
        guard digits >= -19 else { return rows.forEach { target[$0] = 0 } }
        let unit = DecimalCodec.power(0 - digits)
        let (isInt, mode) = (type == .int, mode)
        var failed: [Int32] = []
        rows.forEachValid(in: x) { row in
            let value = Int64(exactly: Self.quotient(Int128(source[row]), unit, mode) &* unit)
            if let value, !isInt || Int32(exactly: value) != nil {
                target[row] = value
            } else {
                failed.append(Int32(truncatingIfNeeded: row))
            }
        }
        try report(failed) { "\(source[$0])" }
    }

    private func report(
        _ failed: [Int32], _ shown: (Int) -> String
    ) throws(EvaluationError) {
        guard let first = failed.first else { return }
        throw EvaluationError(
            .overflow, failedRows: failed,
            message: "\(shown(Int(first))) rounded to \(digits) digits is outside the range of "
                + "\(type)")
    }

    // MARK: Doubles

    /// By the digits of the shortest text, as Java's `BigDecimal.valueOf(x).setScale(..)`.
    private func doubles(_ x: Column, _ output: Column, _ rows: Rows) throws(EvaluationError) {
        let (source, target) = (x.doubles, output.doubles)
        var failed: [Int32] = []
        rows.forEachValid(in: x) { row in
            let value = Self.rounded(source[row], digits, mode)
            target[row] = value
            if !value.isFinite { failed.append(Int32(truncatingIfNeeded: row)) }
        }
        try report(failed) { "\(source[$0])" }
    }

    private static func rounded(_ value: Double, _ digits: Int, _ mode: RoundingMode) -> Double {
        // Every DOUBLE is below 10^309, and has fewer than 400 digits behind the point.
        if digits < -308 { return 0 }
        // Whole already, as are all from 2^53 on; a decimal number has no negative zero.
        if digits >= 0, value == value.rounded(.towardZero) { return value + 0 }
        if digits > 400 { return value }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { room in
            guard let text = room.baseAddress else { return value }
            let count = write(value, digits, mode, to: text)
            if count == 0 { return 0 }
            text[count] = 0
            return text.withMemoryRebound(to: CChar.self, capacity: count + 1) { strtod($0, nil) }
        }
    }

    /// The rounded value as digits and an exponent, for `strtod`; nothing for 0.
    private static func write(
        _ value: Double, _ digits: Int, _ mode: RoundingMode, to text: UnsafeMutablePointer<UInt8>
    ) -> Int {
        let number = ShortestDigits(value)
        // The number is 0.d1d2.. times 10^point: so many of its digits remain.
        let kept = number.point + digits
        var whole: UInt64 = 0
        if kept > 0 || (kept == 0 && mode == .halfUp) {
            let count = min(max(kept, 0), number.count)
            for index in 0..<count { whole = whole * 10 + UInt64(number.digit(index)) }
            if mode == .halfUp, kept < number.count, number.digit(count) >= 5 { whole += 1 }
        }
        if whole == 0 { return 0 }
        let exponent = number.point - min(max(kept, 0), number.count)
        var end = 0
        if value.sign == .minus {
            text[0] = UInt8(ascii: "-")
            end = 1
        }
        end += NumberText.write(Int64(whole), at: text + end)
        text[end] = UInt8(ascii: "e")
        return end + 1 + NumberText.write(Int64(exponent), at: text + end + 1)
    }
}

/// The fewest decimal digits that give a DOUBLE back: 0.d1d2.. times ten to the power of `point`.
struct ShortestDigits {
    private var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    /// At most 17.
    private(set) var count = 0
    private(set) var point = 0

    func digit(_ index: Int) -> UInt8 {
        withUnsafeBytes(of: digits) { $0[index] }
    }

    init(_ value: Double) {
        var sawPoint = false
        var exponent = 0
        var isExponent = false
        var isNegativeExponent = false
        for byte in value.magnitude.description.utf8 {
            switch byte {
            case UInt8(ascii: "."): sawPoint = true
            case UInt8(ascii: "e"): isExponent = true
            case UInt8(ascii: "-"): isNegativeExponent = true
            case 0x30...0x39 where isExponent: exponent = exponent * 10 + Int(byte) - 0x30
            case 0x30 where count == 0: if sawPoint { point -= 1 }
            case 0x30...0x39:
                append(byte &- 0x30)
                if !sawPoint { point += 1 }
            default: break
            }
        }
        while count > 0, digit(count - 1) == 0 { count -= 1 }
        point += isNegativeExponent ? -exponent : exponent
    }

    private mutating func append(_ digit: UInt8) {
        let place = count
        withUnsafeMutableBytes(of: &digits) { if place < $0.count { $0[place] = digit } }
        if place < 24 { count += 1 }
    }
}
