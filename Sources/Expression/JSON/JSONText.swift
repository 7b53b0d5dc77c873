internal import CSimdJSON
internal import Glibc
internal import StreamCore

/// Writes and reads the strings of JSON.
enum JSONText {
    /// What stands between the quotes of a checked string, without escapes.
    @inline(__always)
    static func unescaped(_ content: ByteSlice, _ arena: ByteArena) -> ByteSlice {
        guard let base = content.base, content.count > 0,
            memchr(base, Int32(UInt8(ascii: "\\")), content.count) != nil
        else { return content }
        let target = arena.allocate(content.count)
        let count = csimdjson_unescape(csimdjson_slice(content), target)
        return ByteSlice(base: UnsafePointer(target), count: count)
    }

    /// A text in quotes, with the escapes that JSON asks for; bytes that are not UTF-8 become
    /// U+FFFD, so that what is written is always JSON.
    static func append(quoted text: ByteSlice, to buffer: TextBuffer) {
        buffer.append(UInt8(ascii: "\""))
        if let base = text.base {
            var (offset, copied) = (0, 0)
            while offset < text.count {
                let byte = base[offset]
                let width = byte < 0x80 ? 1 : Bytes.width(base, offset, text.count)
                let isPlain =
                    byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                if isPlain && (byte < 0x80 || CaseMap.decode(base, offset, width) != nil) {
                    offset &+= width
                    continue
                }
                buffer.append(base + copied, offset &- copied)
                if isPlain { buffer.append("\u{FFFD}") } else { append(escaped: byte, to: buffer) }
                offset &+= width
                copied = offset
            }
            buffer.append(base + copied, text.count &- copied)
        }
        buffer.append(UInt8(ascii: "\""))
    }

    private static func append(escaped byte: UInt8, to buffer: TextBuffer) {
        switch byte {
        case UInt8(ascii: "\""): buffer.append("\\\"")
        case UInt8(ascii: "\\"): buffer.append("\\\\")
        case 0x08: buffer.append("\\b")
        case 0x09: buffer.append("\\t")
        case 0x0A: buffer.append("\\n")
        case 0x0C: buffer.append("\\f")
        case 0x0D: buffer.append("\\r")
        default:
            buffer.append("\\u00")
            buffer.append(HexDigits.lower.utf8Start[Int(byte >> 4)])
            buffer.append(HexDigits.lower.utf8Start[Int(byte & 15)])
        }
    }
}

/// How a value of a column is written as JSON.
enum JSONForm: Hashable, Sendable {
    case boolean, integer, double
    /// A text, in quotes.
    case string
    /// Bytes, in Base64, as Flink's JSON format writes them.
    case bytes
    /// It is JSON: ARRAY, MAP, ROW, JSON, what JSON_OBJECT gives, a DECIMAL's digits.
    case raw

    /// Nil for a type that is turned into a text first.
    init?(_ type: LogicalType) {
        switch type {
        case .boolean: self = .boolean
        case .int, .bigint: self = .integer
        case .double: self = .double
        case .string: self = .string
        case .bytes: self = .bytes
        case .array, .map, .row, .json: self = .raw
        default: return nil
        }
    }

    @inline(__always)
    func append(_ index: Int, _ row: Int, _ x: RowArguments, to buffer: TextBuffer) {
        guard !x.isNull(index, row) else { return buffer.append("null") }
        switch self {
        case .boolean: buffer.append(x.boolean(index, row) ? "true" : "false")
        case .integer: Self.append(x.integer(index, row), to: buffer)
        case .double: Self.append(x.double(index, row), to: buffer)
        case .string: JSONText.append(quoted: x.text(index, row), to: buffer)
        case .bytes: Self.append(base64: x.text(index, row), to: buffer)
        case .raw: buffer.append(x.text(index, row))
        }
    }

    /// As a member's name: always in quotes.
    func appendName(_ index: Int, _ row: Int, _ x: RowArguments, to buffer: TextBuffer) {
        let isQuoted = self == .string || self == .bytes
        if !isQuoted { buffer.append(UInt8(ascii: "\"")) }
        append(index, row, x, to: buffer)
        if !isQuoted { buffer.append(UInt8(ascii: "\"")) }
    }

    private static func append(_ value: Int64, to buffer: TextBuffer) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.byteCountMax) { room in
            guard let start = room.baseAddress else { return }
            buffer.append(start, NumberText.write(value, at: start))
        }
    }

    private static func append(_ value: Double, to buffer: TextBuffer) {
        let room = Int(CSIMDJSON_DOUBLE_BYTES_MAX)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { room in
            guard let start = room.baseAddress else { return }
            buffer.append(start, csimdjson_write_double(value, start))
        }
    }

    private static func append(base64 bytes: ByteSlice, to buffer: TextBuffer) {
        buffer.append(UInt8(ascii: "\""))
        let count = Base64.byteCount(encoding: bytes.count)
        let room = buffer.room(count)
        if let room { Base64.encode(bytes, at: room) }
        buffer.append(UInt8(ascii: "\""))
    }
}
