internal import Expression
internal import StreamCore

/// What one aggregate call keeps for a key, and where in the key's words.
///
/// | function | words |
/// | --- | --- |
/// | COUNT | the count |
/// | SUM | the sum, and a flag |
/// | MIN, MAX, FIRST_VALUE, LAST_VALUE | the value and a flag, or a word that owns bytes |
/// | AVG | the sum, the count |
/// | VAR, STDDEV | the count, the mean, the sum of squared distances from it |
/// | LISTAGG, ARRAY_AGG | a word that owns the text; of an array without its brackets |
/// | DISTINCT | behind those, a word that owns the set of values: ``DistinctSet`` |
///
/// A value is an i64, the bits of a double, 0 or 1, or the low and the high word of a DECIMAL. A
/// flag is one bit of a word that 64 calls share; it is 1 once a value that is not NULL came.
struct Accumulator: Sendable {
    enum Kind: Sendable {
        case count
        case sum, average
        case least, greatest, first, last
        case variance(isSample: Bool, isRoot: Bool)
        /// An array is a list of JSON texts, in brackets.
        case list(separator: [UInt8], isArray: Bool)
    }

    /// Bytes that one call keeps for one key, at most: the text of LISTAGG, or the set of values of
    /// DISTINCT.
    static let valueByteCountMax = 1 << 20

    let kind: Kind
    /// The argument's; for `COUNT(*)` anything.
    let type: LogicalType
    /// Its layout; for `COUNT(*)` anything.
    let input: PhysicalType
    let word: Int
    let flag: ValueFlag
    /// Of DISTINCT: the word that owns the set.
    let setWord: Int?
    /// Of DECIMAL: ten to the power of the argument's scale.
    let divisor: Double
    /// Of AVG of DECIMAL: ten to the power of the result's scale less the argument's.
    let factor: Int128

    /// Whether a value may be one too many, or too large, for what is kept.
    var canFail: Bool {
        switch kind {
        case .sum, .average: input != .float64 || setWord != nil
        case .list: true
        default: setWord != nil
        }
    }
}

/// Hands out words to accumulators, in the order of the calls.
struct AccumulatorLayout {
    private(set) var wordCount = 0
    private(set) var bytesWords: [Int] = []
    private var flagWord = -1
    private var flagCount = 64

    mutating func accumulator(for call: AggregateCall) -> Accumulator {
        let kind = Accumulator.Kind(call)
        let type = call.argument?.type ?? .bigint
        let input = type.physical
        let word = takeWords(kind, input)
        let flag = takeFlag(kind, input)
        var setWord: Int?
        if call.isDistinct { setWord = takeBytesWord() }
        return Accumulator(
            kind: kind, type: type, input: input, word: word, flag: flag, setWord: setWord,
            divisor: Double(AccumulatorLayout.power(call.argument?.type.scale ?? 0)),
            factor: AccumulatorLayout.power(
                (call.type.scale ?? 0) - (call.argument?.type.scale ?? 0)))
    }

    private mutating func takeWords(_ kind: Accumulator.Kind, _ input: PhysicalType) -> Int {
        let word = wordCount
        let width = input == .int128 ? 2 : 1
        switch kind {
        case .count: wordCount += 1
        case .average: wordCount += width + 1
        case .variance: wordCount += 3
        case .list: return takeBytesWord()
        case .sum: wordCount += width
        case .least, .greatest, .first, .last:
            guard input != .slice else { return takeBytesWord() }
            wordCount += width
        }
        return word
    }

    private mutating func takeBytesWord() -> Int {
        bytesWords.append(wordCount)
        wordCount += 1
        return wordCount - 1
    }

    private mutating func takeFlag(_ kind: Accumulator.Kind, _ input: PhysicalType) -> ValueFlag {
        switch kind {
        case .sum: break
        case .least, .greatest, .first, .last: if input == .slice { return ValueFlag.none }
        case .count, .average, .variance, .list: return ValueFlag.none
        }
        if flagCount == 64 {
            flagWord = wordCount
            wordCount += 1
            flagCount = 0
        }
        defer { flagCount += 1 }
        return ValueFlag(word: flagWord, bit: 1 << UInt64(flagCount))
    }

    private static func power(_ exponent: Int) -> Int128 {
        (0..<max(0, exponent)).reduce(1) { power, _ in power * 10 }
    }
}

extension ValueFlag {
    static let none = ValueFlag(word: 0, bit: 0)
}

extension LogicalType {
    /// Of a DECIMAL.
    var scale: Int? {
        if case .decimal(_, let scale) = self { scale } else { nil }
    }
}

extension Accumulator.Kind {
    init(_ call: AggregateCall) {
        self =
            switch call.function {
            case .count: .count
            case .sum: .sum
            case .avg: .average
            case .min: .least
            case .max: .greatest
            case .firstValue: .first
            case .lastValue: .last
            case .listAgg: .list(separator: call.separator, isArray: false)
            case .arrayAgg: .list(separator: [UInt8(ascii: ",")], isArray: true)
            case .varPop: .variance(isSample: false, isRoot: false)
            case .varSamp: .variance(isSample: true, isRoot: false)
            case .stddevPop: .variance(isSample: false, isRoot: true)
            case .stddevSamp: .variance(isSample: true, isRoot: true)
            }
    }
}
