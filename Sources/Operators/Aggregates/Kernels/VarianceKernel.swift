internal import StreamAPI
internal import StreamCore

/// A number that STDDEV and VAR take.
protocol Measurable: BitwiseCopyable {
    var measure: Double { get }
}

extension Int64: Measurable {
    @inline(__always)
    var measure: Double { Double(self) }
}
extension Double: Measurable {
    @inline(__always)
    var measure: Double { self }
}
extension Int128: Measurable {
    @inline(__always)
    var measure: Double { Double(self) }
}

/// VAR and STDDEV: the count, the mean, and the sum of the squared distances from the mean.
///
/// Flink computes `(SUM(x * x) - SUM(x) * SUM(x) / COUNT(x)) / COUNT(x)`, which for values far from
/// zero subtracts two numbers that are nearly equal; a variance may come out negative. This is the
/// same in exact arithmetic.
///
/// - Source: Welford, "Note on a method for calculating corrected sums of squares and products", 1962;
///   for ``merge(_:isLater:into:)`` Chan, Golub, LeVeque, "Updating formulae and a pairwise
///   algorithm for computing sample variances", 1979.
struct VarianceKernel<Input: Measurable>: AccumulatorKernel {
    static var hasValueOnceAdded: Bool { false }

    let word: Int
    /// What a DECIMAL's unscaled value is divided by; 1 for other types.
    let divisor: Double
    /// Divides by the count less one.
    let isSample: Bool
    /// STDDEV.
    let isRoot: Bool

    @inline(__always)
    func add(_ input: Input, to words: StateSlot) {
        let value = input.measure / divisor
        words[word] &+= 1
        let mean = Double.load(words + word + 1)
        let distance = value - mean
        let moved = mean + distance / Double(words[word])
        moved.store(words + word + 1)
        (Double.load(words + word + 2) + distance * (value - moved)).store(words + word + 2)
    }

    @inline(__always)
    func hasValue(_ words: StateSlot) -> Bool { words[word] > (isSample ? 1 : 0) }

    @inline(__always)
    func value(_ words: StateSlot) -> Double {
        let count = Double(words[word]) - (isSample ? 1 : 0)
        let variance = Double.load(words + word + 2) / count
        return isRoot ? variance.squareRoot() : variance
    }

    func merge(_ other: StateSlot, isLater: Bool, into words: StateSlot) {
        guard other[word] > 0 else { return }
        let (own, added) = (Double(words[word]), Double(other[word]))
        let total = own + added
        let mean = Double.load(words + word + 1)
        let distance = Double.load(other + word + 1) - mean
        words[word] &+= other[word]
        (mean + distance * added / total).store(words + word + 1)
        let squares = Double.load(words + word + 2) + Double.load(other + word + 2)
        (squares + distance * distance * own * added / total).store(words + word + 2)
    }
}
