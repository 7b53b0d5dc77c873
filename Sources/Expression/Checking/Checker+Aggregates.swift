internal import StreamCore

/// `DISTINCT` and `FILTER` of an aggregate call.
struct AggregateQualifiers {
    var isDistinct = false
    /// `IGNORE NULLS`, of ARRAY_AGG.
    var ignoresNulls = false
    var filter: SyntaxNode?
}

/// Calls of aggregate functions.
extension Checker {
    /// `COUNT(DISTINCT x) FILTER (WHERE condition)`: only aggregates have these.
    mutating func checkQualified(
        _ call: SyntaxNode, _ qualifiers: AggregateQualifiers, _ range: Range<Int>
    ) -> Checked {
        guard case .call(let name, let nameRange, let arguments, let isStar) = call.kind else {
            preconditionFailure("the parser qualifies calls only")
        }
        let definition = FunctionRegistry.find(name)
        guard let definition, case .aggregate(let function) = definition.kind else {
            guard definition != nil else { return check(call) }
            report(
                .misplacedAggregate,
                "\(name) is no aggregate: it takes neither ALL, DISTINCT nor FILTER",
                nameRange)
            return .invalid
        }
        return checkAggregate(
            function, nameRange, arguments, isStar: isStar, range, qualifiers)
    }

    mutating func checkAggregate(
        _ function: AggregateFunction, _ nameRange: Range<Int>, _ arguments: [SyntaxNode],
        isStar: Bool, _ range: Range<Int>, _ qualifiers: AggregateQualifiers = .init()
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
        guard hasArguments(function, arguments.count, isStar, qualifiers, range) else {
            return .invalid
        }
        guard !qualifiers.ignoresNulls || function == .arrayAgg else {
            report(
                .misplacedAggregate,
                "\(function.rawValue) ignores NULLs by itself: IGNORE NULLS is for ARRAY_AGG", range
            )
            return .invalid
        }
        isInsideAggregate = true
        let call = aggregateCall(function, isStar ? [] : arguments, qualifiers, range)
        isInsideAggregate = false
        guard let call else { return .invalid }
        aggregateCalls.append(call)
        let index = keys.count + aggregateCalls.count - 1
        return .value(column(index, call.type, isNullable: call.isNullable, range))
    }

    private mutating func hasArguments(
        _ function: AggregateFunction, _ count: Int, _ isStar: Bool,
        _ qualifiers: AggregateQualifiers, _ range: Range<Int>
    ) -> Bool {
        let most = function == .listAgg ? 2 : 1
        let isGood = isStar ? function == .count : (1...most).contains(count)
        if isGood, !(isStar && qualifiers.isDistinct) { return true }
        report(
            .wrongArgumentCount,
            "\(function.rawValue) takes \(most == 1 ? "one argument" : "one or two arguments")",
            range,
            help: FunctionRegistry.find(function.rawValue)?.syntax.joined(separator: " or "))
        return false
    }

    /// Names are those of the input here.
    private mutating func aggregateCall(
        _ function: AggregateFunction, _ arguments: [SyntaxNode],
        _ qualifiers: AggregateQualifiers, _ range: Range<Int>
    ) -> AggregateCall? {
        var filter: TypedExpression?
        if let syntax = qualifiers.filter {
            guard let typed = condition(syntax, "FILTER") else { return nil }
            filter = typed
        }
        guard let first = arguments.first else {
            return AggregateCall(
                function: .count, argument: nil, filter: filter, type: .bigint, isNullable: false,
                range: range)
        }
        guard let argument = aggregateArgument(function, first),
            let separator = separator(function, arguments.dropFirst().first)
        else { return nil }
        let isDistinct = qualifiers.isDistinct && ![.min, .max, .firstValue].contains(function)
        guard !isDistinct || canBeDistinct(argument, first.range),
            let kept = function == .arrayAgg ? element(argument, qualifiers) : argument
        else { return nil }
        return AggregateCall(
            function: function, argument: kept, isDistinct: isDistinct, filter: filter,
            separator: separator, type: Self.resultType(function, argument.type) ?? argument.type,
            isNullable: function != .count
                && (kept.isNullable || filter != nil || function.needsTwoValues),
            range: range)
    }

