internal import StreamCore

/// How a function's call is checked and built. Arguments are counted already.
typealias CallRule = @Sendable (inout Checker, CallSite) -> Checker.Checked

/// A call with its arguments checked.
struct CallSite {
    let name: String
    let range: Range<Int>
    let arguments: [(syntax: SyntaxNode, checked: Checker.Checked)]
}

extension Checker {
    mutating func checkCall(
        _ name: String, _ nameRange: Range<Int>, _ arguments: [SyntaxNode], isStar: Bool,
        _ range: Range<Int>
    ) -> Checked {
        guard let definition = FunctionRegistry.find(name) else {
            reportUnknownFunction(name, nameRange)
            for argument in arguments { _ = check(argument) }
            return .invalid
        }
        switch definition.kind {
        case .aggregate(let function):
            return checkAggregate(function, nameRange, arguments, isStar: isStar, range)
        case .scalar(let count, let rule):
            let checked = arguments.map { (syntax: $0, checked: check($0)) }
            guard !isStar, (count.minimum...count.maximum).contains(arguments.count) else {
                report(
                    .wrongArgumentCount,
                    "\(name) takes \(count.text), not \(isStar ? "*" : String(arguments.count))",
                    range, help: definition.syntax.joined(separator: " or "))
                return .invalid
            }
            for argument in checked { if case .invalid = argument.checked { return .invalid } }
            return rule(&self, CallSite(name: name, range: range, arguments: checked))
        case .syntax:
            report(
                .syntax, "\(name) is not called with arguments", nameRange,
                help: definition.syntax.joined(separator: " or "))
            return .invalid
        }
    }

    private mutating func reportUnknownFunction(_ name: String, _ range: Range<Int>) {
        if NotBuilt.names.contains(name) {
            report(.notBuilt, "\(name) is not built yet", range)
        } else {
            report(
                .unknownFunction, "there is no function \(name)", range,
                help: Spelling.didYouMean(name, among: FunctionRegistry.callableNames))
        }
    }

    // MARK: Aggregates

    private mutating func checkAggregate(
        _ function: AggregateFunction, _ nameRange: Range<Int>, _ arguments: [SyntaxNode],
        isStar: Bool, _ range: Range<Int>
    ) -> Checked {
        guard let keys else {
            report(
                .misplacedAggregate,
                "\(function.rawValue) is an aggregate; rows are not grouped here",
                nameRange, help: "it belongs into the `select` of an aggregate")
            return .invalid
        }
        guard !isInsideAggregate else {
            report(
                .misplacedAggregate, "\(function.rawValue) stands inside another aggregate",
                nameRange, help: "use two aggregates, one after the other")
            return .invalid
        }
        guard isStar ? function == .count : arguments.count == 1 else {
            report(
                .wrongArgumentCount, "\(function.rawValue) takes one argument", range,
                help: function == .count ? "COUNT(*) or COUNT(x)" : "\(function.rawValue)(x)")
            return .invalid
        }
        guard let call = isStar ? countAll(range) : aggregate(function, arguments[0], range) else {
            return .invalid
        }
        aggregateCalls.append(call)
        let index = keys.count + aggregateCalls.count - 1
        return .value(column(index, call.type, isNullable: call.isNullable, range))
    }

    private func countAll(_ range: Range<Int>) -> AggregateCall {
        AggregateCall(
            function: .count, argument: nil, type: .bigint, isNullable: false, range: range)
    }

    private mutating func aggregate(
        _ function: AggregateFunction, _ syntax: SyntaxNode, _ range: Range<Int>
    ) -> AggregateCall? {
        isInsideAggregate = true
        let checked = check(syntax)
        isInsideAggregate = false
        if case .null(let range) = checked { reportUntypedNull(range) }
        guard case .value(let argument) = checked else { return nil }
        guard let type = resultType(function, argument.type) else {
            report(
                .wrongOperandType, "\(function.rawValue) does not take \(argument.type)",
                syntax.range, help: castHelp(syntax, argument.type, to: .double))
            return nil
        }
        return AggregateCall(
            function: function, argument: argument, type: type,
            isNullable: function == .count ? false : argument.isNullable, range: range)
    }

    private func resultType(_ function: AggregateFunction, _ type: LogicalType) -> LogicalType? {
        switch function {
        case .count: .bigint
        case .sum: type.isNumeric ? (type == .double ? .double : .bigint) : nil
        // Flink: AVG of an integer type is of that type, truncated.
        case .avg: type.isNumeric ? type : nil
        case .min, .max: type.isComparable && type != .bytes ? type : nil
        }
    }
}

extension ArgumentCount {
    /// `2 arguments`, `1 to 3 arguments`, `at least 1 argument`.
    var text: String {
        if minimum == maximum { return minimum == 1 ? "1 argument" : "\(minimum) arguments" }
        if maximum == Int.max { return "at least \(minimum) argument\(minimum == 1 ? "" : "s")" }
        return "\(minimum) to \(maximum) arguments"
    }
}
