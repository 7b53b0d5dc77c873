/// DECIMAL values and their texts: an unscaled `Int128` and a scale.
///
/// `12.50` with scale 2 is the integer 1250. Shared by casts and formats.
///
/// - Threading: pure functions; nothing here allocates.
public enum DecimalCodec {
    /// Bytes of the longest text that ``write(_:scale:to:)`` makes: a sign, 39 digits, a point and
    /// a zero before it.
    public static let byteCountMax = 42

    /// Digits that an exponent is followed to; beyond, every value is 0 or too large.
    private static let exponentMax = 100_000

    private static let powers: [Int128] = (0...38).map { exponent in
        (0..<exponent).reduce(Int128(1)) { value, _ in value * 10 }
    }

    /// Ten to the power of `exponent`, `0 ... 38`. Loops take it before they begin.
    public static func power(_ exponent: Int) -> Int128 { powers[exponent] }

    // MARK: Values

    /// Whether a value has at most `precision` digits, `1 ... 38`.
    public static func fits(_ value: Int128, precision: Int) -> Bool {
        let bound = powers[precision]
        return value < bound && value > 0 &- bound
    }

    /// `dividend / divisor`, halves away from zero (Java's `RoundingMode.HALF_UP`).
    ///
    /// - Parameter divisor: Above 0. Twice a remainder fits 128 bits without a sign.
    @inlinable
    public static func roundedQuotient(_ dividend: Int128, _ divisor: Int128) -> Int128 {
        if let narrow = Int64(exactly: dividend), let small = Int64(exactly: divisor),
            small <= Int64.max >> 1
        {
            // The processor's own division; 128 bits are divided in software.
            let quotient = narrow / small
            let remainder = narrow &- quotient &* small
            if Int64(bitPattern: remainder.magnitude) &* 2 < small { return Int128(quotient) }
            return Int128(quotient) &+ (narrow < 0 ? -1 : 1)
        }
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        if remainder.magnitude &* 2 < divisor.magnitude { return quotient }
        return quotient &+ (dividend < 0 ? -1 : 1)
    }

    /// A value with another scale, rounded HALF_UP.
    ///
    /// - Returns: Nil if it has more than `precision` digits then.
    public static func rescaled(
        _ value: Int128, from scale: Int, to target: Int, precision: Int
    ) -> Int128? {
        shifted(value, by: target - scale, precision: precision)
    }

