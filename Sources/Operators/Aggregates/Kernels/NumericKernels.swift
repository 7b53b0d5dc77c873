internal import StreamAPI
internal import StreamCore

/// COUNT: one word, a new key's 0.
struct CountKernel: AccumulatorKernel {
    /// Whatever the argument holds: only whether it counts is asked.
    struct Input {}
    let word: Int

    @inline(__always)
    func add(_ input: Input, to words: StateSlot) { words[word] &+= 1 }
    @inline(__always)
    func hasValue(_ words: StateSlot) -> Bool { true }
    @inline(__always)
    func value(_ words: StateSlot) -> Int64 { Int64(bitPattern: words[word]) }
    func merge(_ other: StateSlot, isLater: Bool, into words: StateSlot) {
        words[word] &+= other[word]
    }
}

/// What SUM and AVG add up. Sums do not overflow: ``Accumulator/isSafe(_:)`` has made sure.
protocol Summable: StateValue {
    static func plus(_ a: Self, _ b: Self) -> Self
}

extension Int64: Summable {
    @inline(__always)
    static func plus(_ a: Int64, _ b: Int64) -> Int64 { a &+ b }
}
extension Double: Summable {
    @inline(__always)
    static func plus(_ a: Double, _ b: Double) -> Double { a + b }
}
extension Int128: Summable {
    @inline(__always)
    static func plus(_ a: Int128, _ b: Int128) -> Int128 { a &+ b }
}

struct SumKernel<Value: Summable>: AccumulatorKernel {
    typealias Input = Value
    let word: Int
    let flag: ValueFlag

    @inline(__always)
    func add(_ input: Value, to words: StateSlot) {
        Value.plus(Value.load(words + word), input).store(words + word)
        flag.set(words)
    }
    @inline(__always)
    func hasValue(_ words: StateSlot) -> Bool { flag.isSet(words) }
    @inline(__always)
    func value(_ words: StateSlot) -> Value { Value.load(words + word) }
    func merge(_ other: StateSlot, isLater: Bool, into words: StateSlot) {
        guard flag.isSet(other) else { return }
        add(value(other), to: words)
    }
}

/// What AVG makes of a sum and a count.
protocol Averageable: Summable {
    /// - Parameters:
    ///   - count: At least 1.
    ///   - factor: Of a DECIMAL: ten to the power of the result's scale less the sum's.
    static func mean(_ sum: Self, _ count: Int64, factor: Int128) -> Self
}

extension Int64: Averageable {
    /// Truncates towards zero, as Flink does for AVG of integers.
    @inline(__always)
    static func mean(_ sum: Int64, _ count: Int64, factor: Int128) -> Int64 { sum / count }
}
extension Double: Averageable {
    @inline(__always)
    static func mean(_ sum: Double, _ count: Int64, factor: Int128) -> Double {
        sum / Double(count)
    }
}
extension Int128: Averageable {
    /// Rounds half up, away from zero. The remainder is below 2^63 and the factor at most 10^6, so
    /// nothing but the quotient can leave the type, and ``Accumulator`` has made sure that it does not.
    static func mean(_ sum: Int128, _ count: Int64, factor: Int128) -> Int128 {
        let divisor = UInt128(count)
        let (quotient, rest) = sum.magnitude.quotientAndRemainder(dividingBy: divisor)
        let scale = UInt128(factor.magnitude)
        let (fraction, last) = (rest &* scale).quotientAndRemainder(dividingBy: divisor)
        let magnitude = quotient &* scale &+ fraction &+ (last &* 2 >= divisor ? 1 : 0)
        let result = Int128(truncatingIfNeeded: magnitude)
        return sum < 0 ? 0 &- result : result
    }
}

/// AVG: the sum, and behind it the count, which says what a flag would.
struct AverageKernel<Value: Averageable>: AccumulatorKernel {
    typealias Input = Value
    let word: Int
    let factor: Int128

    private var countWord: Int { word &+ Value.wordCount }

    @inline(__always)
    func add(_ input: Value, to words: StateSlot) {
        Value.plus(Value.load(words + word), input).store(words + word)
        words[countWord] &+= 1
    }
    @inline(__always)
    func hasValue(_ words: StateSlot) -> Bool { words[countWord] != 0 }
    @inline(__always)
    func value(_ words: StateSlot) -> Value {
        // A count that a forged snapshot made 0 or negative must not trap.
        let count = max(1, Int64(bitPattern: words[countWord]))
        return Value.mean(Value.load(words + word), count, factor: factor)
    }
    func merge(_ other: StateSlot, isLater: Bool, into words: StateSlot) {
        Value.plus(Value.load(words + word), Value.load(other + word)).store(words + word)
        words[countWord] &+= other[countWord]
    }
}
