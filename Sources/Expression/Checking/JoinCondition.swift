internal import StreamCore

/// The condition of a join, split into what finds partners and what is asked of a pair.
package struct JoinCondition: Sendable {
    /// Equalities between the inputs: both sides have one type.
    package struct Key: Sendable {
        /// Over the columns of the left input's batches.
        package let left: TypedExpression
        /// Over the columns of the right input's batches.
        package let right: TypedExpression
    }

    /// In the order of the text; empty if no equality is between the inputs.
    package let keys: [Key]
    /// Everything else, joined by AND, over the columns of the pair; nil if there is nothing else.
    package let residual: TypedExpression?
}

extension ExpressionChecker {
    /// Checks the condition of a join.
    ///
    /// An equality is part of the key if it is not inside OR, NOT or the like, and one of its sides
    /// uses columns of the left input alone, the other of the right alone.
    ///
    /// - Parameter timeZone: The session's.
    /// - Throws: Everything that is wrong, in the order of the text.
    package static func checkJoin(
        _ syntax: SyntaxNode, in pair: PairScope, timeZone: TimeZoneRules = .utc
    ) throws(ExpressionErrors) -> JoinCondition {
        var checker = JoinConditionChecker(pair: pair, timeZone: timeZone)
        checker.add(syntax)
        return try checker.finish(syntax)
    }
}

private struct JoinConditionChecker {
    let pair: PairScope
    let timeZone: TimeZoneRules
    private var keys: [JoinCondition.Key] = []
    private var residual: [TypedExpression] = []
    private var errors: [ExpressionError] = []

    init(pair: PairScope, timeZone: TimeZoneRules) {
        self.pair = pair
        self.timeZone = timeZone
    }

    mutating func add(_ syntax: SyntaxNode) {
        // ANDs are flat, so this is as deep as there are parentheses: bounded by the parser.
        if case .logical(.and, let operands) = syntax.kind {
            for operand in operands { add(operand) }
        } else if case .binary(.equal, let a, let b) = syntax.kind,
            let x = input(of: a), let y = input(of: b), x != y
        {
            addKey(x == 0 ? (a, b) : (b, a))
        } else {
            addResidual(syntax)
        }
    }

    /// The input whose columns, and no others, an expression uses.
    private func input(of syntax: SyntaxNode) -> Int? {
        var inputs: Set<Int> = []
        guard collect(syntax, &inputs), inputs.count == 1 else { return nil }
        return inputs.first
    }

    /// - Returns: False for a name that is no column of an input.
    private func collect(_ syntax: SyntaxNode, _ inputs: inout Set<Int>) -> Bool {
        if case .path(let path) = syntax.kind {
            guard case .input(let input, _) = pair.place(path) else { return false }
            inputs.insert(input)
        }
        for child in syntax.kind.children where !collect(child, &inputs) { return false }
        return true
    }

    private mutating func addKey(_ sides: (left: SyntaxNode, right: SyntaxNode)) {
        var left = Checker(
            scope: PairScope.Side(pair: pair, input: 0), keys: nil, timeZone: timeZone)
        var right = Checker(
            scope: PairScope.Side(pair: pair, input: 1), keys: nil, timeZone: timeZone)
        let a = (sides.left, left.check(sides.left))
        let b = (sides.right, right.check(sides.right))
        let key = left.key(a, b)
        errors += left.errors + right.errors
        if let key { keys.append(key) }
    }

    private mutating func addResidual(_ syntax: SyntaxNode) {
        do throws(ExpressionErrors) {
            residual.append(
                try ExpressionChecker.check(
                    syntax, in: pair, expecting: .boolean, timeZone: timeZone))
        } catch {
            errors += error.errors
        }
    }

    func finish(_ syntax: SyntaxNode) throws(ExpressionErrors) -> JoinCondition {
        guard errors.isEmpty else { throw ExpressionErrors(errors) }
        let checker = Checker(scope: pair, keys: nil, timeZone: timeZone)
        let rest: TypedExpression? =
            residual.count > 1 ? checker.logical(.and, residual, syntax.range) : residual.first
        return JoinCondition(keys: keys, residual: rest)
    }
}

extension Checker {
    /// Both sides of an equality as one type that can be compared; nil after reporting.
    fileprivate mutating func key(
        _ left: (SyntaxNode, Checked), _ right: (SyntaxNode, Checked)
    ) -> JoinCondition.Key? {
        guard case .value = left.1, case .value = right.1 else { return nil }
        guard Self.hasExactCommonType([left.1, right.1]),
            let type = commonType([left.1, right.1]), type.isComparable,
            let a = coerced(left.1, to: type), let b = coerced(right.1, to: type)
        else {
            reportComparison(left, right, left.0.range.lowerBound..<right.0.range.upperBound)
            return nil
        }
        return JoinCondition.Key(left: a, right: b)
    }
}
