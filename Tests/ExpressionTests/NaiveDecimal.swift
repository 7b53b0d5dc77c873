import StreamCore

@testable import Expression

/// A whole number of any size, digit by digit as on paper: the twin of DECIMAL's arithmetic.
struct PaperNumber: Equatable {
    var isNegative = false
    /// The last digit first; empty for 0.
    var digits: [Int] = []

    init(_ value: Int128) {
        isNegative = value < 0
        digits = String(value.magnitude).reversed().map { Int(String($0))! }
        trim()
    }

    private init(_ digits: [Int], isNegative: Bool) {
        self.digits = digits
        self.isNegative = isNegative
        trim()
    }

    private mutating func trim() {
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { isNegative = false }
    }

    var value: Int128? {
        let text = digits.reversed().map(String.init).joined()
        guard digits.count <= 38, let value = Int128(text.isEmpty ? "0" : text) else { return nil }
        return isNegative ? -value : value
    }

    var magnitude: PaperNumber { PaperNumber(digits, isNegative: false) }
    var negated: PaperNumber { PaperNumber(digits, isNegative: !isNegative) }

    func shifted(_ zeros: Int) -> PaperNumber {
        PaperNumber(Array(repeating: 0, count: zeros) + digits, isNegative: isNegative)
    }

    /// Of magnitudes.
    static func isBelow(_ a: [Int], _ b: [Int]) -> Bool {
        if a.count != b.count { return a.count < b.count }
        return a.reversed().lexicographicallyPrecedes(b.reversed())
    }

    static func + (a: PaperNumber, b: PaperNumber) -> PaperNumber {
        guard a.isNegative == b.isNegative else {
            if isBelow(a.digits, b.digits) { return b + a }
            var result = a.digits
            for index in result.indices {
                result[index] -= index < b.digits.count ? b.digits[index] : 0
                if result[index] < 0 {
                    result[index] += 10
                    result[index + 1] -= 1
                }
            }
            return PaperNumber(result, isNegative: a.isNegative)
        }
        var result: [Int] = []
        var carry = 0
        for index in 0..<max(a.digits.count, b.digits.count) + 1 {
            let sum =
                carry + (index < a.digits.count ? a.digits[index] : 0)
                + (index < b.digits.count ? b.digits[index] : 0)
            result.append(sum % 10)
            carry = sum / 10
        }
        return PaperNumber(result, isNegative: a.isNegative)
    }

    static func * (a: PaperNumber, b: PaperNumber) -> PaperNumber {
        var result = Array(repeating: 0, count: a.digits.count + b.digits.count + 1)
        for (i, x) in a.digits.enumerated() {
            for (j, y) in b.digits.enumerated() {
                result[i + j] += x * y
                result[i + j + 1] += result[i + j] / 10
                result[i + j] %= 10
            }
        }
        for index in result.indices.dropLast() {
            result[index + 1] += result[index] / 10
            result[index] %= 10
        }
        return PaperNumber(result, isNegative: a.isNegative != b.isNegative)
    }

    /// Toward zero; the remainder has the sign of the dividend.
    func divided(by other: PaperNumber) -> (quotient: PaperNumber, remainder: PaperNumber) {
        var quotient: [Int] = []
        var rest = PaperNumber(0)
        for digit in digits.reversed() {
            rest = rest.shifted(1) + PaperNumber(Int128(digit))
            var count = 0
            while !Self.isBelow(rest.digits, other.digits) {
                rest = rest + other.magnitude.negated
                count += 1
            }
            quotient.insert(count, at: 0)
        }
        return (
            PaperNumber(quotient, isNegative: isNegative != other.isNegative),
            PaperNumber(rest.digits, isNegative: isNegative)
        )
    }

    /// Halves away from zero.
    func rounded(by other: PaperNumber) -> PaperNumber {
        let twice = PaperNumber(2)
        let sum = magnitude * twice + other.magnitude
        let quotient = sum.divided(by: other.magnitude * twice).quotient
        return PaperNumber(quotient.digits, isNegative: isNegative != other.isNegative)
    }

    static func power(_ exponent: Int) -> PaperNumber { PaperNumber(1).shifted(exponent) }
}

/// DECIMAL operations of one row, over ``PaperNumber``.
enum NaiveDecimal {
    typealias Failure = NaiveEvaluator.Failure

    /// An exact value of `scale` digits behind the point as one of `type`.
    static func fitted(
        _ value: PaperNumber, scale: Int, _ type: LogicalType, _ code: EvaluationError.Code
    ) throws -> Value {
        guard case .decimal(let precision, let target) = type else { throw Failure(code: code) }
        let rounded =
            target >= scale
            ? value.shifted(target - scale) : value.rounded(by: .power(scale - target))
        guard rounded.digits.count <= precision, let result = rounded.value else {
            throw Failure(code: code)
        }
        return .decimal(result)
    }

    static func arithmetic(
        _ operation: ArithmeticOperator, _ a: Value, _ b: Value, _ left: LogicalType,
        _ right: LogicalType, _ type: LogicalType
    ) throws -> Value {
        guard case .decimal(let x) = a, case .decimal(let y) = b else { return .null }
        let scale = max(left.scale, right.scale)
        let first = PaperNumber(x).shifted(scale - left.scale)
        let second = PaperNumber(y).shifted(scale - right.scale)
        if y == 0, operation == .divide || operation == .remainder {
            throw Failure(code: .divisionByZero)
        }
        switch operation {
        case .add: return try fitted(first + second, scale: scale, type, .overflow)
        case .subtract: return try fitted(first + second.negated, scale: scale, type, .overflow)
        case .multiply:
            return try fitted(
                PaperNumber(x) * PaperNumber(y), scale: left.scale + right.scale, type, .overflow)
        case .divide:
            let quotient = first.shifted(type.scale).rounded(by: second)
            return try fitted(quotient, scale: type.scale, type, .overflow)
        case .remainder:
            return try fitted(first.divided(by: second).remainder, scale: scale, type, .overflow)
        }
    }

