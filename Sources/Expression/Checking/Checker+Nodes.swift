internal import StreamCore

/// One rule for each kind of node.
extension Checker {
    mutating func check(_ syntax: SyntaxNode) -> Checked {
        let range = syntax.range
        switch syntax.kind {
        case .literal(let literal): return checkLiteral(literal, range)
        case .path(let steps): return checkPath(steps, range)
        case .unary(let operation, let operand): return checkUnary(operation, operand, range)
        case .binary(let operation, let left, let right):
            return checkBinary(operation, left, right, range)
        case .logical(let operation, let operands):
            return checkLogical(operation, operands, range)
        case .test(let operand, let test, let isNegated):
            return checkTest(operand, test, isNegated, range)
        case .distinct(let left, let right, let isNegated):
            return checkDistinct(left, right, isNegated, range)
        case .inList(let operand, let items, let isNegated):
            return checkInList(operand, items, isNegated, range)
        case .between(let operand, let low, let high, let isSymmetric, let isNegated):
            return checkBetween(
                operand, low, high, isSymmetric: isSymmetric, isNegated: isNegated, range)
        case .like(let operand, let pattern, let escape, let isNegated):
            return checkLike(operand, pattern, escape, isNegated, range)
        case .similar(let operand, let pattern, let escape, let isNegated):
            return checkSimilar(operand, pattern, escape, isNegated, range)
        case .caseWhen(let operand, let clauses, let otherwise):
            return checkCase(operand, clauses, otherwise, range)
        case .cast(let operand, let type, let isTry):
            return checkCast(operand, type, isTry: isTry, range)
        case .json(let call): return checkJSON(call, range)
        case .access(let value, let step): return checkAccess(value, step, range)
        case .call(let name, let nameRange, let arguments, let isStar):
            return checkCall(name, nameRange, arguments, isStar: isStar, range)
        case .aggregate(let call, let isDistinct, let ignoresNulls, let filter):
            let qualifiers = AggregateQualifiers(
                isDistinct: isDistinct, ignoresNulls: ignoresNulls, filter: filter)
            return checkQualified(call, qualifiers, range)
        }
    }

    // MARK: Leaves

    private func checkLiteral(_ literal: SyntaxNode.Literal, _ range: Range<Int>) -> Checked {
        switch literal {
        case .null: return .null(range)
        case .boolean(let value): return .value(constant(.boolean(value), .boolean, range))
        case .integer(let value):
            let isInt = Int32(exactly: value) != nil
            return .value(constant(.integer(value), isInt ? .int : .bigint, range))
        case .double(let value): return .value(constant(.double(value), .double, range))
        case .decimal(let value):
            let type = LogicalType.decimal(precision: value.precision, scale: value.scale)
            return .value(constant(.decimal(value.unscaled), type, range))
        case .string(let text):
            return .value(constant(.bytes(Array(text.utf8)), .string, range))
        case .date(let days): return .value(constant(.integer(days), .date, range))
        case .timestamp(let value): return .value(constant(.integer(value), .timestamp, range))
        case .intervalDayTime(let value):
            return .value(constant(.integer(value), .intervalDayTime, range))
        case .intervalYearMonth(let value):
            return .value(constant(.integer(value), .intervalYearMonth, range))
        }
    }

    private mutating func checkPath(_ steps: [PathStep], _ range: Range<Int>) -> Checked {
        if let keys, !isInsideAggregate { return checkKey(steps, keys, range) }
        switch scope.resolve(steps) {
        case .column(let index, let type, let isNullable):
            return .value(column(index, type, isNullable: isNullable, range))
        case .unreachable(let reason):
            if let part = checkParts(steps, range) { return part }
            report(.unknownColumn, reason, range)
        case .unknown(let candidates):
            if let part = checkParts(steps, range) { return part }
            reportUnknown(steps, candidates, range)
        }
        return .invalid
    }

