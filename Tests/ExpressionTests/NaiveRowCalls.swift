import StreamCore

@testable import Expression

/// The twins of the functions that are computed row by row: plain Swift, one value at a time.
enum NaiveRowCalls {
    /// - Parameter values: The arguments, NULLs among them.
    static func value(_ call: RowCall, _ values: [Value], _ type: LogicalType) throws -> Value {
        switch call {
        case .regex(let function): return try regex(function, values)
        case .text(let function): return try text(function, values)
        case .math(let function): return try math(function, values)
        case .hash(let function): return try hash(function, values)
        case .json(let function): return try json(function, values, type)
        case .nested(let function): return try nested(function, values, type)
        // Their values are the environment's; VolatileTests has them.
        case .volatile: return .null
        }
    }

    static func fail(_ code: EvaluationError.Code) -> NaiveEvaluator.Failure {
        NaiveEvaluator.Failure(code: code)
    }

    static func string(_ value: Value) -> String {
        guard case .text(let bytes) = value else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func number(_ value: Value) -> Int64 {
        if case .integer(let number) = value { number } else { 0 }
    }
}
