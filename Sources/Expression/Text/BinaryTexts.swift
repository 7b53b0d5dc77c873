internal import StreamCore

/// Base64 with padding (RFC 4648, section 4).
enum Base64 {
    private static let alphabet: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    /// The length of the text for so many bytes.
    static func byteCount(encoding count: Int) -> Int { (count + 2) / 3 * 4 }

    /// Writes ``byteCount(encoding:)`` bytes.
    static func encode(_ source: ByteSlice, at target: UnsafeMutablePointer<UInt8>) {
        let (bytes, digits) = (source.buffer, alphabet.utf8Start)
        var (index, end) = (0, 0)
        while index < bytes.count {
            let left = bytes.count &- index
            let second = left > 1 ? UInt32(bytes[index &+ 1]) : 0
            let third = left > 2 ? UInt32(bytes[index &+ 2]) : 0
            let group = UInt32(bytes[index]) << 16 | second << 8 | third
            target[end] = digits[Int(group >> 18)]
            target[end &+ 1] = digits[Int(group >> 12 & 63)]
            target[end &+ 2] = left > 1 ? digits[Int(group >> 6 & 63)] : UInt8(ascii: "=")
            target[end &+ 3] = left > 2 ? digits[Int(group & 63)] : UInt8(ascii: "=")
            index &+= 3
            end &+= 4
        }
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte &- 0x41)
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte &- 0x61 &+ 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte &- 0x30 &+ 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    /// Writes the bytes that a text stands for, at most three for four characters. The padding may
    /// be missing, as in Java.
    ///
    /// - Returns: How many; nil if the text is not Base64.
    static func decode(_ source: ByteSlice, at target: UnsafeMutablePointer<UInt8>) -> Int? {
        var characters = source.buffer
        if characters.count % 4 == 0 {
            for _ in 0..<2 where characters.last == UInt8(ascii: "=") {
                characters = UnsafeBufferPointer(rebasing: characters.dropLast())
            }
        }
        guard characters.count % 4 != 1 else { return nil }
        var (group, bitCount, end): (UInt32, Int, Int) = (0, 0, 0)
        for character in characters {
            guard let digit = digit(character) else { return nil }
            group = group << 6 | digit
            bitCount &+= 6
            if bitCount >= 8 {
                bitCount &-= 8
                target[end] = UInt8(truncatingIfNeeded: group >> UInt32(bitCount))
                end &+= 1
            }
        }
        return end
    }
}

/// TO_BASE64 of a text or bytes.
struct ToBase64: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let source = x.text(0, row)
        let count = Base64.byteCount(encoding: source.count)
        guard count <= CompiledExpression.valueByteCountMax else { return .failed(.valueTooLong) }
        let target = output.arena.allocate(count)
        Base64.encode(source, at: target)
        return output.put(ByteSlice(base: UnsafePointer(target), count: count), row)
    }
}

/// FROM_BASE64: the text that was encoded.
struct FromBase64: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let source = x.text(0, row)
        let target = output.arena.allocate(source.count)
        guard let count = Base64.decode(source, at: target) else { return .failed(.badArgument) }
        let text = ByteSlice(base: UnsafePointer(target), count: count)
        guard BytesCastKernel.isUTF8(text) else { return .failed(.badArgument) }
        return output.put(text, row)
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        "FROM_BASE64(\(Quoted.text(x.text(0, row)))): not Base64 of a text in UTF-8"
    }
}

enum HexDigits {
    static let upper: StaticString = "0123456789ABCDEF"
    static let lower: StaticString = "0123456789abcdef"

    @inline(__always)
    static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x41 &+ 10
        case 0x61...0x66: byte &- 0x61 &+ 10
        default: nil
        }
    }

    /// Writes two digits a byte.
    static func write(
        _ bytes: UnsafeBufferPointer<UInt8>, _ digits: StaticString,
        at target: UnsafeMutablePointer<UInt8>
    ) {
        for (index, byte) in bytes.enumerated() {
            target[2 &* index] = digits.utf8Start[Int(byte >> 4)]
            target[2 &* index &+ 1] = digits.utf8Start[Int(byte & 15)]
        }
    }

    /// A number of 64 bits without leading zeros.
    static func put(
        _ value: Int64, bitsPerDigit: Int, _ row: Int, _ output: RowOutput
    ) -> RowOutcome {
        let bits = UInt64(bitPattern: value)
        let width = 64 - bits.leadingZeroBitCount
        let count = max(1, (width + bitsPerDigit - 1) / bitsPerDigit)
        let target = output.arena.allocate(count)
        let mask = UInt64(1) << UInt64(bitsPerDigit) &- 1
        for index in 0..<count {
            let shift = UInt64((count &- 1 &- index) &* bitsPerDigit)
            target[index] = upper.utf8Start[Int(bits >> shift & mask)]
        }
        return output.put(ByteSlice(base: UnsafePointer(target), count: count), row)
    }
}

/// BIN: the two's complement of 64 bits in binary digits.
struct BinaryDigits: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        HexDigits.put(x.integer(0, row), bitsPerDigit: 1, row, output)
    }
}

/// HEX of an integer.
struct HexNumber: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        HexDigits.put(x.integer(0, row), bitsPerDigit: 4, row, output)
    }
}

/// HEX of a text's or a value's bytes.
struct Hex: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let source = x.text(0, row)
        let count = source.count &* 2
        guard count <= CompiledExpression.valueByteCountMax else { return .failed(.valueTooLong) }
        let target = output.arena.allocate(count)
        HexDigits.write(source.buffer, HexDigits.upper, at: target)
        return output.put(ByteSlice(base: UnsafePointer(target), count: count), row)
    }
}

/// UNHEX: bytes of hexadecimal digits; NULL for other characters. Of an odd number of digits the
/// first gives a zero byte.
///
/// Source: Flink `EncodingUtils.unhex`.
struct Unhex: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let digits = x.text(0, row).buffer
        let count = (digits.count &+ 1) / 2
        let target = output.arena.allocate(count)
        let isOdd = digits.count % 2 == 1
        if isOdd {
            guard HexDigits.value(digits[0]) != nil else { return .null }
            target[0] = 0
        }
        let start = isOdd ? 1 : 0
        for index in start..<count {
            let at = 2 &* index &- start
            guard let high = HexDigits.value(digits[at]), let low = HexDigits.value(digits[at &+ 1])
            else { return .null }
            target[index] = high << 4 | low
        }
        return output.put(ByteSlice(base: UnsafePointer(target), count: count), row)
    }
}
