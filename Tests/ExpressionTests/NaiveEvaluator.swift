import StreamCore

@testable import Expression

/// Evaluates a checked expression for one row, in the plainest way: the twin that every kernel is
/// compared with. Works on Swift's own values, knows nothing of columns or selections.
struct NaiveEvaluator {
    struct Failure: Error { let code: EvaluationError.Code }

    let row: [Value]
    var locals: [Int: Value] = [:]

    mutating func value(_ e: TypedExpression) throws -> Value {
        switch e.node {
        case .column(let index): return row[index]
        case .constant(let constant): return Self.value(constant)
        case .local(let slot): return locals[slot]!
        case .bind(let slot, let value, let body):
            locals[slot] = try self.value(value)
            return try self.value(body)
        case .negate(let x): return try negate(value(x), e.type)
        case .arithmetic(let operation, let a, let b):
            let (x, y) = (try value(a), try value(b))
            if e.type.isDecimal {
                return try NaiveDecimal.arithmetic(operation, x, y, a.type, b.type, e.type)
            }
            return try arithmetic(operation, x, y, e.type)
        case .compare(let operation, let a, let b):
            let (x, y) = (try value(a), try value(b))
            guard let order = Self.order(x, y) else { return .null }
            return .boolean(Self.holds(operation, order))
        case .distinct(let a, let b, let isNegated):
            let (x, y) = (try value(a), try value(b))
            let isDistinct = Self.order(x, y).map { $0 != 0 } ?? ((x == .null) != (y == .null))
            return .boolean(isDistinct != isNegated)
        case .not(let x): return Self.not(try value(x))
        case .logical(let operation, let operands): return try logical(operation, operands)
        case .test(let x, let test, let isNegated):
            let value = try value(x)
            let wanted: Value = test == .isTrue ? true : test == .isFalse ? false : .null
            return .boolean((value == wanted) != isNegated)
        case .inConstants(let x, let constants, let hasNull):
            let value = try value(x)
            if value == .null { return .null }
            if constants.contains(where: { Self.order(Self.value($0), value) == 0 }) { return true }
            return hasNull ? .null : false
        case .like(let x, let pattern): return Self.like(try value(x), pattern.units)
        case .likeDynamic(let x, let pattern, let escape):
            guard case .text(let text) = try value(x) else {
                _ = try value(pattern)
                return .null
            }
            guard case .text(let bytes) = try value(pattern) else { return .null }
            guard let compiled = LikePattern(bytes, escape: escape) else {
                throw Failure(code: .badPattern)
            }
            return Self.like(.text(text), compiled.units)
        case .branch(let branches, let otherwise):
            for branch in branches where try value(branch.condition) == true {
                return try value(branch.result)
            }
            return try value(otherwise)
        case .coalesce(let operands):
            for operand in operands {
                let value = try value(operand)
                if value != .null { return value }
            }
            return .null
        case .cast(let x, let isTry): return try cast(value(x), x.type, e.type, isTry)
        case .call(let function, let arguments):
            var values: [Value] = []
            for argument in arguments { values.append(try value(argument)) }
            return try self.call(function, values, arguments, e.type)
        }
    }

    private func call(
        _ function: ScalarKernel, _ values: [Value], _ arguments: [TypedExpression],
        _ type: LogicalType
    ) throws -> Value {
        if case .row(let call) = function {
            return try NaiveRowCalls.value(call, values, type)
        }
        if let first = arguments.first, case .round(let mode, let digits) = function {
            return try NaiveDecimal.rounded(values[0], mode, digits, first.type, type)
        }
        if case .temporal(let operation) = function {
            return try NaiveTemporal.call(operation, values, arguments.map(\.type), type)
        }
        if function == .decimalOrder {
            let (left, right) = (arguments[0].type.scale, arguments[1].type.scale)
            return NaiveDecimal.order(values[0], values[1], left, right)
        }
        return try call(function, values, type)
    }

    static func value(_ constant: ConstantValue) -> Value {
        switch constant {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .double(let value): .double(value)
        case .decimal(let value): .decimal(value)
        case .bytes(let value): .text(value)
        }
    }

    // MARK: Numbers

