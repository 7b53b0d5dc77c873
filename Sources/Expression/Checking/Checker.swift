internal import StreamCore

/// One check of one syntax tree. Collects every error and goes on behind it.
struct Checker {
    /// What is known of a node: a broken one has been reported already, and what is built on it
    /// is not reported again.
    enum Checked {
        case invalid
        /// A NULL that nothing has given a type yet.
        case null(Range<Int>)
        case value(TypedExpression)
    }

    let scope: any ExpressionScope
    /// The key columns of an aggregate's `select`; nil where aggregates are not allowed.
    let keys: [Field]?
    var errors: [ExpressionError] = []
    var aggregateCalls: [AggregateCall] = []
    /// Inside the argument of an aggregate, names are those of the input.
    var isInsideAggregate = false
    private var slotCount = 0
    /// What clocks show where TIMESTAMP_LTZ meets DATE, TIMESTAMP and STRING.
    let timeZone: TimeZoneRules

    init(scope: any ExpressionScope, keys: [Field]?, timeZone: TimeZoneRules) {
        self.scope = scope
        self.keys = keys
        self.timeZone = timeZone
    }

    /// Checks the whole tree.
    mutating func finish(
        _ syntax: SyntaxNode, expecting expected: LogicalType?
    ) throws(ExpressionErrors) -> TypedExpression {
        let checked = check(syntax)
        let typed = conclude(checked, syntax, expected)
        // Whoever gives no value reports why. Where that was forgotten, the text is refused all the same.
        if typed == nil, errors.isEmpty {
            report(.unexpectedType, "the type of this expression is not known", syntax.range)
        }
        guard errors.isEmpty, let typed else { throw ExpressionErrors(errors) }
        return typed
    }

    private mutating func conclude(
        _ checked: Checked, _ syntax: SyntaxNode, _ expected: LogicalType?
    ) -> TypedExpression? {
        guard let expected else {
            if case .null(let range) = checked { reportUntypedNull(range) }
            if case .value(let typed) = checked { return typed }
            return nil
        }
        if let typed = coerced(checked, to: expected) { return typed }
        if case .value(let typed) = checked {
            report(
                .unexpectedType, "expected \(expected), this is \(typed.type)", syntax.range,
                help: castHelp(syntax, typed.type, to: expected))
        }
        return nil
    }

    // MARK: Errors

    mutating func report(
        _ code: ExpressionError.Code, _ message: String, _ range: Range<Int>, help: String? = nil
    ) {
        errors.append(ExpressionError(code, message, range: range, help: help))
    }

    mutating func reportUntypedNull(_ range: Range<Int>) {
        report(
            .untypedNull, "nothing gives this NULL a type", range,
            help: "write CAST(NULL AS STRING), or another type")
    }

    /// `CAST(x AS T)` if there is such a cast.
    func castHelp(_ syntax: SyntaxNode, _ from: LogicalType, to target: LogicalType) -> String? {
        guard CastRule.find(from: from, to: target) != nil else { return nil }
        let text = Self.spelled(syntax)
        let cast = "CAST(\(text) AS \(target))"
        guard from == .string || from == .bytes else { return cast }
        return cast + ", or TRY_CAST, which gives NULL for a value that does not fit"
    }

    /// A node as it can stand in a message.
    static func spelled(_ syntax: SyntaxNode) -> String {
        if case .path(let steps) = syntax.kind { steps.pathText } else { "..." }
    }

    // MARK: Building

    /// A typed node over operands, with what follows from them.
    func make(
        _ node: TypedNode, _ type: LogicalType, isNullable: Bool, canFail: Bool = false,
        over operands: [TypedExpression], _ range: Range<Int>
    ) -> TypedExpression {
        TypedExpression(
            type: type, isNullable: isNullable,
            isDeterministic: operands.allSatisfy(\.isDeterministic),
            canFail: canFail || operands.contains(where: \.canFail),
            usedColumns: Set(operands.flatMap(\.usedColumns)).sorted(), range: range, node: node)
    }

