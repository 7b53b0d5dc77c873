internal import StreamCore

/// The upper or lower case of code points as UTF-8, looked up in pages that are filled at first
/// use: after that no `String` is made.
///
/// Full mappings of Unicode, without any language's own rules, as Java's `toLowerCase(Locale.ROOT)`,
/// with its rule for the Greek final sigma.
final class CaseMap {
    private static let pageBits = 8
    /// Cased code points end at U+1E943.
    private static let codePointEnd: UInt32 = 0x1EA00

    private let isUpper: Bool
    /// One entry per code point: the low byte is the length, the bytes follow from the second on.
    private var pages: [UnsafeMutablePointer<UInt64>?]

    init(isUpper: Bool) {
        self.isUpper = isUpper
        pages = Array(repeating: nil, count: Int(Self.codePointEnd >> 8))
    }

    deinit { for page in pages { page?.deallocate() } }

    /// The longest mapping is three code points of two bytes for one of two.
    static let growthMax = 3

    /// Maps a text; the caller has room for ``growthMax`` times its length and 8 bytes more.
    ///
    /// - Returns: The bytes written. Broken UTF-8 is copied.
    func map(_ text: ByteSlice, into target: UnsafeMutablePointer<UInt8>) -> Int {
        guard let base = text.base else { return 0 }
        let count = text.count
        var offset = 0
        var written = 0
        while offset < count {
            let width = Bytes.width(base, offset, count)
            if let scalar = Self.decode(base, offset, width), scalar < Self.codePointEnd {
                var entry = self.entry(scalar)
                if scalar == Self.sigma, !isUpper, Self.isFinalSigma(base, offset, count) {
                    entry = Self.finalSigmaEntry
                }
                UnsafeMutableRawPointer(target + written).storeBytes(
                    of: entry >> 8, as: UInt64.self)
                written &+= Int(entry & 0xFF)
            } else {
                for index in 0..<width { target[written &+ index] = base[offset &+ index] }
                written &+= width
            }
            offset &+= width
        }
        return written
    }

    @inline(__always)
    private func entry(_ scalar: UInt32) -> UInt64 {
        let page = Int(scalar >> 8)
        let known = pages[page] ?? fill(page)
        return known[Int(scalar & 0xFF)]
    }

    @inline(never)
    private func fill(_ page: Int) -> UnsafeMutablePointer<UInt64> {
        let entries = UnsafeMutablePointer<UInt64>.allocate(capacity: 256)
        for index in 0..<256 {
            entries[index] = Unicode.Scalar(UInt32(page << 8 | index)).map { mapped($0) } ?? 0
        }
        pages[page] = entries
        return entries
    }

    private func mapped(_ scalar: Unicode.Scalar) -> UInt64 {
        let properties = scalar.properties
        let text = isUpper ? properties.uppercaseMapping : properties.lowercaseMapping
        let bytes = text.utf8.count <= 7 ? Array(text.utf8) : Array(String(scalar).utf8)
        var entry = UInt64(bytes.count)
        for (index, byte) in bytes.enumerated() { entry |= UInt64(byte) << UInt64(8 + 8 * index) }
        return entry
    }

    /// The code point of `width` bytes; nil for bytes that are none.
    @inline(__always)
    static func decode(_ base: UnsafePointer<UInt8>, _ offset: Int, _ width: Int) -> UInt32? {
        let a = UInt32(base[offset])
        switch width {
        case 1: return a < 0x80 ? a : nil
        case 2:
            let value = (a & 0x1F) << 6 | UInt32(base[offset &+ 1] & 0x3F)
            return a < 0xE0 && value >= 0x80 ? value : nil
        case 3:
            let value =
                (a & 0x0F) << 12 | UInt32(base[offset &+ 1] & 0x3F) << 6
                | UInt32(base[offset &+ 2] & 0x3F)
            let isValid = a < 0xF0 && value >= 0x800 && (value < 0xD800 || value > 0xDFFF)
            return isValid ? value : nil
        default:
            let value =
                (a & 0x07) << 18 | UInt32(base[offset &+ 1] & 0x3F) << 12
                | UInt32(base[offset &+ 2] & 0x3F) << 6 | UInt32(base[offset &+ 3] & 0x3F)
            return a < 0xF8 && value >= 0x10000 && value <= 0x10FFFF ? value : nil
        }
    }

    // MARK: The final sigma

    private static let sigma: UInt32 = 0x3A3
    /// ς, U+03C2.
    private static let finalSigmaEntry: UInt64 = 2 | 0xCF << 8 | 0x82 << 16

    /// Unicode's Final_Sigma: a cased letter before it and none behind, each past ignorable ones.
    /// Only for texts with a capital sigma; looks at the text around it.
    private static func isFinalSigma(
        _ base: UnsafePointer<UInt8>, _ offset: Int, _ count: Int
    ) -> Bool {
        var before = offset
        var isPreceded = false
        while before > 0 {
            before = Bytes.start(base, before: before)
            guard let letter = properties(base, before, count) else { break }
            if letter.isCaseIgnorable { continue }
            isPreceded = letter.isCased
            break
        }
        guard isPreceded else { return false }
        var behind = offset &+ 2
        while behind < count {
            guard let letter = properties(base, behind, count) else { return true }
            if !letter.isCaseIgnorable { return !letter.isCased }
            behind &+= Bytes.width(base, behind, count)
        }
        return true
    }

    private static func properties(
        _ base: UnsafePointer<UInt8>, _ offset: Int, _ count: Int
    ) -> Unicode.Scalar.Properties? {
        let width = Bytes.width(base, offset, count)
        return decode(base, offset, width).flatMap(Unicode.Scalar.init)?.properties
    }
}