    private mutating func reportUnknown(
        _ steps: [PathStep], _ candidates: [String], _ range: Range<Int>
    ) {
        let text = steps.pathText
        if text == "window_start" || text == "window_end" {
            report(
                .unknownColumn, "`\(text)` is a column of an aggregate with a `window`", range)
            return
        }
        if steps.count == 1, NotBuilt.bareNames.contains(text.uppercased()) {
            report(.notBuilt, "\(text.uppercased()) is not built yet", range)
            return
        }
        report(
            .unknownColumn, "there is no column `\(text)` here", range,
            help: Spelling.didYouMean(text, among: candidates)
                ?? (candidates.isEmpty ? nil : "columns: \(Self.listed(candidates))"))
    }

    /// At most twelve names.
    private static func listed(_ names: [String]) -> String {
        names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", ..." : "")
    }

    /// A name in an aggregate's `select` that is not inside an aggregate call.
    private mutating func checkKey(
        _ steps: [PathStep], _ keys: [Field], _ range: Range<Int>
    ) -> Checked {
        let text = steps.pathText
        if steps.count == 1, let index = keys.firstIndex(where: { $0.name == text }) {
            return .value(
                column(index, keys[index].type, isNullable: keys[index].isNullable, range))
        }
        if case .column = scope.resolve(steps) {
            report(
                .notGrouped, "`\(text)` is neither a key nor inside an aggregate", range,
                help: "make it a key, or write MIN(\(text)) or MAX(\(text))")
        } else {
            reportUnknown(steps, keys.map(\.name), range)
        }
        return .invalid
    }

    // MARK: Arithmetic and text

    private mutating func checkUnary(
        _ operation: UnaryOperator, _ operand: SyntaxNode, _ range: Range<Int>
    ) -> Checked {
        if operation == .not {
            guard let condition = condition(operand, "NOT") else { return .invalid }
            return .value(
                make(
                    .not(condition), .boolean, isNullable: condition.isNullable,
                    over: [condition], range))
        }
        switch check(operand) {
        case .value(let typed) where typed.type.isNumeric || typed.type.isInterval:
            if operation == .plus { return .value(typed) }
            return .value(
                make(
                    .negate(typed), typed.type, isNullable: typed.isNullable,
                    canFail: typed.type != .double && !typed.type.isDecimal, over: [typed], range))
        case .value(let typed):
            report(
                .wrongOperandType, "`\(operation.rawValue)` takes a number, not \(typed.type)",
                operand.range, help: castHelp(operand, typed.type, to: .double))
            return .invalid
        case let other: return other
        }
    }

    private mutating func checkBinary(
        _ operation: BinaryOperator, _ left: SyntaxNode, _ right: SyntaxNode, _ range: Range<Int>
    ) -> Checked {
        if let comparison = ComparisonOperator(rawValue: operation.rawValue) {
            let (a, b) = (check(left), check(right))
            return compare(comparison, (left, a), (right, b), range)
        }
        if let arithmetic = ArithmeticOperator(rawValue: operation.rawValue) {
            let (a, b) = (check(left), check(right))
            return self.arithmetic(arithmetic, (left, a), (right, b), range)
        }
        return concatenate([left, right].map { ($0, check($0)) }, range)
    }

    mutating func arithmetic(
        _ operation: ArithmeticOperator, _ left: (SyntaxNode, Checked),
        _ right: (SyntaxNode, Checked), _ range: Range<Int>
    ) -> Checked {
        if Self.isTemporal(left.1) || Self.isTemporal(right.1) {
            return temporalArithmetic(operation, left, right, range)
        }
        var isValid = true
        for (syntax, checked) in [left, right] {
            if case .invalid = checked { isValid = false }
            if case .value(let typed) = checked, !typed.type.isNumeric {
                reportOperand(operation, syntax, typed.type)
                isValid = false
            }
        }
        guard isValid else { return .invalid }
        guard let type = commonType([left.1, right.1]) else { return .null(range) }
        if operation == .remainder, type == .double {
            // Flink: % and MOD take exact numbers only.
            report(
                .wrongOperandType, "`%` takes INT, BIGINT and DECIMAL, not DOUBLE", range,
                help: "CAST the operands to BIGINT or DECIMAL")
            return .invalid
        }
        if type.isDecimal { return decimalArithmetic(operation, left.1, right.1, range) }
        guard let a = coerced(left.1, to: type), let b = coerced(right.1, to: type) else {
            return .invalid
        }
        let result = make(
            .arithmetic(operation, a, b), type, isNullable: a.isNullable || b.isNullable,
            canFail: true, over: [a, b], range)
        // Flink: the remainder has the divisor's type, which always holds it.
        if operation == .remainder, type == .bigint, case .value(let divisor) = right.1,
            divisor.type == .int
        {
            return .value(
                make(
                    .cast(result, isTry: false), .int, isNullable: result.isNullable,
                    over: [result], range))
        }
        return .value(result)
    }

    private mutating func reportOperand(
        _ operation: ArithmeticOperator, _ syntax: SyntaxNode, _ type: LogicalType
    ) {
        let help =
            operation == .add && type == .string
            ? "|| joins texts" : castHelp(syntax, type, to: .double)
        report(
            .wrongOperandType, "`\(operation.rawValue)` takes numbers, not \(type)", syntax.range,
            help: help)
    }

    /// `||` and CONCAT: NULL if any operand is NULL.
    mutating func concatenate(
        _ operands: [(SyntaxNode, Checked)], _ range: Range<Int>
    ) -> Checked {
        guard let typed = texts(operands, "`||`") else { return .invalid }
        // A chain is one kernel: its inner texts are not copied twice.
        let flat = typed.flatMap { operand -> [TypedExpression] in
            if case .call(.concat, let inner) = operand.node { inner } else { [operand] }
        }
        return .value(
            make(
                .call(.concat, flat), .string, isNullable: flat.contains(where: \.isNullable),
                canFail: true, over: flat, range))
    }

    /// All operands as STRING; reports those that are not.
    mutating func texts(
        _ operands: [(SyntaxNode, Checked)], _ user: String
    ) -> [TypedExpression]? {
        var texts: [TypedExpression] = []
        for (syntax, checked) in operands {
            if let text = coerced(checked, to: .string) {
                texts.append(text)
            } else if case .value(let typed) = checked {
                report(
                    .wrongOperandType, "\(user) takes STRING, not \(typed.type)", syntax.range,
                    help: castHelp(syntax, typed.type, to: .string))
            }
        }
        return texts.count == operands.count ? texts : nil
    }

    // MARK: CAST

    private mutating func checkCast(
        _ operand: SyntaxNode, _ target: SyntaxNode.TypeName, isTry: Bool, _ range: Range<Int>
    ) -> Checked {
        switch check(operand) {
        case .invalid: return .invalid
        case .null: return .value(constant(.null, target.type, range))
        case .value(let typed):
            if typed.type == target.type { return .value(typed) }
            guard let rule = CastRule.find(from: typed.type, to: target.type) else {
                report(
                    .cannotCast, "there is no cast from \(typed.type) to \(target.type)", range)
                return .invalid
            }
            if typed.type == .json { return .value(textOfJSON(typed, range)) }
            let isTemporal = typed.type.isTemporal || target.type.isTemporal
            return .value(
                make(
                    isTemporal
                        ? .call(.temporal(.cast(timeZone, isTry: isTry)), [typed])
                        : .cast(typed, isTry: isTry), target.type,
                    isNullable: typed.isNullable || (isTry && rule.canFail),
                    canFail: rule.canFail && !isTry, over: [typed], range))
        }
    }

    /// As it was read.
    private func textOfJSON(_ value: TypedExpression, _ range: Range<Int>) -> TypedExpression {
        make(
            .call(.row(.nested(.jsonText(.raw))), [value]), .string, isNullable: value.isNullable,
            canFail: true, over: [value], range)
    }
}
