internal import StreamCore

/// What a checked expression computes. Operands already have the types that kernels take: implicit
/// casts are nodes, BETWEEN, simple CASE and the like are written out.
indirect enum TypedNode: Sendable {
    case column(Int)
    case constant(ConstantValue)
    /// The value of the `bind` around it that has the same slot.
    case local(Int)
    /// Computes `value` once, for every ``local(_:)`` of `slot` in `body`.
    case bind(slot: Int, value: TypedExpression, body: TypedExpression)
    case negate(TypedExpression)
    /// Both operands have the result's type; DECIMALs have scales of their own.
    case arithmetic(ArithmeticOperator, TypedExpression, TypedExpression)
    /// Both operands have one type.
    case compare(ComparisonOperator, TypedExpression, TypedExpression)
    case distinct(TypedExpression, TypedExpression, isNegated: Bool)
    case not(TypedExpression)
    case logical(LogicalOperator, [TypedExpression])
    case test(TypedExpression, TruthTest, isNegated: Bool)
    /// The constants have the operand's type; `hasNull` if one of the list was NULL.
    case inConstants(TypedExpression, [ConstantValue], hasNull: Bool)
    case like(TypedExpression, LikePattern)
    /// The pattern is a value of the row.
    case likeDynamic(TypedExpression, pattern: TypedExpression, escape: UInt32?)
    /// The first branch whose condition is TRUE; every result has the expression's type.
    case branch([TypedBranch], otherwise: TypedExpression)
    case coalesce([TypedExpression])
    case cast(TypedExpression, isTry: Bool)
    case call(ScalarKernel, [TypedExpression])
}

struct TypedBranch: Sendable {
    let condition: TypedExpression
    let result: TypedExpression
}

/// A value that is the same for every row.
enum ConstantValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case double(Double)
    /// The unscaled value; the expression's type has the scale.
    case decimal(Int128)
    /// STRING (UTF-8) and BYTES.
    case bytes([UInt8])
}

enum ArithmeticOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
}

enum ComparisonOperator: String, Sendable {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    /// The operator that gives the same with the operands exchanged.
    var mirrored: ComparisonOperator {
        switch self {
        case .equal, .notEqual: self
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }
}

/// What a function computes, once its arguments have their types.
enum ScalarKernel: Hashable, Sendable {
    case lower, upper
    case concat
    case charLength
    /// Arguments: text; characters to remove.
    case trim(TrimSide)
    /// Arguments: text, start; optionally the length.
    case substring
    case left, right
    case position
    case replace
    case abs, sign, floor, ceil
    case greatest, least
    /// Computed row by row.
    case row(RowCall)
    /// To digits behind the point, or before it if negative.
    case round(RoundingMode, digits: Int)
    /// -1, 0 or 1 by the order of two DECIMALs.
    case decimalOrder
    case temporal(TemporalOperation)
}

enum TrimSide: Hashable, Sendable { case leading, trailing, both }
