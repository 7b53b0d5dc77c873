package import StreamCore

/// A node of the syntax tree: what was written, and where. No types yet.
///
/// Immutable. Trees are at most ``ExpressionParser/depthMax`` high, so walking one by recursion is
/// safe.
package final class SyntaxNode: Sendable {
    package let kind: Kind
    /// UTF-8 offsets into the expression's text.
    package let range: Range<Int>
    /// Levels from here to the deepest leaf; 1 for a leaf.
    let height: Int

    init(_ kind: Kind, range: Range<Int>) {
        self.kind = kind
        self.range = range
        height = 1 + (kind.children.map(\.height).max() ?? 0)
    }

    package indirect enum Kind: Sendable {
        case literal(Literal)
        case path([PathStep])
        case unary(UnaryOperator, SyntaxNode)
        case binary(BinaryOperator, SyntaxNode, SyntaxNode)
        /// AND and OR chains are flat, so that long ones are not deep.
        case logical(LogicalOperator, [SyntaxNode])
        case test(SyntaxNode, TruthTest, isNegated: Bool)
        case distinct(SyntaxNode, SyntaxNode, isNegated: Bool)
        case inList(SyntaxNode, [SyntaxNode], isNegated: Bool)
        /// Symmetric: the bounds in either order.
        case between(
            SyntaxNode, low: SyntaxNode, high: SyntaxNode, isSymmetric: Bool, isNegated: Bool)
        case like(SyntaxNode, pattern: SyntaxNode, escape: SyntaxNode?, isNegated: Bool)
        case similar(SyntaxNode, pattern: SyntaxNode, escape: SyntaxNode?, isNegated: Bool)
        case caseWhen(SyntaxNode?, [WhenClause], otherwise: SyntaxNode?)
        case cast(SyntaxNode, TypeName, isTry: Bool)
        /// The name in upper case. `COUNT(*)` has `isStar`.
        case call(name: String, nameRange: Range<Int>, [SyntaxNode], isStar: Bool)
        case json(JSONCall)
        /// A part of a value that is not a plain path.
        case access(SyntaxNode, AccessStep)
        /// A call with what only aggregates have: `COUNT(DISTINCT x) FILTER (WHERE condition)`.
        case aggregate(
            call: SyntaxNode, isDistinct: Bool, ignoresNulls: Bool = false, filter: SyntaxNode?)
    }

    package enum Literal: Hashable, Sendable {
        case null
        case boolean(Bool)
        case integer(Int64)
        case double(Double)
        case decimal(DecimalLiteral)
        case string(String)
        /// Days since 1970-01-01.
        case date(Int64)
        /// Milliseconds since 1970-01-01 00:00:00.
        case timestamp(Int64)
        case intervalDayTime(milliseconds: Int64)
        case intervalYearMonth(months: Int64)
    }

    package struct WhenClause: Sendable {
        package let condition: SyntaxNode
        package let result: SyntaxNode
    }

    /// A type as written after AS in a CAST.
    package struct TypeName: Hashable, Sendable {
        package let type: LogicalType
        package let range: Range<Int>
    }
}

/// One step into a value that is computed.
package enum AccessStep: Sendable {
    case field(String)
    /// An element's number or a map's key.
    case `subscript`(SyntaxNode)
}

/// A number with a point and without exponent. `1.50` is 150, with precision 3 and scale 2: as in
/// Flink, every digit that is written counts.
package struct DecimalLiteral: Hashable, Sendable {
    package let unscaled: Int128
    /// `1 ... 38`.
    package let precision: Int
    package let scale: Int

    var negated: DecimalLiteral {
        DecimalLiteral(unscaled: 0 - unscaled, precision: precision, scale: scale)
    }
}

/// One step of a path: `customer`, `.id`, `[0]`.
package enum PathStep: Hashable, Sendable {
    case field(String)
    /// An element of an ARRAY, counted from 0; NULL when the array is shorter.
    case element(Int)
}

extension Array where Element == PathStep {
    /// The path as it is written: `a.b[0]`.
    package var pathText: String {
        var text = ""
        for step in self {
            switch step {
            case .field(let name): text += text.isEmpty ? name : "." + name
            case .element(let index): text += "[\(index)]"
            }
        }
        return text
    }
}

package enum UnaryOperator: String, Sendable {
    case minus = "-"
    case plus = "+"
    case not = "NOT"
}

package enum LogicalOperator: String, Sendable {
    case and = "AND"
    case or = "OR"
}

package enum TruthTest: String, Sendable {
    case null = "NULL"
    case isTrue = "TRUE"
    case isFalse = "FALSE"
    case unknown = "UNKNOWN"
}

package enum BinaryOperator: String, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case concatenate = "||"
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
}

extension SyntaxNode.Kind {
    /// The nodes below, in the order of the text.
    package var children: [SyntaxNode] {
        switch self {
        case .literal, .path: []
        case .json(let call): call.children
        case .access(let value, .field): [value]
        case .access(let value, .subscript(let index)): [value, index]
        case .unary(_, let operand), .test(let operand, _, _), .cast(let operand, _, _): [operand]
        case .binary(_, let left, let right), .distinct(let left, let right, _): [left, right]
        case .logical(_, let operands), .call(_, _, let operands, _): operands
        case .inList(let operand, let items, _): [operand] + items
        case .aggregate(let call, _, _, let filter): [call] + (filter.map { [$0] } ?? [])
        case .between(let operand, let low, let high, _, _): [operand, low, high]
        case .like(let operand, let pattern, let escape, _),
            .similar(let operand, let pattern, let escape, _):
            [operand, pattern] + (escape.map { [$0] } ?? [])
        case .caseWhen(let operand, let clauses, let otherwise):
            (operand.map { [$0] } ?? []) + clauses.flatMap { [$0.condition, $0.result] }
                + (otherwise.map { [$0] } ?? [])
        }
    }
}
