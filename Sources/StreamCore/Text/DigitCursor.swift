/// Walks over the bytes of a date or a time.
struct DigitCursor {
    private let text: UnsafeBufferPointer<UInt8>
    private(set) var index = 0

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    var isAtEnd: Bool { index == text.count }
    var next: UInt8? { index < text.count ? text[index] : nil }

    /// Takes one byte if it is there.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard index < text.count, text[index] == byte else { return false }
        index &+= 1
        return true
    }

    /// Takes as many digits as there are; nil unless their number is in `counts` (at most 18).
    @inline(__always)
    mutating func digits(_ counts: ClosedRange<Int>) -> Int64? {
        var value: Int64 = 0
        let start = index
        while index < text.count, index &- start <= counts.upperBound {
            let digit = text[index] &- 0x30
            guard digit <= 9 else { break }
            value = value &* 10 &+ Int64(digit)
            index &+= 1
        }
        return counts.contains(index &- start) ? value : nil
    }

    /// Takes digits behind a point as a fraction of a second: milliseconds, cut off.
    mutating func milliseconds() -> Int64? {
        var value: Int64 = 0
        let start = index
        while index < text.count, index &- start < 9 {
            let digit = text[index] &- 0x30
            guard digit <= 9 else { break }
            if index &- start < 3 { value = value &* 10 &+ Int64(digit) }
            index &+= 1
        }
        let count = index &- start
        guard count > 0 else { return nil }
        return count == 1 ? value &* 100 : count == 2 ? value &* 10 : value
    }
}

/// Writes numbers of a fixed width.
enum DigitWriter {
    @inline(__always)
    static func two(_ value: Int64, to target: UnsafeMutablePointer<UInt8>) {
        target[0] = 0x30 &+ UInt8(truncatingIfNeeded: value / 10)
        target[1] = 0x30 &+ UInt8(truncatingIfNeeded: value % 10)
    }

    @inline(__always)
    static func three(_ value: Int64, to target: UnsafeMutablePointer<UInt8>) {
        target[0] = 0x30 &+ UInt8(truncatingIfNeeded: value / 100)
        two(value % 100, to: target + 1)
    }

    /// Four digits; a year beyond 9999 or before 0 has a sign and as many digits as it needs.
    ///
    /// - Returns: Bytes written, at most 20.
    static func year(_ value: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if value >= 0, value <= 9_999 {
            two(value / 100, to: target)
            two(value % 100, to: target + 2)
            return 4
        }
        target[0] = value < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
        var rest = value.magnitude
        var count = 4
        var bound: UInt64 = 10_000
        while rest >= bound, count < 19 {
            count &+= 1
            bound &*= 10
        }
        for index in stride(from: count, to: 0, by: -1) {
            target[index] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        return count &+ 1
    }
}
