internal import Expression
internal import StreamCore

/// What one aggregate call keeps for a key, and where in the key's words.
///
/// | function | words |
/// | --- | --- |
/// | COUNT | the count |
/// | SUM | the sum (i64, or the bits of a double), and a flag |
/// | MIN, MAX | the value (i64, the bits of a double, 0 or 1, or a word that owns bytes), and a flag |
/// | AVG | the sum, the count |
///
/// A flag is one bit of a word that 64 calls share; it is 1 once a value that is not NULL came.
struct Accumulator: Sendable {
    enum Kind: Sendable {
        case countRows, countValues
        case sumIntegers, sumDoubles
        case averageIntegers, averageDoubles
        case leastInteger, greatestInteger
        case leastDouble, greatestDouble
        case leastBoolean, greatestBoolean
        case leastBytes, greatestBytes
    }

    let kind: Kind
    let word: Int
    let flagWord: Int
    let flag: UInt64
    /// The argument's, as the result of MIN, MAX and AVG has it.
    let type: LogicalType

    /// Whether a value may overflow the accumulator.
    var canOverflow: Bool { kind == .sumIntegers || kind == .averageIntegers }
}

/// Hands out words to accumulators, in the order of the calls.
struct AccumulatorLayout {
    private(set) var wordCount = 0
    private(set) var bytesWords: [Int] = []
    private var flagWord = -1
    private var flagCount = 64

    mutating func accumulator(for call: AggregateCall) -> Accumulator {
        let kind = Accumulator.Kind(call)
        let word = wordCount
        var flag: (word: Int, bit: UInt64) = (0, 0)
        switch kind {
        case .countRows, .countValues: wordCount += 1
        case .averageIntegers, .averageDoubles: wordCount += 2
        case .leastBytes, .greatestBytes:
            bytesWords.append(word)
            wordCount += 1
        default:
            wordCount += 1
            flag = takeFlag()
        }
        return Accumulator(
            kind: kind, word: word, flagWord: flag.word, flag: flag.bit, type: call.type)
    }

    private mutating func takeFlag() -> (word: Int, bit: UInt64) {
        if flagCount == 64 {
            flagWord = wordCount
            wordCount += 1
            flagCount = 0
        }
        defer { flagCount += 1 }
        return (flagWord, 1 << UInt64(flagCount))
    }
}

extension Accumulator.Kind {
    init(_ call: AggregateCall) {
        let argument = call.argument?.type.physical
        switch call.function {
        case .count: self = argument == nil ? .countRows : .countValues
        case .sum: self = argument == .float64 ? .sumDoubles : .sumIntegers
        case .avg: self = argument == .float64 ? .averageDoubles : .averageIntegers
        case .min: self = .least(argument ?? .int64)
        case .max: self = .greatest(argument ?? .int64)
        }
    }

    private static func least(_ physical: PhysicalType) -> Self {
        switch physical {
        case .int64: .leastInteger
        case .float64: .leastDouble
        case .bool8: .leastBoolean
        case .slice: .leastBytes
        case .int128: preconditionFailure("MIN of DECIMAL has no accumulator yet")
        }
    }

    private static func greatest(_ physical: PhysicalType) -> Self {
        switch physical {
        case .int64: .greatestInteger
        case .float64: .greatestDouble
        case .bool8: .greatestBoolean
        case .slice: .greatestBytes
        case .int128: preconditionFailure("MAX of DECIMAL has no accumulator yet")
        }
    }
}
