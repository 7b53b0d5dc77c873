internal import StreamCore

/// Comparisons, logic, membership and CASE.
extension Checker {
    /// The node as a BOOLEAN; reports what is not.
    mutating func condition(_ syntax: SyntaxNode, _ user: String) -> TypedExpression? {
        let checked = check(syntax)
        if let typed = coerced(checked, to: .boolean) { return typed }
        if case .value(let typed) = checked {
            report(
                .wrongOperandType, "\(user) takes BOOLEAN, not \(typed.type)", syntax.range,
                help: typed.type.isNumeric ? "compare it: \(Self.spelled(syntax)) <> 0" : nil)
        }
        return nil
    }

    mutating func checkLogical(
        _ operation: LogicalOperator, _ operands: [SyntaxNode], _ range: Range<Int>
    ) -> Checked {
        let all = operands.compactMap { condition($0, operation.rawValue) }
        guard all.count == operands.count else { return .invalid }
        return .value(logical(operation, all, range))
    }

    func logical(
        _ operation: LogicalOperator, _ operands: [TypedExpression], _ range: Range<Int>
    ) -> TypedExpression {
        make(
            .logical(operation, operands), .boolean,
            isNullable: operands.contains(where: \.isNullable), over: operands, range)
    }

    // MARK: Comparison

    mutating func compare(
        _ operation: ComparisonOperator, _ left: (SyntaxNode, Checked),
        _ right: (SyntaxNode, Checked), _ range: Range<Int>
    ) -> Checked {
        switch comparable(left, right, range) {
        case .invalid: return .invalid
        case .bothNull: return .value(constant(.null, .boolean, range))
        case .operands(let a, let b):
            return .value(
                make(
                    .compare(operation, a, b), .boolean,
                    isNullable: a.isNullable || b.isNullable, over: [a, b], range))
        }
    }

    private enum Comparable {
        case invalid, bothNull
        case operands(TypedExpression, TypedExpression)
    }

    /// Both operands as one type that can be compared; reports where there is none.
    private mutating func comparable(
        _ left: (SyntaxNode, Checked), _ right: (SyntaxNode, Checked), _ range: Range<Int>
    ) -> Comparable {
        switch (left.1, right.1) {
        case (.invalid, _), (_, .invalid): return .invalid
        case (.null, .null): return .bothNull
        default: break
        }
        if let order = decimalOrder(left.1, right.1, range) {
            return .operands(order, constant(.integer(0), .int, range))
        }
        guard let type = commonType([left.1, right.1]), type.isComparable,
            let a = coerced(left.1, to: type), let b = coerced(right.1, to: type)
        else {
            reportComparison(left, right, range)
            return .invalid
        }
        return .operands(a, b)
    }

    mutating func reportComparison(
        _ left: (SyntaxNode, Checked), _ right: (SyntaxNode, Checked), _ range: Range<Int>
    ) {
        guard case .value(let a) = left.1, case .value(let b) = right.1 else {
            report(.cannotCompare, "values of this type cannot be compared", range)
            return
        }
        var help: String?
        if a.type == .string, b.type != .string { help = castHelp(left.0, a.type, to: b.type) }
        if b.type == .string, a.type != .string { help = castHelp(right.0, b.type, to: a.type) }
        report(.cannotCompare, "cannot compare \(a.type) with \(b.type)", range, help: help)
    }

    mutating func checkDistinct(
        _ left: SyntaxNode, _ right: SyntaxNode, _ isNegated: Bool, _ range: Range<Int>
    ) -> Checked {
        let (a, b) = (check(left), check(right))
        guard Self.hasExactCommonType([a, b]) else {
            reportComparison((left, a), (right, b), range)
            return .invalid
        }
        switch comparable((left, a), (right, b), range) {
        case .invalid: return .invalid
        case .bothNull: return .value(constant(.boolean(isNegated), .boolean, range))
        case .operands(let a, let b):
            return .value(
                make(
                    .distinct(a, b, isNegated: isNegated), .boolean, isNullable: false,
                    over: [a, b], range))
        }
    }

    mutating func checkTest(
        _ operand: SyntaxNode, _ test: TruthTest, _ isNegated: Bool, _ range: Range<Int>
    ) -> Checked {
        let typed: TypedExpression?
        if test == .null {
            let checked = check(operand)
            if case .value(let value) = checked {
                typed = value
            } else {
                typed = coerced(checked, to: .boolean)
            }
        } else {
            typed = condition(operand, "IS \(test.rawValue)")
        }
        guard let typed else { return .invalid }
        // UNKNOWN is the NULL of BOOLEAN.
        let plain = test == .unknown ? TruthTest.null : test
        return .value(
            make(
                .test(typed, plain, isNegated: isNegated), .boolean, isNullable: false,
                over: [typed], range))
    }

    // MARK: IN, BETWEEN, LIKE

