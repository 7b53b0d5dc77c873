/// Appends values in Kafka's encoding: big-endian integers, lengths in front of what they measure.
///
/// `compact` lengths are unsigned varints of the count plus one; 0 means null. Flexible versions
/// use them, and end every structure with a section of tagged fields, of which this client sends
/// none.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// STRING. Longer than 32,767 bytes: cut, since no name of Kafka's is.
    mutating func append(_ value: String) {
        let raw = value.utf8.prefix(Int(Int16.max))
        append(Int16(raw.count))
        bytes.append(contentsOf: raw)
    }

    mutating func appendCompact(_ value: String) {
        let raw = value.utf8.prefix(Int(Int16.max))
        appendVarint(UInt32(raw.count) + 1)
        bytes.append(contentsOf: raw)
    }

    mutating func appendCompactCount(_ count: Int) { appendVarint(UInt32(count) + 1) }

    mutating func appendVarint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// The empty section of tagged fields.
    mutating func appendNoTags() { bytes.append(0) }
}
