internal import StreamCore

/// The character sets of ENCODE and DECODE, by Java's names.
enum Charset: String, Hashable, Sendable, CaseIterable {
    case ascii = "US-ASCII"
    case latin1 = "ISO-8859-1"
    case utf8 = "UTF-8"
    case utf16BE = "UTF-16BE"
    case utf16LE = "UTF-16LE"
    /// Written big-endian with a mark; read as the mark says, big-endian without one.
    case utf16 = "UTF-16"

    /// - Parameter name: In any case.
    static func named(_ name: [UInt8]) -> Charset? {
        let text = String(decoding: name, as: UTF8.self).uppercased()
        return allCases.first { $0.rawValue == text }
    }
}

/// ENCODE: a text in a character set; what that has not becomes `?`.
///
/// Source: Java `String.getBytes(String)`.
struct Encode: RowFunction {
    let charset: Charset
    let buffer = TextBuffer()

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let text = x.text(0, row)
        guard charset != .utf8, let base = text.base else { return output.put(text, row) }
        buffer.reset()
        if charset == .utf16, text.count > 0 { append16(0xFEFF) }
        var offset = 0
        while offset < text.count {
            let width = Bytes.width(base, offset, text.count)
            append(CaseMap.decode(base, offset, width) ?? 0xFFFD)
            offset &+= width
        }
        return output.put(buffer, row)
    }

    private func append(_ value: UInt32) {
        switch charset {
        case .ascii: buffer.append(value < 0x80 ? UInt8(value) : UInt8(ascii: "?"))
        case .latin1: buffer.append(value < 0x100 ? UInt8(value) : UInt8(ascii: "?"))
        default:
            guard value > 0xFFFF else { return append16(value) }
            append16(0xD800 &+ ((value &- 0x10000) >> 10))
            append16(0xDC00 &+ ((value &- 0x10000) & 0x3FF))
        }
    }

    private func append16(_ unit: UInt32) {
        let (high, low) = (UInt8(truncatingIfNeeded: unit >> 8), UInt8(truncatingIfNeeded: unit))
        buffer.append(charset == .utf16LE ? low : high)
        buffer.append(charset == .utf16LE ? high : low)
    }
}

/// DECODE: bytes in a character set as a text; what is none becomes U+FFFD.
///
/// Source: Java `new String(byte[], String)`.
struct Decode: RowFunction {
    let charset: Charset
    let buffer = TextBuffer()

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let bytes = x.text(0, row)
        buffer.reset()
        switch charset {
        case .ascii:
            for byte in bytes.buffer { buffer.append(scalar: byte < 0x80 ? UInt32(byte) : 0xFFFD) }
        case .latin1: for byte in bytes.buffer { buffer.append(scalar: UInt32(byte)) }
        case .utf8: Self.repair(bytes, buffer)
        default: decode16(bytes)
        }
        return output.put(buffer, row)
    }

    /// Copies UTF-8; each byte that is none becomes U+FFFD.
    static func repair(_ bytes: ByteSlice, _ buffer: TextBuffer) {
        guard let base = bytes.base else { return }
        var offset = 0
        while offset < bytes.count {
            let width = Bytes.width(base, offset, bytes.count)
            if CaseMap.decode(base, offset, width) != nil {
                buffer.append(base + offset, width)
            } else {
                buffer.append("\u{FFFD}")
            }
            offset &+= width
        }
    }

    private func decode16(_ bytes: ByteSlice) {
        let units = bytes.buffer
        var offset = 0
        var isLittle = charset == .utf16LE
        func unit(_ at: Int) -> UInt32 {
            let (first, second) = (UInt32(units[at]), UInt32(units[at &+ 1]))
            return isLittle ? second << 8 | first : first << 8 | second
        }
        if charset == .utf16, units.count >= 2 {
            isLittle = units[0] == 0xFF && units[1] == 0xFE
            if isLittle || unit(0) == 0xFEFF { offset = 2 }
        }
        while offset &+ 1 < units.count {
            let first = unit(offset)
            offset &+= 2
            guard first & 0xFC00 == 0xD800, offset &+ 1 < units.count,
                unit(offset) & 0xFC00 == 0xDC00
            else {
                buffer.append(scalar: first)
                continue
            }
            buffer.append(scalar: 0x10000 &+ ((first & 0x3FF) << 10 | unit(offset) & 0x3FF))
            offset &+= 2
        }
        if offset < units.count { buffer.append("\u{FFFD}") }
    }
}

/// ASCII: the first character's code point; 0 for the empty text.
struct ASCIICode: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let text = x.text(0, row)
        guard let base = text.base, text.count > 0 else { return output.put(Int64(0), row) }
        let width = Bytes.width(base, 0, text.count)
        return output.put(Int64(CaseMap.decode(base, 0, width) ?? 0xFFFD), row)
    }
}

/// CHR: the character of the number's lowest eight bits; empty below 0.
///
/// Source: Flink `SqlFunctionUtils.chr`.
struct CharacterOfCode: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let number = x.integer(0, row)
        guard number >= 0 else { return output.put(.empty, row) }
        let code = UInt8(truncatingIfNeeded: number)
        let target = output.arena.allocate(2)
        if code < 0x80 {
            target[0] = code
        } else {
            target[0] = 0xC0 | code >> 6
            target[1] = 0x80 | code & 0x3F
        }
        return output.put(
            ByteSlice(base: UnsafePointer(target), count: code < 0x80 ? 1 : 2), row)
    }
}