    private func checked(_ value: Int64?, _ type: LogicalType) throws -> Value {
        guard let value, type != .int || Int32(exactly: value) != nil else {
            throw Failure(code: .overflow)
        }
        return .integer(value)
    }

    private func negate(_ x: Value, _ type: LogicalType) throws -> Value {
        switch x {
        case .integer(let x):
            let (value, overflow) = Int64(0).subtractingReportingOverflow(x)
            return try checked(overflow ? nil : value, type)
        case .double(let x): return .double(-x)
        case .decimal(let x): return .decimal(-x)
        default: return .null
        }
    }

    private func arithmetic(
        _ operation: ArithmeticOperator, _ a: Value, _ b: Value, _ type: LogicalType
    ) throws -> Value {
        if case .double(let x) = a, case .double(let y) = b {
            if operation == .divide, y == 0 { throw Failure(code: .divisionByZero) }
            let value: Double =
                switch operation {
                case .add: x + y
                case .subtract: x - y
                case .multiply: x * y
                default: x / y
                }
            guard value.isFinite else { throw Failure(code: .overflow) }
            return .double(value)
        }
        guard case .integer(let x) = a, case .integer(let y) = b else { return .null }
        if y == 0, operation == .divide || operation == .remainder {
            throw Failure(code: .divisionByZero)
        }
        // 128 bits hold every exact result.
        let (wideX, wideY) = (Int128(x), Int128(y))
        let exact: Int128 =
            switch operation {
            case .add: wideX + wideY
            case .subtract: wideX - wideY
            case .multiply: wideX * wideY
            case .divide: wideX / wideY
            case .remainder: wideX % wideY
            }
        return try checked(Int64(exactly: exact), type)
    }

    // MARK: Conditions

    /// -1, 0, 1; nil if either is NULL.
    static func order(_ a: Value, _ b: Value) -> Int? {
        switch (a, b) {
        case (.boolean(let x), .boolean(let y)): x == y ? 0 : (y ? -1 : 1)
        case (.integer(let x), .integer(let y)): x == y ? 0 : x < y ? -1 : 1
        case (.double(let x), .double(let y)): x == y ? 0 : x < y ? -1 : 1
        case (.decimal(let x), .decimal(let y)): x == y ? 0 : x < y ? -1 : 1
        case (.text(let x), .text(let y)): x == y ? 0 : x.lexicographicallyPrecedes(y) ? -1 : 1
        default: nil
        }
    }

