internal import StreamAPI
internal import StreamCore

/// A value of fixed width as it lies in a key's words.
protocol StateValue: BitwiseCopyable {
    static var wordCount: Int { get }
    static func load(_ words: UnsafePointer<UInt64>) -> Self
    func store(_ words: UnsafeMutablePointer<UInt64>)
    /// SQL's order; NaN is the greatest DOUBLE, as in Java's `Double.compare`.
    static func precedes(_ a: Self, _ b: Self) -> Bool
}

extension Int64: StateValue {
    static var wordCount: Int { 1 }
    @inline(__always)
    static func load(_ words: UnsafePointer<UInt64>) -> Int64 { Int64(bitPattern: words[0]) }
    @inline(__always)
    func store(_ words: UnsafeMutablePointer<UInt64>) { words[0] = UInt64(bitPattern: self) }
    @inline(__always)
    static func precedes(_ a: Int64, _ b: Int64) -> Bool { a < b }
}

extension Double: StateValue {
    static var wordCount: Int { 1 }
    @inline(__always)
    static func load(_ words: UnsafePointer<UInt64>) -> Double { Double(bitPattern: words[0]) }
    @inline(__always)
    func store(_ words: UnsafeMutablePointer<UInt64>) { words[0] = bitPattern }
    @inline(__always)
    static func precedes(_ a: Double, _ b: Double) -> Bool { a < b || (b.isNaN && !a.isNaN) }
}

/// A BOOLEAN, 0 or 1.
extension UInt8: StateValue {
    static var wordCount: Int { 1 }
    @inline(__always)
    static func load(_ words: UnsafePointer<UInt64>) -> UInt8 {
        UInt8(truncatingIfNeeded: words[0])
    }
    @inline(__always)
    func store(_ words: UnsafeMutablePointer<UInt64>) { words[0] = UInt64(self & 1) }
    @inline(__always)
    static func precedes(_ a: UInt8, _ b: UInt8) -> Bool { a & 1 < b & 1 }
}

/// An unscaled DECIMAL: the low word, then the high one.
extension Int128: StateValue {
    static var wordCount: Int { 2 }
    @inline(__always)
    static func load(_ words: UnsafePointer<UInt64>) -> Int128 {
        Int128(truncatingIfNeeded: UInt128(words[1]) &<< 64 | UInt128(words[0]))
    }
    @inline(__always)
    func store(_ words: UnsafeMutablePointer<UInt64>) {
        words[0] = UInt64(truncatingIfNeeded: self)
        words[1] = UInt64(truncatingIfNeeded: self &>> 64)
    }
    @inline(__always)
    static func precedes(_ a: Int128, _ b: Int128) -> Bool { a < b }
}