    mutating func checkInList(
        _ operand: SyntaxNode, _ items: [SyntaxNode], _ isNegated: Bool, _ range: Range<Int>
    ) -> Checked {
        let value = check(operand)
        let checked = items.map { check($0) }
        if case .invalid = value { return .invalid }
        var isValid = true
        for (syntax, item) in zip(items, checked) {
            switch comparable((operand, value), (syntax, item), syntax.range) {
            case .invalid: isValid = false
            case .bothNull, .operands: break
            }
        }
        guard isValid else { return .invalid }
        guard let type = commonType([value] + checked) else {
            return .value(constant(.null, .boolean, range))
        }
        guard Self.hasExactCommonType([value] + checked) else {
            return inListByComparison((operand, value), zip(items, checked), isNegated, range)
        }
        guard let typed = coerced(value, to: type) else { return .invalid }
        let members = checked.compactMap { coerced($0, to: type) }
        guard members.count == items.count else { return .invalid }
        let membership = inList(typed, members, range)
        return membership.map { .value(negated($0, isNegated)) } ?? .invalid
    }

    /// Membership among DECIMALs that have no type in common without rounding.
    private mutating func inListByComparison(
        _ operand: (SyntaxNode, Checked), _ items: Zip2Sequence<[SyntaxNode], [Checked]>,
        _ isNegated: Bool, _ range: Range<Int>
    ) -> Checked {
        guard case .value(let value) = operand.1 else { return .invalid }
        let membership = binding(value) { checker, local in
            var tests: [TypedExpression] = []
            for item in items {
                let test = checker.compare(.equal, (operand.0, .value(local)), item, range)
                if case .value(let typed) = test { tests.append(typed) }
            }
            return checker.logical(.or, tests, range)
        }
        return membership.map { .value(negated($0, isNegated)) } ?? .invalid
    }

    /// Constants become one kernel; anything else an OR of comparisons.
    private mutating func inList(
        _ operand: TypedExpression, _ members: [TypedExpression], _ range: Range<Int>
    ) -> TypedExpression? {
        var constants: [ConstantValue] = []
        for case .constant(let value) in members.map(\.node) { constants.append(value) }
        if constants.count == members.count {
            let hasNull = constants.contains(.null)
            let known = constants.filter { $0 != .null }
            return make(
                .inConstants(operand, known, hasNull: hasNull), .boolean,
                isNullable: operand.isNullable || hasNull, over: [operand], range)
        }
        return binding(operand) { checker, operand in
            let tests = members.map { member in
                checker.make(
                    .compare(.equal, operand, member), .boolean,
                    isNullable: operand.isNullable || member.isNullable, over: [operand, member],
                    range)
            }
            return checker.logical(.or, tests, range)
        }
    }

    mutating func checkBetween(
        _ operand: SyntaxNode, _ low: SyntaxNode, _ high: SyntaxNode, isSymmetric: Bool,
        isNegated: Bool, _ range: Range<Int>
    ) -> Checked {
        let (value, lower, upper) = (check(operand), check(low), check(high))
        guard case .value(let typed) = value else {
            if case .null = value { return .value(constant(.null, .boolean, range)) }
            return .invalid
        }
        let both = binding(typed) { checker, local in
            let value = (operand, Checked.value(local))
            guard isSymmetric else {
                return checker.within(value, (low, lower), (high, upper), range)
            }
            return checker.withinEither(value, (low, lower), (high, upper), range)
        }
        return both.map { .value(negated($0, isNegated)) } ?? .invalid
    }

    private mutating func within(
        _ value: (SyntaxNode, Checked), _ low: (SyntaxNode, Checked),
        _ high: (SyntaxNode, Checked), _ range: Range<Int>
    ) -> TypedExpression? {
        let a = compare(.greaterOrEqual, value, low, range)
        let b = compare(.lessOrEqual, value, high, range)
        guard case .value(let from) = a, case .value(let to) = b else { return nil }
        return logical(.and, [from, to], range)
    }

    /// Within the bounds in one order or in the other, each computed once.
    private mutating func withinEither(
        _ value: (SyntaxNode, Checked), _ low: (SyntaxNode, Checked),
        _ high: (SyntaxNode, Checked), _ range: Range<Int>
    ) -> TypedExpression? {
        bindingValue(low.1) { checker, lower in
            checker.bindingValue(high.1) { checker, upper in
                let (a, b) = ((low.0, lower), (high.0, upper))
                guard let straight = checker.within(value, a, b, range),
                    let reversed = checker.within(value, b, a, range)
                else { return nil }
                return checker.logical(.or, [straight, reversed], range)
            }
        }
    }

    /// As ``binding(_:_:)``; NULL without a type goes to the body as it is.
    private mutating func bindingValue(
        _ checked: Checked, _ body: (inout Checker, Checked) -> TypedExpression?
    ) -> TypedExpression? {
        guard case .value(let typed) = checked else { return body(&self, checked) }
        return binding(typed) { checker, local in body(&checker, .value(local)) }
    }