    private mutating func aggregateArgument(
        _ function: AggregateFunction, _ syntax: SyntaxNode
    ) -> TypedExpression? {
        let checked = check(syntax)
        if case .null(let range) = checked { reportUntypedNull(range) }
        guard case .value(let argument) = checked else { return nil }
        guard Self.resultType(function, argument.type) != nil else {
            report(
                .wrongOperandType, "\(function.rawValue) does not take \(argument.type)",
                syntax.range,
                help: castHelp(
                    syntax, argument.type, to: function == .listAgg ? .string : .double))
            return nil
        }
        return argument
    }

    /// - Returns: Nil after reporting a separator that is no text.
    private mutating func separator(
        _ function: AggregateFunction, _ syntax: SyntaxNode?
    ) -> [UInt8]? {
        guard function == .listAgg else { return [] }
        guard let syntax else { return [UInt8(ascii: ",")] }
        guard case .literal(.string(let text)) = syntax.kind else {
            report(
                .wrongOperandType, "the separator of LISTAGG is a text, written out", syntax.range,
                help: "LISTAGG(x, '; ')")
            return nil
        }
        return Array(text.utf8)
    }

    /// An element of ARRAY_AGG as JSON; reports a type that JSON has no form for.
    private mutating func element(
        _ value: TypedExpression, _ qualifiers: AggregateQualifiers
    ) -> TypedExpression? {
        guard let (operand, form) = jsonOperand(value, putsJSONIn: false) else { return nil }
        let text = make(
            .call(.row(.nested(.jsonText(form))), [operand]), .string,
            isNullable: operand.isNullable, canFail: true, over: [operand], value.range)
        guard text.isNullable, !qualifiers.ignoresNulls else { return text }
        let null = constant(.bytes(Array("null".utf8)), .string, value.range)
        return make(.coalesce([text, null]), .string, isNullable: false, over: [text], value.range)
    }

    private mutating func canBeDistinct(_ argument: TypedExpression, _ range: Range<Int>) -> Bool {
        guard argument.type.isComparable else {
            report(
                .wrongOperandType, "values of \(argument.type) cannot be told apart", range,
                help: "use a part of it, or CAST it to STRING")
            return false
        }
        return true
    }

    /// - Returns: Nil if the function does not take the type.
    private static func resultType(
        _ function: AggregateFunction, _ type: LogicalType
    ) -> LogicalType? {
        switch function {
        case .count: .bigint
        case .sum: sumType(type)
        case .avg: averageType(type)
        case .min, .max: type.isComparable ? type : nil
        case .firstValue, .lastValue: type
        case .listAgg: type == .string ? .string : nil
        case .arrayAgg: type.isInterval ? nil : .array(type)
        case .stddevPop, .stddevSamp, .varPop, .varSamp: averageType(type) == nil ? nil : .double
        }
    }

    /// Flink's `LogicalTypeMerging.findSumAggType`; but the sum of INT is BIGINT.
    private static func sumType(_ type: LogicalType) -> LogicalType? {
        switch type {
        case .int, .bigint: .bigint
        case .double: .double
        case .decimal(_, let scale):
            .decimal(precision: LogicalType.decimalPrecisionMax, scale: scale)
        default: nil
        }
    }

    /// Flink's `LogicalTypeMerging.findAvgAggType`: the argument's type, for integers truncated.
    private static func averageType(_ type: LogicalType) -> LogicalType? {
        switch type {
        case .int, .bigint, .double: type
        case .decimal(_, let scale):
            .decimal(precision: LogicalType.decimalPrecisionMax, scale: max(6, scale))
        default: nil
        }
    }
}

extension AggregateFunction {
    /// NULL for one value, whose deviation from itself says nothing.
    var needsTwoValues: Bool { self == .stddevSamp || self == .varSamp }
}
