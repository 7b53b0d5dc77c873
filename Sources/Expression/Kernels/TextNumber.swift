internal import Glibc
internal import StreamCore

/// Reads values out of texts for CAST. Spaces around the value are ignored, as Flink does.
enum TextNumber {
    /// The longest text of a DOUBLE.
    static let doubleByteCountMax = 511

    static func trimmed(_ text: ByteSlice) -> UnsafeBufferPointer<UInt8> {
        var (low, high) = (0, text.count)
        let buffer = text.buffer
        while low < high, buffer[low] == 0x20 { low &+= 1 }
        while high > low, buffer[high &- 1] == 0x20 { high &-= 1 }
        return UnsafeBufferPointer(rebasing: buffer[low..<high])
    }

    /// The words that Flink takes: t, true, y, yes, 1 and f, false, n, no, 0, in any case.
    static func boolean(_ text: ByteSlice) -> Bool? {
        let bytes = trimmed(text)
        guard bytes.count > 0, bytes.count <= 5 else { return nil }
        var word: UInt64 = 0
        for byte in bytes {
            let isLetter = byte >= 0x41 && byte <= 0x5A
            word = word << 8 | UInt64(isLetter ? byte | 0x20 : byte)
        }
        switch word {
        case 0x74, 0x74_7275_65, 0x79, 0x79_6573, 0x31: return true
        case 0x66, 0x66_616C_7365, 0x6E, 0x6E6F, 0x30: return false
        default: return nil
        }
    }

    /// A whole number; a fraction is checked and cut off.
    ///
    /// Source: Flink `BinaryStringDataUtil.toLong`.
    static func integer(_ text: ByteSlice) -> Int64? {
        let bytes = trimmed(text)
        var index = 0
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { index = 1 }
        var value: Int64 = 0
        var digitCount = 0
        while index < bytes.count, let digit = digit(bytes[index]) {
            // Downwards, because the smallest BIGINT has no positive twin.
            let (tens, overflowA) = value.multipliedReportingOverflow(by: 10)
            let (next, overflowB) = tens.subtractingReportingOverflow(Int64(digit))
            if overflowA || overflowB { return nil }
            value = next
            digitCount += 1
            index += 1
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            while index < bytes.count, digit(bytes[index]) != nil {
                digitCount += 1
                index += 1
            }
        }
        guard index == bytes.count, digitCount > 0 else { return nil }
        if isNegative { return value }
        return value == Int64.min ? nil : 0 - value
    }

    @inline(__always)
    private static func digit(_ byte: UInt8) -> UInt8? {
        byte >= 0x30 && byte <= 0x39 ? byte &- 0x30 : nil
    }

    /// A finite number in decimal: digits, a fraction, an exponent. No NaN, no infinity.
    static func double(_ text: ByteSlice) -> Double? {
        let bytes = trimmed(text)
        guard let shape = DecimalShape(bytes) else { return nil }
        if let exact = shape.exactValue { return exact }
        guard bytes.count <= doubleByteCountMax else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { copy in
            for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
            copy[bytes.count] = 0
            guard let start = copy.baseAddress else { return nil }
            let value = strtod(start, nil)
            return value.isFinite ? value : nil
        }
    }

    /// What a decimal number consists of.
    private struct DecimalShape {
        private var isNegative = false
        private var mantissa: UInt64 = 0
        private var significantCount = 0
        private var fractionCount = 0
        private var hasExponent = false

        init?(_ bytes: UnsafeBufferPointer<UInt8>) {
            var index = 0
            var digitCount = 0
            if let first = bytes.first, first == 0x2D || first == 0x2B {
                isNegative = first == 0x2D
                index = 1
            }
            while index < bytes.count, let digit = TextNumber.digit(bytes[index]) {
                take(digit)
                digitCount += 1
                index += 1
            }
            if index < bytes.count, bytes[index] == 0x2E {
                index += 1
                while index < bytes.count, let digit = TextNumber.digit(bytes[index]) {
                    take(digit)
                    digitCount += 1
                    fractionCount += 1
                    index += 1
                }
            }
            guard digitCount > 0 else { return nil }
            guard index < bytes.count else { return }
            guard bytes[index] | 0x20 == 0x65 else { return nil }
            hasExponent = true
            index += 1
            if index < bytes.count, bytes[index] == 0x2D || bytes[index] == 0x2B { index += 1 }
            let exponentStart = index
            while index < bytes.count, TextNumber.digit(bytes[index]) != nil { index += 1 }
            guard index == bytes.count, index > exponentStart else { return nil }
        }

