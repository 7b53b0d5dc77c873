internal import CSimdJSON

/// JSON's scalars as text. Each function returns the end of what it wrote; the caller has made room.
enum JSONText {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// A string in quotes. Strings without escapes, nearly all, are copied eight bytes at a time.
    @inline(__always)
    static func write(
        _ base: UnsafePointer<UInt8>?, _ count: Int, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        start[0] = UInt8(ascii: "\"")
        var out = start + 1
        if let base {
            let source = UnsafeRawPointer(base)
            var at = 0
            while at &+ 8 <= count {
                let word = source.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                if needsEscape(word) { break }
                UnsafeMutableRawPointer(out).storeBytes(of: word, as: UInt64.self)
                out += 8
                at &+= 8
            }
            while at < count {
                let byte = base[at]
                if isPlain(byte) {
                    out[0] = byte
                    out += 1
                } else {
                    out = writeEscaped(byte, to: out)
                }
                at &+= 1
            }
        }
        out[0] = UInt8(ascii: "\"")
        return out + 1
    }

    /// Whether any of eight bytes is a control character, a quote or a backslash.
    @inline(__always)
    private static func needsEscape(_ word: UInt64) -> Bool {
        let control = (word &- ones &* 0x20) & ~word
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5c)
        let zero = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        return (control | zero) & highs != 0
    }

    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    @inline(never)
    private static func writeEscaped(
        _ byte: UInt8, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        out[0] = UInt8(ascii: "\\")
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): out[1] = byte
        case 0x08: out[1] = UInt8(ascii: "b")
        case 0x09: out[1] = UInt8(ascii: "t")
        case 0x0a: out[1] = UInt8(ascii: "n")
        case 0x0c: out[1] = UInt8(ascii: "f")
        case 0x0d: out[1] = UInt8(ascii: "r")
        default:
            out[1] = UInt8(ascii: "u")
            out[2] = UInt8(ascii: "0")
            out[3] = UInt8(ascii: "0")
            out[4] = UInt8(ascii: "0") + byte >> 4
            out[5] = hexDigit(byte & 0xf)
            return out + 6
        }
        return out + 2
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    @inline(__always)
    static func writeNull(to out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        // The bytes of "null", lowest first.
        UnsafeMutableRawPointer(out).storeBytes(of: 0x6c6c_756e, as: UInt32.self)
        return out + 4
    }

    static func write(
        _ value: Bool, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let target = UnsafeMutableRawPointer(out)
        if value {
            target.storeBytes(of: 0x6575_7274, as: UInt32.self)  // "true"
            return out + 4
        }
        target.storeBytes(of: 0x736c_6166, as: UInt32.self)  // "fals"
        out[4] = UInt8(ascii: "e")
        return out + 5
    }

    static func write(
        _ value: Double, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        if value.isFinite { return writeUnquoted(value, to: out) }
        out[0] = UInt8(ascii: "\"")
        let end = writeUnquoted(value, to: out + 1)
        end[0] = UInt8(ascii: "\"")
        return end + 1
    }

    static func writeUnquoted(
        _ value: Double, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        out + csimdjson_write_double(value, out)
    }
}
