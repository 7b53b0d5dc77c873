internal import StreamCore

/// Base64 with padding (RFC 4648, section 4), as Flink's JSON and CSV formats have BYTES.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let pad = UInt8(ascii: "=")
    /// By byte: the six bits that it stands for; 0xff for none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(value) }
        return values
    }()

    /// Bytes of the text of `count` bytes.
    static func textByteCount(of count: Int) -> Int { (count + 2) / 3 * 4 }

    /// Returns the end of what was written, ``textByteCount(of:)`` bytes.
    static func write(
        _ value: ByteSlice, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var out = start
        let bytes = value.buffer
        alphabet.withUnsafeBufferPointer { digits in
            for at in stride(from: 0, to: bytes.count, by: 3) {
                let rest = bytes.count - at
                let word =
                    UInt32(bytes[at]) << 16 | (rest > 1 ? UInt32(bytes[at + 1]) << 8 : 0)
                    | (rest > 2 ? UInt32(bytes[at + 2]) : 0)
                out[0] = digits[Int(word >> 18)]
                out[1] = digits[Int(word >> 12 & 63)]
                out[2] = rest > 1 ? digits[Int(word >> 6 & 63)] : pad
                out[3] = rest > 2 ? digits[Int(word & 63)] : pad
                out += 4
            }
        }
        return out
    }

    /// In quotes; returns the end of what was written.
    static func writeQuoted(
        _ value: ByteSlice, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        start[0] = UInt8(ascii: "\"")
        let end = write(value, to: start + 1)
        end[0] = UInt8(ascii: "\"")
        return end + 1
    }

    /// The bytes that `text` stands for, in `arena`.
    ///
    /// - Returns: Nil unless the text is base64, padded and without anything between.
    static func decode(_ text: ByteSlice, in arena: ByteArena) -> ByteSlice? {
        guard text.count % 4 == 0 else { return nil }
        let bytes = text.buffer
        let padding =
            text.count == 0
            ? 0
            : (bytes[text.count - 1] == pad ? 1 : 0)
                + (bytes[text.count - 2] == pad ? 1 : 0)
        let count = text.count / 4 * 3 - padding
        let room = arena.reserve(atLeast: count + 3)
        guard let base = room.baseAddress?.assumingMemoryBound(to: UInt8.self),
            decode(bytes, digitCount: text.count - padding, to: base)
        else { return nil }
        arena.commit(count)
        return ByteSlice(base: base, count: count)
    }

    /// - Returns: False for a byte outside the alphabet, or bits set that no byte has.
    private static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>, digitCount: Int,
        to base: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        var out = base
        var word: UInt32 = 0
        for index in 0..<digitCount {
            let value = values[Int(bytes[index])]
            guard value < 64 else { return false }
            word = word &<< 6 | UInt32(value)
            guard index % 4 == 3 else { continue }
            out[0] = UInt8(truncatingIfNeeded: word &>> 16)
            out[1] = UInt8(truncatingIfNeeded: word &>> 8)
            out[2] = UInt8(truncatingIfNeeded: word)
            out += 3
        }
        switch digitCount % 4 {
        case 0: return true
        case 2:
            out[0] = UInt8(truncatingIfNeeded: word &>> 4)
            return word & 0xf == 0
        case 3:
            out[0] = UInt8(truncatingIfNeeded: word &>> 10)
            out[1] = UInt8(truncatingIfNeeded: word &>> 2)
            return word & 0x3 == 0
        default: return false
        }
    }
}
