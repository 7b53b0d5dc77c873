/// 256 bits without a sign: what exact DECIMAL arithmetic needs where 128 are not enough.
struct WideMagnitude: Equatable {
    var high: UInt128
    var low: UInt128

    init(_ value: UInt128) {
        high = 0
        low = value
    }

    /// The exact product.
    init(_ a: UInt128, times b: UInt128) {
        let product = a.multipliedFullWidth(by: b)
        high = product.high
        low = product.low
    }

    /// Nil if it has more than 256 bits.
    func multiplied(by factor: UInt128) -> WideMagnitude? {
        let upper = high.multipliedFullWidth(by: factor)
        guard upper.high == 0 else { return nil }
        var result = WideMagnitude(low, times: factor)
        let (sum, overflow) = result.high.addingReportingOverflow(upper.low)
        result.high = sum
        return overflow ? nil : result
    }

    static func < (a: WideMagnitude, b: WideMagnitude) -> Bool {
        a.high == b.high ? a.low < b.low : a.high < b.high
    }

    /// Wraps; the operands of a DECIMAL's sum are below 2^254.
    static func + (a: WideMagnitude, b: WideMagnitude) -> WideMagnitude {
        var result = a
        let (low, carry) = a.low.addingReportingOverflow(b.low)
        result.low = low
        result.high = a.high &+ b.high &+ (carry ? 1 : 0)
        return result
    }

    /// - Precondition: `b` is not larger than `a`.
    static func - (a: WideMagnitude, b: WideMagnitude) -> WideMagnitude {
        var result = a
        let (low, borrow) = a.low.subtractingReportingOverflow(b.low)
        result.low = low
        result.high = a.high &- b.high &- (borrow ? 1 : 0)
        return result
    }

    /// Halves upwards; nil if the quotient has more than 127 bits.
    ///
    /// - Parameter divisor: Above 0.
    func roundedQuotient(by divisor: UInt128) -> UInt128? {
        guard high < divisor else { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth((high, low))
        guard quotient < 1 << 127 else { return nil }
        return remainder >= divisor - remainder ? quotient + 1 : quotient
    }

    /// - Parameter divisor: Above 0.
    func remainder(by divisor: UInt128) -> UInt128 {
        divisor.dividingFullWidth((high % divisor, low)).remainder
    }
}
