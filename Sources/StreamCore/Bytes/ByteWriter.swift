/// Appends little-endian integers, lengths and bytes: the codec of every state file.
public struct ByteWriter {
    public private(set) var bytes: [UInt8] = []
    public init() {}
    public var count: Int { bytes.count }

    public mutating func append<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func append(_ value: Double) { append(value.bitPattern) }

    /// Raw bytes, without a length.
    public mutating func append(raw: UnsafeRawBufferPointer) { bytes.append(contentsOf: raw) }

    /// A 32-bit length and the bytes.
    public mutating func append(_ value: [UInt8]) {
        precondition(value.count <= Int(Int32.max))
        append(UInt32(value.count))
        bytes.append(contentsOf: value)
    }

    /// A 32-bit length and the UTF-8 bytes.
    public mutating func append(_ value: String) { append(Array(value.utf8)) }

    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}

/// Why bytes could not be read; the reader's caller adds the file and what it was reading.
public enum ByteReaderError: Error, Equatable, Sendable {
    /// Fewer bytes are left than the value needs.
    case truncated(offset: Int, wanted: Int, remaining: Int)
    /// A length or count above its cap.
    case tooLong(offset: Int, length: Int, cap: Int)
    case notUTF8(offset: Int)
    /// Bytes remain where the format ends.
    case trailing(offset: Int, remaining: Int)
}

/// Reads what ``ByteWriter`` wrote. Every length is checked against the bytes that remain before
/// anything is allocated, so hostile input gives an error, never a trap.
public struct ByteReader {
    private let bytes: [UInt8]
    public private(set) var offset: Int
    private let end: Int

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
        end = bytes.count
    }

    public var remaining: Int { end - offset }

    public mutating func read<T: FixedWidthInteger>(
        _ type: T.Type = T.self
    ) throws(ByteReaderError) -> T {
        let width = MemoryLayout<T>.size
        try require(width)
        var value: T = 0
        for index in (0..<width).reversed() {
            value = value << 8 | T(truncatingIfNeeded: bytes[offset + index])
        }
        offset += width
        return value
    }

    public mutating func readDouble() throws(ByteReaderError) -> Double {
        Double(bitPattern: try read(UInt64.self))
    }

    public mutating func readRaw(_ count: Int) throws(ByteReaderError) -> [UInt8] {
        guard count >= 0 else { throw .tooLong(offset: offset, length: count, cap: remaining) }
        try require(count)
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    /// A 32-bit length, at most `cap`, and that many bytes.
    public mutating func readBytes(cap: Int = Int(Int32.max)) throws(ByteReaderError) -> [UInt8] {
        let start = offset
        let length = Int(try read(UInt32.self))
        guard length <= cap else { throw .tooLong(offset: start, length: length, cap: cap) }
        return try readRaw(length)
    }

    public mutating func readString(cap: Int = 1 << 20) throws(ByteReaderError) -> String {
        let start = offset
        let raw = try readBytes(cap: cap)
        guard let text = String(validating: raw, as: UTF8.self) else {
            throw .notUTF8(offset: start)
        }
        return text
    }

    /// A 32-bit count of items of at least `itemByteCountMin` bytes each, checked against what remains.
    public mutating func readCount(itemByteCountMin: Int) throws(ByteReaderError) -> Int {
        let start = offset
        let count = Int(try read(UInt32.self))
        let cap = remaining / max(1, itemByteCountMin)
        guard count <= cap else { throw .tooLong(offset: start, length: count, cap: cap) }
        return count
    }

    public func expectEnd() throws(ByteReaderError) {
        guard remaining == 0 else { throw .trailing(offset: offset, remaining: remaining) }
    }

    private func require(_ count: Int) throws(ByteReaderError) {
        guard count <= remaining else {
            throw .truncated(offset: offset, wanted: count, remaining: remaining)
        }
    }
}