    static func holds(_ operation: ComparisonOperator, _ order: Int) -> Bool {
        switch operation {
        case .equal: order == 0
        case .notEqual: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }

    static func not(_ x: Value) -> Value {
        if case .boolean(let value) = x { .boolean(!value) } else { .null }
    }

    private mutating func logical(
        _ operation: LogicalOperator, _ operands: [TypedExpression]
    ) throws -> Value {
        let deciding: Value = operation == .and ? false : true
        var sawNull = false
        for operand in operands {
            let value = try value(operand)
            if value == deciding { return deciding }
            if value == .null { sawNull = true }
        }
        return sawNull ? .null : Self.not(deciding)
    }

    static func like(_ text: Value, _ units: [LikePattern.Unit]) -> Value {
        guard case .text(let bytes) = text else { return .null }
        let characters = String(decoding: bytes, as: UTF8.self).unicodeScalars.map {
            Array(String($0).utf8)
        }
        return .boolean(matches(characters[...], units[...]))
    }

    private static func matches(
        _ text: ArraySlice<[UInt8]>, _ units: ArraySlice<LikePattern.Unit>
    ) -> Bool {
        guard let unit = units.first else { return text.isEmpty }
        switch unit {
        case .anyText:
            return (0...text.count).contains { matches(text.dropFirst($0), units.dropFirst()) }
        case .anyCharacter:
            return !text.isEmpty && matches(text.dropFirst(), units.dropFirst())
        case .byte:
            guard let character = text.first else { return false }
            let wanted = character.map { LikePattern.Unit.byte($0) }
            return units.starts(with: wanted)
                && matches(text.dropFirst(), units.dropFirst(wanted.count))
        }
    }

    // MARK: Casts

    private func cast(
        _ x: Value, _ from: LogicalType, _ type: LogicalType, _ isTry: Bool
    ) throws -> Value {
        if x == .null { return .null }
        if let value = Self.converted(x, from, type) { return value }
        if isTry { return .null }
        throw Failure(code: .badCast)
    }

    private static func converted(
        _ x: Value, _ from: LogicalType, _ type: LogicalType
    ) -> Value? {
        if from.isDecimal || type.isDecimal { return NaiveDecimal.converted(x, from, type) }
        return switch (x, type) {
        case (.boolean(let x), .string): .text(x ? "TRUE" : "FALSE")
        case (.boolean(let x), .double): .double(x ? 1 : 0)
        case (.boolean(let x), _): .integer(x ? 1 : 0)
        case (.integer(let x), .boolean): .boolean(x != 0)
        case (.integer(let x), .double): .double(Double(x))
        case (.integer(let x), .string): .text(String(x))
        case (.integer(let x), .int): Int32(exactly: x).map { .integer(Int64($0)) }
        case (.integer, _): x
        case (.double(let x), .boolean): .boolean(x != 0)
        case (.double(let x), .string): .text(javaText(x))
        case (.double(let x), .int):
            Int32(exactly: x.rounded(.towardZero)).map { .integer(Int64($0)) }
        case (.double(let x), _): Int64(exactly: x.rounded(.towardZero)).map { .integer($0) }
        case (.text(let x), _): parsed(String(decoding: x, as: UTF8.self), type)
        case (.decimal, _): nil
        case (.null, _): .null
        }
    }

    private static func parsed(_ text: String, _ type: LogicalType) -> Value? {
        var trimmed = Substring(text)
        while trimmed.first == " " { trimmed.removeFirst() }
        while trimmed.last == " " { trimmed.removeLast() }
        switch type {
        case .boolean:
            let word = trimmed.lowercased()
            if ["t", "true", "y", "yes", "1"].contains(word) { return true }
            return ["f", "false", "n", "no", "0"].contains(word) ? false : nil
        case .double:
            let isPlain = trimmed.allSatisfy { "0123456789+-.eE".contains($0) }
            return isPlain ? Double(trimmed).flatMap { $0.isFinite ? .double($0) : nil } : nil
        case .string, .bytes: return .text(text)
        default:
            let parts = trimmed.split(
                separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard let whole = parts.first,
                parts.dropFirst().allSatisfy({ $0.allSatisfy(\.isNumber) })
            else { return nil }
            let value = Int64(whole)
            guard let value, type != .int || Int32(exactly: value) != nil else { return nil }
            return .integer(value)
        }
    }

    /// Java's form from Swift's: the same shortest digits, laid out otherwise.
    static func javaText(_ x: Double) -> String {
        let magnitude = x.magnitude
        let sign = x.sign == .minus ? "-" : ""
        if magnitude == 0 { return sign + "0.0" }
        let parts = magnitude.description.split(separator: "e")
        var digits = parts[0].filter { $0 != "." }
        let wholeCount =
            (parts[0].firstIndex(of: ".").map {
                parts[0].distance(from: parts[0].startIndex, to: $0)
            } ?? parts[0].count)
        var power = wholeCount + (parts.count > 1 ? Int(parts[1])! : 0)
        while digits.first == "0" {
            digits.removeFirst()
            power -= 1
        }
        while digits.last == "0" { digits.removeLast() }
        if magnitude >= 1e-3 && magnitude < 1e7 {
            let zeros = String(repeating: "0", count: max(0, -power))
            let padded =
                zeros + digits + String(repeating: "0", count: max(0, power - digits.count))
            let whole = power > 0 ? String(padded.prefix(power)) : "0"
            let fraction = power > 0 ? String(padded.dropFirst(power)) : padded
            return sign + whole + "." + (fraction.isEmpty ? "0" : fraction)
        }
        let rest = digits.dropFirst()
        return sign + String(digits.prefix(1)) + "." + (rest.isEmpty ? "0" : String(rest))
            + "E\(power - 1)"
    }

    // MARK: Functions

    private func call(
        _ function: ScalarKernel, _ values: [Value], _ type: LogicalType
    ) throws -> Value {
        if values.contains(.null) { return .null }
        switch (function, values[0]) {
        case (.abs, .integer(let x)):
            return try x < 0 ? negate(values[0], type) : .integer(x)
        case (.abs, .double(let x)): return .double(Swift.abs(x))
        case (.abs, .decimal(let x)): return .decimal(Swift.abs(x))
        case (.sign, .decimal(let x)):
            return try NaiveDecimal.fitted(
                PaperNumber(x.signum()), scale: 0, type, .overflow)
        case (.sign, .integer(let x)): return .integer(x.signum())
        case (.sign, .double(let x)): return .double(x == 0 ? 0 : x > 0 ? 1 : -1)
        case (.floor, .double(let x)): return .double(x.rounded(.down))
        case (.ceil, .double(let x)): return .double(x.rounded(.up))
        case (.greatest, _):
            return values.dropFirst().reduce(values[0]) { Self.order($1, $0)! > 0 ? $1 : $0 }
        case (.least, _):
            return values.dropFirst().reduce(values[0]) { Self.order($1, $0)! < 0 ? $1 : $0 }
        default: return textCall(function, values)
        }
    }

    private func textCall(_ function: ScalarKernel, _ values: [Value]) -> Value {
        var texts: [String.UnicodeScalarView] = []
        var numbers: [Int64] = []
        for value in values {
            if case .text(let bytes) = value {
                texts.append(String(decoding: bytes, as: UTF8.self).unicodeScalars)
            }
            if case .integer(let number) = value { numbers.append(number) }
        }
        let points = Array(texts[0])
        switch function {
        case .lower: return .text(points.map(\.properties.lowercaseMapping).joined())
        case .upper: return .text(points.map(\.properties.uppercaseMapping).joined())
        case .concat: return .text(texts.map { String($0) }.joined())
        case .charLength: return .integer(Int64(points.count))
        case .trim(let side):
            let set = texts.count > 1 ? Array(texts[1]) : [" "]
            var rest = points[...]
            while side != .trailing, let first = rest.first, set.contains(first) {
                rest.removeFirst()
            }
            while side != .leading, let last = rest.last, set.contains(last) { rest.removeLast() }
            return Self.text(rest)
        case .left: return Self.text(points.prefix(Self.count(numbers[0])))
        case .right: return Self.text(points.suffix(Self.count(numbers[0])))
        case .substring: return Self.substring(points, numbers)
        case .position:
            // Arguments in the order of the call: the part, then the text.
            return Self.position(points, Array(texts[1]))
        case .replace: return Self.replace(points, Array(texts[1]), Array(texts[2]))
        default: return .null
        }
    }

    private static func count(_ number: Int64) -> Int { Int(max(0, min(number, 1000))) }

    private static func text(_ points: some Sequence<Unicode.Scalar>) -> Value {
        .text(points.map { String($0) }.joined())
    }

    private static func substring(_ points: [Unicode.Scalar], _ numbers: [Int64]) -> Value {
        let length = numbers.count > 1 ? numbers[1] : Int64.max
        if length < 0 { return .null }
        var start = 0
        if numbers[0] > 0 { start = count(numbers[0] - 1) }
        if numbers[0] < 0 {
            guard numbers[0] >= Int64(-points.count) else { return "" }
            start = points.count + Int(numbers[0])
        }
        return text(points.dropFirst(start).prefix(count(length)))
    }

    private static func position(_ part: [Unicode.Scalar], _ points: [Unicode.Scalar]) -> Value {
        for start in 0...points.count where points.dropFirst(start).starts(with: part) {
            return .integer(Int64(start + 1))
        }
        return 0
    }

    private static func replace(
        _ points: [Unicode.Scalar], _ part: [Unicode.Scalar], _ other: [Unicode.Scalar]
    ) -> Value {
        guard !part.isEmpty else { return text(points) }
        var result: [Unicode.Scalar] = []
        var rest = points[...]
        while let first = rest.first {
            if rest.starts(with: part) {
                result += other
                rest = rest.dropFirst(part.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return text(result)
    }
}