        private mutating func take(_ digit: UInt8) {
            if mantissa > 0 || digit > 0 { significantCount += 1 }
            if significantCount <= 15 { mantissa = mantissa * 10 + UInt64(digit) }
        }

        private static let powers: [Double] = (0...22).map { power in
            (0..<power).reduce(1.0) { value, _ in value * 10 }
        }

        /// The value, where one division of two exactly represented numbers gives it: up to 15
        /// digits and a power of ten up to 22 (Clinger, 1990).
        var exactValue: Double? {
            guard !hasExponent, significantCount <= 15, fractionCount <= 22 else { return nil }
            let value = Double(mantissa) / Self.powers[fractionCount]
            return isNegative ? -value : value
        }
    }
}

/// Writes values as texts for CAST, as Java does.
enum NumberText {
    /// Bytes of the longest number.
    static let byteCountMax = 32

    static func write(_ value: Bool, at target: UnsafeMutablePointer<UInt8>) -> Int {
        copy(value ? "TRUE" : "FALSE", to: target)
    }

    private static func copy(_ text: StaticString, to target: UnsafeMutablePointer<UInt8>) -> Int {
        for index in 0..<text.utf8CodeUnitCount { target[index] = text.utf8Start[index] }
        return text.utf8CodeUnitCount
    }

    static func write(_ value: Int64, at target: UnsafeMutablePointer<UInt8>) -> Int {
        var magnitude = value.magnitude
        var count = value < 0 ? 1 : 0
        var bound: UInt64 = 10
        count += 1
        while magnitude >= bound {
            count += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        if value < 0 { target[0] = UInt8(ascii: "-") }
        var index = count
        repeat {
            index -= 1
            target[index] = 0x30 &+ UInt8(truncatingIfNeeded: magnitude % 10)
            magnitude /= 10
        } while magnitude > 0
        return count
    }

    /// Java's `Double.toString`: the shortest digits that give the value back, plain from 0.001 to
    /// 10^7, otherwise with an exponent, always with a fraction.
    ///
    /// The digits are Swift's own shortest ones; up to 15 bytes of them need no allocation.
    static func write(_ value: Double, at target: UnsafeMutablePointer<UInt8>) -> Int {
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        return withUnsafeMutableBytes(of: &digits) { digits in
            var count = 0
            // The value is 0.d1d2d3... times ten to this power.
            var point = 0
            var sawPoint = false
            var exponent = 0
            var text = value.magnitude.description.utf8.makeIterator()
            while let byte = text.next() {
                switch byte {
                case UInt8(ascii: "."): sawPoint = true
                case UInt8(ascii: "e"): exponent = self.exponent(&text)
                case UInt8(ascii: "0") where count == 0: if sawPoint { point -= 1 }
                default:
                    if count < digits.count {
                        digits[count] = byte
                        count += 1
                    }
                    if !sawPoint { point += 1 }
                }
            }
            while count > 0, digits[count - 1] == UInt8(ascii: "0") { count -= 1 }
            let significant = UnsafeRawBufferPointer(rebasing: digits[..<count])
            var end = 0
            if value.sign == .minus {
                target[0] = UInt8(ascii: "-")
                end = 1
            }
            return end + lay(significant, point + exponent, at: target + end)
        }
    }

    private static func exponent(_ text: inout String.UTF8View.Iterator) -> Int {
        var isNegative = false
        var value = 0
        while let byte = text.next() {
            if byte == UInt8(ascii: "-") { isNegative = true }
            if byte >= 0x30, byte <= 0x39 { value = value * 10 + Int(byte) - 0x30 }
        }
        return isNegative ? -value : value
    }

    private static func lay(
        _ digits: UnsafeRawBufferPointer, _ point: Int, at target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var end = 0
        func put(_ byte: UInt8) {
            target[end] = byte
            end += 1
        }
        func putDigits(_ range: Range<Int>) {
            for index in range { put(index < digits.count ? digits[index] : 0x30) }
        }
        if digits.isEmpty {
            return copy("0.0", to: target)
        }
        if point > 0, point <= 7 {
            putDigits(0..<point)
            put(0x2E)
            putDigits(point..<max(digits.count, point + 1))
        } else if point <= 0, point > -3 {
            put(0x30)
            put(0x2E)
            for _ in 0..<(-point) { put(0x30) }
            putDigits(0..<digits.count)
        } else {
            putDigits(0..<1)
            put(0x2E)
            putDigits(1..<max(digits.count, 2))
            put(UInt8(ascii: "E"))
            end += write(Int64(point - 1), at: target + end)
        }
        return end
    }
}
