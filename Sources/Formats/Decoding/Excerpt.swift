internal import StreamCore

/// A short, printable piece of a record for a message. Off the record path.
enum Excerpt {
    /// Bytes of a record that a message may show.
    static let byteCountMax = 256

    /// At most ``byteCountMax`` bytes of `value` from a little before `position`, in quotes; what is
    /// not printable ASCII, and quotes, are escaped as `\x0a`; `…` where bytes are left out.
    static func text(of value: ByteSlice, around position: Int) -> String {
        let start = max(0, min(position - byteCountMax / 2, value.count - byteCountMax))
        let end = min(value.count, start + byteCountMax)
        var text = start > 0 ? "…\"" : "\""
        for byte in value.buffer[start..<end] { text += escaped(byte) }
        return text + (end < value.count ? "\"…" : "\"")
    }

    private static func escaped(_ byte: UInt8) -> String {
        let isPlain = byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\\")
        if isPlain { return String(UnicodeScalar(byte)) }
        return "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