    /// A value times ten to the power of `shift`, of any sign and size.
    private static func shifted(_ value: Int128, by shift: Int, precision: Int) -> Int128? {
        if value == 0 { return 0 }
        var result: Int128 = 0
        if shift >= 0 {
            guard shift <= 38 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: powers[shift])
            if overflow { return nil }
            result = product
        } else if shift >= -38 {
            result = roundedQuotient(value, powers[-shift])
        }
        return fits(result, precision: precision) ? result : nil
    }

    // MARK: Texts

    /// Reads digits with an optional sign, fraction and exponent: `-12.5`, `.5`, `1e3`. No blanks.
    ///
    /// - Parameters:
    ///   - precision: `1 ... 38`.
    ///   - scale: `0 ... precision`; further digits are rounded, HALF_UP.
    /// - Returns: The unscaled value; nil if the text is no number or has too many digits.
    /// - Complexity: O(bytes), whatever they are.
    public static func parse(
        _ text: UnsafeBufferPointer<UInt8>, precision: Int, scale: Int
    ) -> Int128? {
        guard let number = ScannedNumber(text) else { return nil }
        let shift = scale + number.exponent - number.fractionCount
        if number.significantCount <= 18 {
            let value = Int128(number.mantissa)
            return shifted(number.isNegative ? 0 - value : value, by: shift, precision: precision)
        }
        let kept = number.significantCount + min(shift, 0)
        guard number.significantCount + shift <= 38 else { return nil }
        guard kept >= 0 else { return 0 }
        let value = leading(kept, of: number.digits)
        return shifted(
            number.isNegative ? 0 - value : value, by: max(shift, 0), precision: precision)
    }

    /// The first `count` significant digits, at most 38, rounded by the next one.
    private static func leading(_ count: Int, of digits: UnsafeBufferPointer<UInt8>) -> Int128 {
        var value: Int128 = 0
        var seen = 0
        var hasStarted = false
        for byte in digits where byte != UInt8(ascii: ".") {
            if !hasStarted, byte == 0x30 { continue }
            hasStarted = true
            if seen == count { return byte >= 0x35 ? value + 1 : value }
            value = value * 10 + Int128(byte &- 0x30)
            seen += 1
        }
        return value
    }

    /// Writes all digits of the scale, as Java's `BigDecimal.toPlainString`: `-0.50`.
    ///
    /// - Parameters:
    ///   - scale: `0 ... 38`.
    ///   - target: Room for ``byteCountMax`` bytes.
    /// - Returns: The number of bytes.
    public static func write(
        _ value: Int128, scale: Int, to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        let limb: UInt128 = 10_000_000_000_000_000_000
        let magnitude = value.magnitude
        var low = UInt64(truncatingIfNeeded: magnitude)
        var high: UInt64 = 0
        if magnitude > UInt128(UInt64.max) {
            let (upper, lower) = magnitude.quotientAndRemainder(dividingBy: limb)
            (high, low) = (UInt64(truncatingIfNeeded: upper), UInt64(truncatingIfNeeded: lower))
        }
        let digitCount = max(count(low, high), scale + 1)
        var start = target
        if value < 0 {
            start[0] = UInt8(ascii: "-")
            start += 1
        }
        let hasPoint = scale > 0
        var index = digitCount &+ (hasPoint ? 1 : 0)
        let byteCount = index &+ (start - target)
        for written in 0..<digitCount {
            if hasPoint, written == scale {
                index &-= 1
                start[index] = UInt8(ascii: ".")
            }
            // Nineteen digits down, the next ones are those of the upper part.
            if high != 0, written == 19 { (low, high) = (high, 0) }
            index &-= 1
            start[index] = 0x30 &+ UInt8(truncatingIfNeeded: low % 10)
            low /= 10
        }
        return byteCount
    }

    private static func count(_ low: UInt64, _ high: UInt64) -> Int {
        var count = high == 0 ? 1 : 20
        var rest = high == 0 ? low : high
        while rest >= 10 {
            rest /= 10
            count &+= 1
        }
        return count
    }

    /// A number taken apart.
    private struct ScannedNumber {
        var isNegative = false
        /// Digits and at most one point.
        let digits: UnsafeBufferPointer<UInt8>
        /// The significant digits as an integer, if there are at most 18.
        var mantissa: UInt64 = 0
        /// Digits from the first that is not 0.
        var significantCount = 0
        /// Digits behind the point.
        var fractionCount = 0
        var exponent = 0

        init?(_ text: UnsafeBufferPointer<UInt8>) {
            var index = 0
            if let first = text.first, first == 0x2D || first == 0x2B {
                isNegative = first == 0x2D
                index = 1
            }
            let start = index
            var point = -1
            scan: while index < text.count {
                let byte = text[index]
                switch byte {
                case 0x30...0x39:
                    if significantCount > 0 || byte > 0x30 { significantCount &+= 1 }
                    if significantCount <= 18 { mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30) }
                case UInt8(ascii: ".") where point < 0: point = index
                default: break scan
                }
                index &+= 1
            }
            digits = UnsafeBufferPointer(rebasing: text[start..<index])
            if point >= 0 { fractionCount = index - point - 1 }
            guard digits.count > (point >= 0 ? 1 : 0) else { return nil }
            if index < text.count {
                guard let exponent = Self.exponent(text[index...]) else { return nil }
                self.exponent = exponent
            }
        }

        /// `e` or `E`, an optional sign, digits.
        private static func exponent(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
            guard let mark = text.first, mark | 0x20 == UInt8(ascii: "e") else { return nil }
            var digits = text.dropFirst()
            var isNegative = false
            if let sign = digits.first, sign == 0x2D || sign == 0x2B {
                isNegative = sign == 0x2D
                digits = digits.dropFirst()
            }
            guard !digits.isEmpty else { return nil }
            var value = 0
            for byte in digits {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = min(value * 10 + Int(byte) - 0x30, exponentMax)
            }
            return isNegative ? -value : value
        }
    }
}