    func constant(
        _ value: ConstantValue, _ type: LogicalType, _ range: Range<Int>
    ) -> TypedExpression {
        make(.constant(value), type, isNullable: value == .null, over: [], range)
    }

    func column(
        _ index: Int, _ type: LogicalType, isNullable: Bool, _ range: Range<Int>
    ) -> TypedExpression {
        TypedExpression(
            type: type, isNullable: isNullable, isDeterministic: true, canFail: false,
            usedColumns: [index], range: range, node: .column(index))
    }

    func negated(_ condition: TypedExpression, _ isNegated: Bool) -> TypedExpression {
        guard isNegated else { return condition }
        return make(
            .not(condition), .boolean, isNullable: condition.isNullable, over: [condition],
            condition.range)
    }

    /// Lets `body` use `value` several times and be computed once.
    mutating func binding(
        _ value: TypedExpression, _ body: (inout Checker, TypedExpression) -> TypedExpression?
    ) -> TypedExpression? {
        switch value.node {
        case .column, .constant, .local: return body(&self, value)
        default: break
        }
        let slot = slotCount
        slotCount += 1
        let local = TypedExpression(
            type: value.type, isNullable: value.isNullable,
            isDeterministic: value.isDeterministic, canFail: false,
            usedColumns: value.usedColumns, range: value.range, node: .local(slot))
        guard let built = body(&self, local) else { return nil }
        return make(
            .bind(slot: slot, value: value, body: built), built.type,
            isNullable: built.isNullable, over: [value, built], built.range)
    }

    // MARK: Implicit casts

    /// The value as `type`, widened implicitly (INT to BIGINT to DECIMAL to DOUBLE); nil if that
    /// cannot be.
    func coerced(_ checked: Checked, to type: LogicalType) -> TypedExpression? {
        switch checked {
        case .invalid: return nil
        case .null(let range): return constant(.null, type, range)
        case .value(let typed): return widened(typed, to: type)
        }
    }

    func widened(_ typed: TypedExpression, to type: LogicalType) -> TypedExpression? {
        if typed.type == type { return typed }
        if let instant = widenedInstant(typed, to: type) { return instant }
        guard let from = typed.type.numericRank, let target = type.numericRank,
            from < target || typed.type.isDecimal && type.isDecimal
        else { return nil }
        if case .constant(let value) = typed.node,
            let folded = Self.folded(value, from: typed.type, to: type)
        {
            return constant(folded, type, typed.range)
        }
        return make(
            .cast(typed, isTry: false), type, isNullable: typed.isNullable, over: [typed],
            typed.range)
    }

    /// The narrowest type that every value widens to; nil if there is none or no value has a type.
    func commonType(_ values: [Checked]) -> LogicalType? {
        var common: LogicalType?
        for case .value(let typed) in values {
            guard let known = common else {
                common = typed.type
                continue
            }
            guard let wider = LogicalType.common(known, typed.type) else { return nil }
            common = wider
        }
        return common
    }
}

extension LogicalType {
    /// The order of implicit widening; nil for what is not a number.
    var numericRank: Int? {
        switch self {
        case .int: 0
        case .bigint: 1
        case .decimal: 2
        case .double: 3
        default: nil
        }
    }

    var isNumeric: Bool { numericRank != nil }

    /// Whether values have an order and an equality that kernels know.
    var isComparable: Bool {
        switch self {
        case .boolean, .int, .bigint, .double, .decimal, .string, .bytes, .date, .timestamp,
            .timestampLTZ, .intervalDayTime, .intervalYearMonth:
            true
        case .array, .map, .row, .json: false
        }
    }

    static func common(_ a: LogicalType, _ b: LogicalType) -> LogicalType? {
        if a == b { return a }
        if let x = a.instantRank, let y = b.instantRank { return x > y ? a : b }
        guard let rankA = a.numericRank, let rankB = b.numericRank else { return nil }
        if a.isDecimal || b.isDecimal, let x = DecimalRules(a), let y = DecimalRules(b) {
            return DecimalRules.common(x, y).type
        }
        return rankA > rankB ? a : b
    }
}
