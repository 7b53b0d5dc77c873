internal import StreamCore

/// Base64 with padding (RFC 4648, section 4), as Flink's JSON format writes BYTES.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// In quotes; returns the end of what was written.
    static func writeQuoted(
        _ value: ByteSlice, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        start[0] = UInt8(ascii: "\"")
        var out = start + 1
        let bytes = value.buffer
        alphabet.withUnsafeBufferPointer { digits in
            for at in stride(from: 0, to: bytes.count, by: 3) {
                let rest = bytes.count - at
                let word =
                    UInt32(bytes[at]) << 16 | (rest > 1 ? UInt32(bytes[at + 1]) << 8 : 0)
                    | (rest > 2 ? UInt32(bytes[at + 2]) : 0)
                out[0] = digits[Int(word >> 18)]
                out[1] = digits[Int(word >> 12 & 63)]
                out[2] = rest > 1 ? digits[Int(word >> 6 & 63)] : UInt8(ascii: "=")
                out[3] = rest > 2 ? digits[Int(word & 63)] : UInt8(ascii: "=")
                out += 4
            }
        }
        out[0] = UInt8(ascii: "\"")
        return out + 1
    }
}
