/// Integers in decimal.
enum IntegerText {
    /// "00" to "99" as the two bytes in memory order.
    @inline(__always)
    private static func pair(_ value: UInt64) -> UInt16 {
        let tens = (value &* 103) &>> 10  // value / 10 for values below 100
        return UInt16(truncatingIfNeeded: 0x3030 &+ tens &+ (value &- tens &* 10) &<< 8)
    }

    /// At most 20 bytes; returns the end of what was written.
    @inline(__always)
    static func write(
        _ value: Int64, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var out = start
        if value < 0 {
            out[0] = UInt8(ascii: "-")
            out += 1
        }
        var rest = value.magnitude
        let count = digitCount(rest)
        var at = count
        while rest >= 100 {
            let quotient = rest / 100
            at &-= 2
            UnsafeMutableRawPointer(out + at).storeBytes(
                of: pair(rest &- quotient &* 100), as: UInt16.self)
            rest = quotient
        }
        if at == 2 {
            UnsafeMutableRawPointer(out).storeBytes(of: pair(rest), as: UInt16.self)
        } else {
            out[0] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest)
        }
        return out + count
    }

    /// Decimal digits of `value`, `1 ... 20`.
    @inline(__always)
    private static func digitCount(_ value: UInt64) -> Int {
        var count = 1
        var rest = value
        while rest >= 10_000 {
            rest /= 10_000
            count &+= 4
        }
        return count &+ (rest >= 10 ? 1 : 0) &+ (rest >= 100 ? 1 : 0) &+ (rest >= 1000 ? 1 : 0)
    }
}
