internal import StreamCore

/// The functions that give another value when a record is read again.
enum VolatileFunction: Hashable, Sendable {
    case now, localTimestamp, today, unixTime
    /// A DOUBLE from 0 up to 1. Seeded: the sequence of Java's `Random`, from its beginning at
    /// every start of the job.
    case random(isSeeded: Bool)
    /// The last argument is the bound; seeded, the first is the seed.
    case randomInteger(isSeeded: Bool)
    case uuid
}

extension VolatileFunction {
    func kernel(_ arguments: [Kernel], _ type: LogicalType) -> Kernel {
        switch self {
        case .now, .localTimestamp, .today, .unixTime: ClockKernel(self, type)
        case .uuid: UUIDKernel(type)
        case .random(let isSeeded): RandomKernel(arguments, type, isSeeded: isSeeded)
        case .randomInteger(let isSeeded):
            RandomIntegerKernel(arguments, type, isSeeded: isSeeded)
        }
    }
}

/// The time of the batch, for each of its rows.
private final class ClockKernel: Kernel {
    private let function: VolatileFunction

    init(_ function: VolatileFunction, _ type: LogicalType) {
        self.function = function
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let output = result(frame)
        output.hasNulls = false
        let milliseconds = frame.now
        let value: Int64 =
            switch function {
            case .unixTime: Self.quotient(milliseconds, 1_000)
            // Local times are casts of the instant.
            default: milliseconds
            }
        let target = output.integers
        rows.forEach { target[$0] = value }
        return output
    }

    /// Rounded down.
    private static func quotient(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

/// UUID: version 4 of RFC 9562, in lower case.
private final class UUIDKernel: Kernel {
    private let words = RandomWords()

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let output = result(frame)
        output.hasNulls = false
        let (target, arena, environment) = (output.slices, frame.arena, frame.environment)
        rows.forEach { row in
            let high = words.word(environment) & ~0xF000 | 0x4000
            let low = words.word(environment) & ~(0b11 << 62) | 0b10 << 62
            let text = arena.allocate(36)
            Self.write(high, low, at: text)
            target[row] = ByteSlice(base: UnsafePointer(text), count: 36)
        }
        return output
    }

    private static func write(
        _ high: UInt64, _ low: UInt64, at text: UnsafeMutablePointer<UInt8>
    ) {
        var end = 0
        for digit in 0..<32 {
            if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                text[end] = UInt8(ascii: "-")
                end &+= 1
            }
            let word = digit < 16 ? high : low
            let shift = UInt64(60 &- 4 &* (digit & 15))
            text[end] = HexDigits.lower.utf8Start[Int(word >> shift & 15)]
            end &+= 1
        }
    }
}

/// Java's `Random`: 48 bits, linear congruential; Flink's seeded functions are made of it.
struct JavaRandom {
    private var state: UInt64

    init(seed: Int64) {
        state = (UInt64(bitPattern: seed) ^ 0x5_DEEC_E66D) & (1 << 48 - 1)
    }

    private mutating func next(bits: UInt64) -> Int32 {
        state = (state &* 0x5_DEEC_E66D &+ 0xB) & (1 << 48 - 1)
        return Int32(truncatingIfNeeded: state >> (48 - bits))
    }

    mutating func double() -> Double {
        let high = Int64(next(bits: 26)) << 27
        return Double(high + Int64(next(bits: 27))) * 0x1p-53
    }

    /// - Parameter bound: At least 1.
    mutating func integer(below bound: Int32) -> Int32 {
        var bits = next(bits: 31)
        if bound & (bound &- 1) == 0 {
            return Int32(truncatingIfNeeded: Int64(bound) &* Int64(bits) >> 31)
        }
        var value = bits % bound
        // Bits of an incomplete last round are not used; at worst every second draw.
        while bits &- value &+ (bound &- 1) < 0 {
            bits = next(bits: 31)
            value = bits % bound
        }
        return value
    }
}

/// RAND.
private final class RandomKernel: Kernel {
    private let words = RandomWords()
    private var seeded: JavaRandom?

    init(_ operands: [Kernel], _ type: LogicalType, isSeeded: Bool) {
        seeded = isSeeded ? SeedOf.constant(operands[0]) : nil
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let output = result(frame)
        output.hasNulls = false
        let (target, environment) = (output.doubles, frame.environment)
        if var generator = seeded {
            rows.forEach { target[$0] = generator.double() }
            seeded = generator
        } else {
            rows.forEach { target[$0] = Double(words.word(environment) >> 11) * 0x1p-53 }
        }
        return output
    }
}

/// RAND_INTEGER; a bound below 1 is an error of the row.
private final class RandomIntegerKernel: Kernel {
    private let bound: Kernel
    private let words = RandomWords()
    private var seeded: JavaRandom?

    init(_ operands: [Kernel], _ type: LogicalType, isSeeded: Bool) {
        bound = operands[operands.count - 1]
        seeded = isSeeded ? SeedOf.constant(operands[0]) : nil
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try bound.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        let (bounds, target, environment) = (x.integers, output.integers, frame.environment)
        let failed = failedRows(rows, in: output) { bounds[$0] < 1 }
        if let first = failed.first {
            throw EvaluationError(
                .badArgument, failedRows: failed,
                message: "RAND_INTEGER takes a bound above 0, not \(bounds[Int(first)])")
        }
        if var generator = seeded {
            rows.forEachValid(in: output) { row in
                let bound = Int32(truncatingIfNeeded: bounds[row])
                target[row] = Int64(generator.integer(below: bound))
            }
            seeded = generator
        } else {
            rows.forEachValid(in: output) { row in
                // Multiply-shift: off by less than one in 2^32.
                let product = words.word(environment).multipliedFullWidth(
                    by: UInt64(bitPattern: bounds[row]))
                target[row] = Int64(bitPattern: product.high)
            }
        }
        return output
    }
}

/// The seed of a call, which the checker has seen to be a constant.
private enum SeedOf {
    static func constant(_ kernel: Kernel) -> JavaRandom? {
        guard let kernel = kernel as? ConstantKernel, case .integer(let seed) = kernel.value else {
            return nil
        }
        return JavaRandom(seed: seed)
    }
}
