/// Reads what a broker sent. Every length is checked against what remains before anything is
/// allocated, so a hostile answer gives an error, never a trap.
struct WireReader {
    /// Longer text is refused: no name, address or marker comes near it.
    static let stringByteCountMax = 1 << 16

    private let bytes: [UInt8]
    private(set) var offset = 0
    private var remaining: Int { bytes.count - offset }

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func read<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(WireError) -> T {
        let width = MemoryLayout<T>.size
        try require(width)
        var value: T = 0
        for index in offset..<offset + width {
            value = value << 8 | T(truncatingIfNeeded: bytes[index])
        }
        offset += width
        return value
    }

    mutating func readBool() throws(WireError) -> Bool { try read(UInt8.self) != 0 }

    /// An unsigned varint of at most 32 bits.
    mutating func readVarint() throws(WireError) -> UInt32 {
        let start = offset
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 28, by: 7) {
            let byte = try read(UInt8.self)
            value |= UInt64(byte & 0x7F) << shift
            guard byte & 0x80 != 0 else {
                guard let result = UInt32(exactly: value) else { break }
                return result
            }
        }
        throw .badLength(offset: start, length: Int64(clamping: value), cap: Int(UInt32.max))
    }

    /// STRING or NULLABLE_STRING.
    mutating func readNullableString() throws(WireError) -> String? {
        let start = offset
        let length = try read(Int16.self)
        if length == -1 { return nil }
        return try readText(Int64(length), from: start)
    }

    /// COMPACT_STRING or COMPACT_NULLABLE_STRING.
    mutating func readNullableCompactString() throws(WireError) -> String? {
        let start = offset
        let length = Int64(try readVarint()) - 1
        if length == -1 { return nil }
        return try readText(length, from: start)
    }

    mutating func readString() throws(WireError) -> String {
        let start = offset
        guard let text = try readNullableString() else { throw null(at: start) }
        return text
    }

    mutating func readCompactString() throws(WireError) -> String {
        let start = offset
        guard let text = try readNullableCompactString() else { throw null(at: start) }
        return text
    }

    mutating func readRaw(_ count: Int) throws(WireError) -> [UInt8] {
        try require(count)
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    /// The count of an ARRAY whose items have at least `itemByteCountMin` bytes each.
    mutating func readCount(itemByteCountMin: Int) throws(WireError) -> Int {
        let start = offset
        return try checked(Int64(try read(Int32.self)), itemByteCountMin, start)
    }

    /// The count of a COMPACT_ARRAY, likewise.
    mutating func readCompactCount(itemByteCountMin: Int) throws(WireError) -> Int {
        let start = offset
        return try checked(Int64(try readVarint()) - 1, itemByteCountMin, start)
    }

    /// Steps over an array of 32-bit integers.
    mutating func skipCompactIntegers() throws(WireError) {
        offset += 4 * (try readCompactCount(itemByteCountMin: 4))
    }

    /// Steps over the tagged fields at the end of a structure: none of them is needed here.
    mutating func skipTags() throws(WireError) {
        let start = offset
        let count = try checked(Int64(try readVarint()), 2, start)
        for _ in 0..<count {
            _ = try readVarint()
            let length = Int(try readVarint())
            try require(length)
            offset += length
        }
    }

    func expectEnd() throws(WireError) {
        guard remaining == 0 else { throw .trailing(offset: offset, remaining: remaining) }
    }

    private func checked(
        _ count: Int64, _ itemByteCountMin: Int, _ start: Int
    ) throws(WireError) -> Int {
        let cap = remaining / max(1, itemByteCountMin)
        guard count >= 0, count <= Int64(cap) else {
            throw .badLength(offset: start, length: count, cap: cap)
        }
        return Int(count)
    }

    private mutating func readText(_ length: Int64, from start: Int) throws(WireError) -> String {
        guard length >= 0, length <= Int64(Self.stringByteCountMax) else {
            throw .badLength(offset: start, length: length, cap: Self.stringByteCountMax)
        }
        let raw = try readRaw(Int(length))
        guard let text = String(validating: raw, as: UTF8.self) else {
            throw .notUTF8(offset: start)
        }
        return text
    }

    private func null(at start: Int) -> WireError {
        .badLength(offset: start, length: -1, cap: Self.stringByteCountMax)
    }

    private func require(_ count: Int) throws(WireError) {
        guard count >= 0, count <= remaining else {
            throw .truncated(offset: offset, wanted: count, remaining: remaining)
        }
    }
}