    mutating func checkLike(
        _ operand: SyntaxNode, _ pattern: SyntaxNode, _ escape: SyntaxNode?, _ isNegated: Bool,
        _ range: Range<Int>
    ) -> Checked {
        let checked = [(operand, check(operand)), (pattern, check(pattern))]
        let escapeCharacter = escape.map { checkEscape($0) } ?? .some(nil)
        guard let texts = texts(checked, "LIKE"), let escapeCharacter else { return .invalid }
        let isNullable = texts.contains(where: \.isNullable)
        if case .constant(.null) = texts[1].node {
            return .value(constant(.null, .boolean, range))
        }
        guard case .constant(.bytes(let bytes)) = texts[1].node else {
            let like = make(
                .likeDynamic(texts[0], pattern: texts[1], escape: escapeCharacter), .boolean,
                isNullable: isNullable, canFail: escapeCharacter != nil, over: texts, range)
            return .value(negated(like, isNegated))
        }
        guard let compiled = LikePattern(bytes, escape: escapeCharacter) else {
            report(
                .badLiteral,
                "the escape character of this pattern stands before something other than %, _ or "
                    + "itself",
                pattern.range, help: "write it twice to mean itself")
            return .invalid
        }
        let like = make(
            .like(texts[0], compiled), .boolean, isNullable: isNullable, over: [texts[0]], range)
        return .value(negated(like, isNegated))
    }

    /// The one character after ESCAPE. The outer nil: reported as wrong.
    mutating func checkEscape(_ syntax: SyntaxNode) -> UInt32?? {
        if case .literal(.string(let text)) = syntax.kind, text.unicodeScalars.count == 1,
            let scalar = text.unicodeScalars.first
        {
            return .some(scalar.value)
        }
        report(
            .badLiteral, "ESCAPE takes a text of one character", syntax.range,
            help: "for example ESCAPE '\\'")
        return nil
    }

    // MARK: CASE

    mutating func checkCase(
        _ operand: SyntaxNode?, _ clauses: [SyntaxNode.WhenClause], _ otherwise: SyntaxNode?,
        _ range: Range<Int>
    ) -> Checked {
        guard let operand else {
            let conditions = clauses.compactMap { condition($0.condition, "WHEN") }
            let results = checkResults(clauses, otherwise)
            guard conditions.count == clauses.count else { return .invalid }
            return branch(conditions, results, hasElse: otherwise != nil, range)
        }
        let value = check(operand)
        let candidates = clauses.map { ($0.condition, check($0.condition)) }
        let results = checkResults(clauses, otherwise)
        guard case .value(let typed) = value else {
            if case .null = value { reportUntypedNull(operand.range) }
            return .invalid
        }
        var isUntypedNull = false
        let built = binding(typed) { checker, local in
            var conditions: [TypedExpression] = []
            for candidate in candidates {
                let test = checker.compare(
                    .equal, (operand, .value(local)), candidate, candidate.0.range)
                if case .value(let condition) = test { conditions.append(condition) }
            }
            guard conditions.count == candidates.count else { return nil }
            switch checker.branch(conditions, results, hasElse: otherwise != nil, range) {
            case .value(let typed): return typed
            case .null: isUntypedNull = true
            case .invalid: break
            }
            return nil
        }
        if isUntypedNull { return .null(range) }
        return built.map { .value($0) } ?? .invalid
    }

    private mutating func checkResults(
        _ clauses: [SyntaxNode.WhenClause], _ otherwise: SyntaxNode?
    ) -> [(SyntaxNode, Checked)] {
        let syntaxes = clauses.map(\.result) + (otherwise.map { [$0] } ?? [])
        return syntaxes.map { ($0, check($0)) }
    }

    /// A CASE over checked conditions; `results` has the ELSE last, if there is one.
    mutating func branch(
        _ conditions: [TypedExpression], _ results: [(SyntaxNode, Checked)], hasElse: Bool,
        _ range: Range<Int>
    ) -> Checked {
        guard let typed = unified(results, "CASE", range) else { return .invalid }
        guard let type = typed.first?.type else { return .null(range) }
        let otherwise = hasElse ? typed[typed.count - 1] : constant(.null, type, range)
        let branches = zip(conditions, typed).map { TypedBranch(condition: $0, result: $1) }
        let isNullable = otherwise.isNullable || branches.contains { $0.result.isNullable }
        return .value(
            make(
                .branch(branches, otherwise: otherwise), type, isNullable: isNullable,
                over: conditions + typed + [otherwise], range))
    }

    /// Values as their common type; empty if all are bare NULLs; nil if reported.
    mutating func unified(
        _ values: [(SyntaxNode, Checked)], _ user: String, _ range: Range<Int>
    ) -> [TypedExpression]? {
        let checked = values.map(\.1)
        for case .invalid in checked { return nil }
        guard let type = commonType(checked) else {
            var types: [String] = []
            for case .value(let typed) in checked where !types.contains(typed.type.description) {
                types.append(typed.type.description)
            }
            guard !types.isEmpty else { return [] }
            report(
                .noCommonType,
                "the values of \(user) have no type in common: \(types.joined(separator: ", "))",
                range, help: "CAST them to one type")
            return nil
        }
        return checked.compactMap { coerced($0, to: type) }
    }
}
