internal import Glibc
internal import StreamCore

/// URL_ENCODE: letters, digits and `.-*_` stay, a space is `+`, other bytes of UTF-8 are `%XX`.
///
/// Source: Java `URLEncoder`.
struct URLEncode: RowFunction {
    let buffer = TextBuffer()

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        buffer.reset()
        for byte in x.text(0, row).buffer {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "*"), UInt8(ascii: "_"):
                buffer.append(byte)
            case 0x20: buffer.append(UInt8(ascii: "+"))
            default:
                buffer.append(UInt8(ascii: "%"))
                buffer.append(HexDigits.upper.utf8Start[Int(byte >> 4)])
                buffer.append(HexDigits.upper.utf8Start[Int(byte & 15)])
            }
        }
        return output.put(buffer, row)
    }
}

/// URL_DECODE: the other way; NULL for a `%` without two digits. Bytes that are not UTF-8 become
/// U+FFFD.
///
/// Source: Java `URLDecoder`.
struct URLDecode: RowFunction {
    private let bytes = TextBuffer()
    private let buffer = TextBuffer()

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let text = x.text(0, row).buffer
        bytes.reset()
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard index &+ 2 < text.count, let high = HexDigits.value(text[index &+ 1]),
                    let low = HexDigits.value(text[index &+ 2])
                else { return .null }
                bytes.append(high << 4 | low)
                index &+= 2
            case let byte: bytes.append(byte)
            }
            index &+= 1
        }
        buffer.reset()
        Decode.repair(bytes.slice, buffer)
        return output.put(buffer, row)
    }
}

/// PARSE_URL: a part of a URL, or the value of a key of its query. NULL where the URL has no such
/// part, or is none.
///
/// Source: Flink `SqlFunctionUtils.parseUrl`, Java `java.net.URL`. Java knows a few schemes; any is
/// taken here.
struct ParseURL: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let wanted = x.text(1, row)
        guard let url = URLParts(x.text(0, row)) else { return .null }
        guard x.count > 2 else {
            guard let part = url.part(wanted) else { return .null }
            return output.put(part, row)
        }
        guard wanted.isEqual("QUERY"), let query = url.query,
            let value = URLParts.value(of: x.text(2, row), in: query)
        else { return .null }
        return output.put(value, row)
    }
}

extension ByteSlice {
    @inline(__always)
    func isEqual(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount
            && (count == 0 || base.map { memcmp($0, text.utf8Start, count) == 0 } ?? false)
    }
}

/// Where the parts of a URL are.
struct URLParts {
    let scheme: ByteSlice
    private(set) var authority: ByteSlice?
    private(set) var path = ByteSlice.empty
    private(set) var query: ByteSlice?
    private(set) var fragment: ByteSlice?

    /// - Returns: Nil without a scheme.
    init?(_ text: ByteSlice) {
        let trimmed = Self.trimmed(text)
        guard let colon = Self.schemeEnd(trimmed) else { return nil }
        scheme = trimmed.part(0..<colon)
        var rest = trimmed.part(colon + 1..<trimmed.count)
        if let hash = Self.first(UInt8(ascii: "#"), in: rest) {
            fragment = rest.part(hash + 1..<rest.count)
            rest = rest.part(0..<hash)
        }
        if let mark = Self.first(UInt8(ascii: "?"), in: rest) {
            query = rest.part(mark + 1..<rest.count)
            rest = rest.part(0..<mark)
        }
        let bytes = rest.buffer
        if bytes.count >= 2, bytes[0] == UInt8(ascii: "/"), bytes[1] == UInt8(ascii: "/") {
            let behind = rest.part(2..<rest.count)
            let end = Self.first(UInt8(ascii: "/"), in: behind) ?? behind.count
            authority = behind.part(0..<end)
            rest = behind.part(end..<behind.count)
        }
        path = rest
    }

    /// Java takes away what is not above the space, at both ends.
    private static func trimmed(_ text: ByteSlice) -> ByteSlice {
        let bytes = text.buffer
        var (low, high) = (0, bytes.count)
        while low < high, bytes[low] <= 0x20 { low &+= 1 }
        while high > low, bytes[high &- 1] <= 0x20 { high &-= 1 }
        return text.part(low..<high)
    }

    /// Letters, digits, `+ - .`, a letter first, up to the colon.
    private static func schemeEnd(_ text: ByteSlice) -> Int? {
        for (index, byte) in text.buffer.enumerated() {
            switch byte {
            case 0x41...0x5A, 0x61...0x7A: continue
            case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if index == 0 { return nil }
            case UInt8(ascii: ":"): return index > 0 ? index : nil
            default: return nil
            }
        }
        return nil
    }

    private static func first(_ byte: UInt8, in text: ByteSlice) -> Int? {
        text.buffer.firstIndex(of: byte)
    }

    /// Before the last `@` of the authority.
    private var userInfo: ByteSlice? {
        guard let authority, let at = authority.buffer.lastIndex(of: UInt8(ascii: "@")) else {
            return nil
        }
        return authority.part(0..<at)
    }

    /// Empty without an authority; an IPv6 address with its brackets.
    private var host: ByteSlice {
        guard let authority else { return .empty }
        let start = userInfo.map { $0.count + 1 } ?? 0
        let rest = authority.part(start..<authority.count)
        if rest.buffer.first == UInt8(ascii: "["), let end = Self.first(UInt8(ascii: "]"), in: rest)
        {
            return rest.part(0..<end + 1)
        }
        return rest.part(0..<(Self.first(UInt8(ascii: ":"), in: rest) ?? rest.count))
    }

    /// The path with the query.
    private var file: ByteSlice {
        guard let query, let start = path.base, let end = query.base else { return path }
        // The query follows the path in the same text.
        return ByteSlice(base: start, count: end + query.count - start)
    }

    /// - Parameter name: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO.
    func part(_ name: ByteSlice) -> ByteSlice? {
        if name.isEqual("HOST") { return host }
        if name.isEqual("PATH") { return path }
        if name.isEqual("QUERY") { return query }
        if name.isEqual("REF") { return fragment }
        if name.isEqual("PROTOCOL") { return scheme }
        if name.isEqual("FILE") { return file }
        if name.isEqual("AUTHORITY") { return authority }
        if name.isEqual("USERINFO") { return userInfo }
        return nil
    }

    /// The text behind `key=` in a query, up to the next `&`.
    static func value(of key: ByteSlice, in query: ByteSlice) -> ByteSlice? {
        var start = 0
        while start <= query.count {
            let rest = query.part(start..<query.count)
            let end = first(UInt8(ascii: "&"), in: rest) ?? rest.count
            let pair = rest.part(0..<end)
            if pair.count > key.count, pair.buffer[key.count] == UInt8(ascii: "="),
                Bytes.equal(pair.part(0..<key.count), key)
            {
                return pair.part(key.count + 1..<pair.count)
            }
            start += end + 1
        }
        return nil
    }
}