    static func order(_ a: Value, _ b: Value, _ left: Int, _ right: Int) -> Value {
        guard case .decimal(let x) = a, case .decimal(let y) = b else { return .null }
        let difference =
            PaperNumber(x).shifted(right) + PaperNumber(y).shifted(left).negated
        return .integer(difference.digits.isEmpty ? 0 : difference.isNegative ? -1 : 1)
    }

    static func text(_ value: Int128, scale: Int) -> String {
        var digits = String(value.magnitude)
        while digits.count <= scale { digits = "0" + digits }
        if scale > 0 { digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale)) }
        return (value < 0 ? "-" : "") + digits
    }

    /// A text of digits, a point and an exponent as an exact number of so many digits behind it.
    static func read(_ text: String) -> (value: PaperNumber, scale: Int)? {
        let parts = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
        guard parts.count <= 2, var exponent = parts.count == 2 ? Int(parts[1]) : 0 else {
            return nil
        }
        var mantissa = parts[0]
        let isNegative = mantissa.first == "-"
        if isNegative || mantissa.first == "+" { mantissa.removeFirst() }
        let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        let digits = halves.joined()
        guard halves.count <= 2, !digits.isEmpty, digits.allSatisfy({ "0123456789".contains($0) })
        else { return nil }
        var value = PaperNumber(0)
        for digit in digits { value = value.shifted(1) + PaperNumber(Int128(String(digit))!) }
        if isNegative { value = value.negated }
        let fraction = halves.count == 2 ? halves[1].count : 0
        if exponent > fraction {
            value = value.shifted(exponent - fraction)
            exponent = fraction
        }
        return (value, fraction - exponent)
    }

    /// CAST where DECIMAL is one of the types; nil for what has no value there.
    static func converted(_ x: Value, _ from: LogicalType, _ type: LogicalType) -> Value? {
        switch (x, type) {
        case (.boolean(let x), _):
            return try? fitted(PaperNumber(x ? 1 : 0), scale: 0, type, .badCast)
        case (.integer(let x), _):
            return try? fitted(PaperNumber(Int128(x)), scale: 0, type, .badCast)
        case (.double(let x), _):
            return read("\(x)").flatMap { try? fitted($0.value, scale: $0.scale, type, .badCast) }
        case (.text(let bytes), _):
            var text = String(decoding: bytes, as: UTF8.self)[...]
            while text.first == " " { text.removeFirst() }
            while text.last == " " { text.removeLast() }
            return read(String(text)).flatMap {
                try? fitted($0.value, scale: $0.scale, type, .badCast)
            }
        case (.decimal(let x), .decimal):
            return try? fitted(PaperNumber(x), scale: from.scale, type, .badCast)
        case (.decimal(let x), .string): return .text(text(x, scale: from.scale))
        case (.decimal(let x), .double): return .double(Double(text(x, scale: from.scale))!)
        case (.decimal(let x), .int):
            let whole = PaperNumber(x).divided(by: .power(from.scale)).quotient.value
            return whole.flatMap { Int32(exactly: $0) }.map { .integer(Int64($0)) }
        case (.decimal(let x), .bigint):
            let whole = PaperNumber(x).divided(by: .power(from.scale)).quotient.value
            return whole.flatMap { Int64(exactly: $0) }.map { .integer($0) }
        default: return nil
        }
    }

    /// ROUND, TRUNCATE, FLOOR and CEIL.
    static func rounded(
        _ x: Value, _ mode: RoundingMode, _ digits: Int, _ from: LogicalType, _ type: LogicalType
    ) throws -> Value {
        var number = PaperNumber(0)
        var scale = 0
        switch x {
        case .decimal(let value): (number, scale) = (PaperNumber(value), from.scale)
        case .integer(let value): number = PaperNumber(Int128(value))
        case .double(let value):
            if digits >= 0, value == value.rounded(.towardZero) { return .double(value + 0) }
            guard let read = read("\(value)") else { return .null }
            (number, scale) = read
        default: return .null
        }
        if scale < 0 { (number, scale) = (number.shifted(-scale), 0) }
        if digits < scale {
            let unit = PaperNumber.power(scale - digits)
            let (quotient, rest) = number.divided(by: unit)
            let one = PaperNumber(1)
            switch mode {
            case .halfUp: number = number.rounded(by: unit)
            case .down: number = quotient
            case .floor: number = rest.isNegative ? quotient + one.negated : quotient
            case .ceiling:
                number = rest.isNegative || rest.digits.isEmpty ? quotient : quotient + one
            }
            if digits < 0 { (number, scale) = (number.shifted(-digits), 0) } else { scale = digits }
        }
        switch type {
        case .decimal: return try fitted(number, scale: scale, type, .overflow)
        case .double:
            let sign = number.isNegative ? "-" : ""
            let text = number.digits.reversed().map(String.init).joined()
            let value = Double("\(sign)\(text.isEmpty ? "0" : text)e\(-scale)")!
            guard value.isFinite else { throw Failure(code: .overflow) }
            return .double(value)
        default:
            guard let value = number.value.flatMap({ Int64(exactly: $0) }),
                type != .int || Int32(exactly: value) != nil
            else { throw Failure(code: .overflow) }
            return .integer(value)
        }
    }
}
