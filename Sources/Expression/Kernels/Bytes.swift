internal import Glibc
internal import StreamCore

/// Inlined work on slices.
///
/// Every slice lies in a ``ByteChunk``, so ``ByteArena/padding`` bytes behind it are readable: words
/// of 8 bytes are loaded across its end and the surplus shifted out.
enum Bytes {
    @inline(__always)
    static func word(_ base: UnsafePointer<UInt8>, _ offset: Int) -> UInt64 {
        UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self)
    }

    /// The first `count` bytes of a word, moved to its high end; 0 for none.
    @inline(__always)
    static func head(_ word: UInt64, _ count: Int) -> UInt64 {
        // Little-endian: the first bytes are the low ones. Shifts are by less than 64 each.
        (word &<< UInt64(truncatingIfNeeded: 4 &* (8 &- count)))
            &<< UInt64(truncatingIfNeeded: 4 &* (8 &- count))
    }

    /// Whether two runs of `count` bytes are equal.
    @inline(__always)
    static func equal(
        _ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int
    ) -> Bool {
        var offset = 0
        while count &- offset >= 8 {
            if word(a, offset) != word(b, offset) { return false }
            offset &+= 8
        }
        let rest = count &- offset
        return head(word(a, offset) ^ word(b, offset), rest) == 0
    }

    @inline(__always)
    static func equal(_ a: ByteSlice, _ b: ByteSlice) -> Bool {
        guard a.count == b.count else { return false }
        guard let x = a.base, let y = b.base else { return true }
        return equal(x, y, a.count)
    }

    /// -1, 0 or 1, by bytes, a prefix before what it is a prefix of.
    @inline(__always)
    static func order(_ a: ByteSlice, _ b: ByteSlice) -> Int {
        let shared = min(a.count, b.count)
        if shared > 0, let x = a.base, let y = b.base {
            let order = memcmp(x, y, shared)
            if order != 0 { return order < 0 ? -1 : 1 }
        }
        return a.count < b.count ? -1 : a.count > b.count ? 1 : 0
    }

    /// Bytes of the code point at `offset`; 1 for a byte that begins none, so that broken UTF-8
    /// is walked through byte by byte and never beyond `count`.
    @inline(__always)
    static func width(_ base: UnsafePointer<UInt8>, _ offset: Int, _ count: Int) -> Int {
        let lead = base[offset]
        if lead < 0xC0 { return 1 }
        let expected = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        var width = 1
        while width < expected, offset &+ width < count, base[offset &+ width] & 0xC0 == 0x80 {
            width &+= 1
        }
        return width
    }

    /// Where the code point before `offset` begins; at most three continuation bytes back.
    @inline(__always)
    static func start(_ base: UnsafePointer<UInt8>, before offset: Int) -> Int {
        var start = offset &- 1
        while start > 0, offset &- start < 4, base[start] & 0xC0 == 0x80 { start &-= 1 }
        // Only if the bytes from there are one code point; else the last byte stands alone.
        return start &+ width(base, start, offset) == offset ? start : offset &- 1
    }

    /// The number of code points.
    @inline(__always)
    static func codePointCount(_ slice: ByteSlice) -> Int {
        guard let base = slice.base else { return 0 }
        var points = 0
        var offset = 0
        while offset < slice.count {
            offset &+= width(base, offset, slice.count)
            points &+= 1
        }
        return points
    }

    /// The offset behind `points` code points, at most `count`.
    @inline(__always)
    static func offset(ofPoint points: Int, _ base: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var left = points
        var offset = 0
        while left > 0, offset < count {
            offset &+= width(base, offset, count)
            left &-= 1
        }
        return offset
    }

    /// The first place of `part` in `text` at or behind `from`; -1 if there is none.
    static func find(_ part: ByteSlice, in text: ByteSlice, from: Int) -> Int {
        guard let needle = part.base, part.count > 0 else { return from }
        guard let base = text.base else { return -1 }
        let last = text.count &- part.count
        var offset = from
        while offset <= last {
            guard let found = memchr(base + offset, Int32(needle[0]), last &- offset &+ 1) else {
                return -1
            }
            offset = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            if equal(base + offset, needle, part.count) { return offset }
            offset &+= 1
        }
        return -1
    }
}

/// A value as it may stand in a message: at most 256 bytes, escaped.
enum Quoted {
    static let byteCountMax = 256

    static func text(_ slice: ByteSlice) -> String {
        let shown = UnsafeBufferPointer(rebasing: slice.buffer.prefix(byteCountMax))
        var text = "'"
        for scalar in String(decoding: shown, as: UTF8.self).unicodeScalars {
            text += scalar == "'" ? "''" : scalar.escaped(asASCII: false)
        }
        return text + (slice.count > byteCountMax ? "'... (\(slice.count) bytes)" : "'")
    }
}
