/// A call of an SQL/JSON function, with the clauses that only these have.
package struct JSONCall: Sendable {
    package enum Function: String, Sendable {
        case value = "JSON_VALUE"
        case query = "JSON_QUERY"
        case exists = "JSON_EXISTS"
        case object = "JSON_OBJECT"
        case array = "JSON_ARRAY"
        case isJSON = "IS JSON"
    }

    /// What stands before ON EMPTY or ON ERROR.
    package enum Clause: Sendable {
        case null, error, emptyArray, emptyObject, unknown
        case truth(Bool)
        case defaultValue(SyntaxNode)
    }

    package let function: Function
    /// The text, then the path; of JSON_ARRAY and JSON_OBJECT the values.
    package var operands: [SyntaxNode] = []
    /// Of JSON_OBJECT, one for each operand.
    package var keys: [SyntaxNode] = []
    package var returning: SyntaxNode.TypeName?
    var wrapper = JSONWrapper.without
    var test = JSONTest.value
    package var onEmpty: Clause?
    package var onError: Clause?
    /// NULL ON NULL or ABSENT ON NULL.
    package var hasNulls: Bool?

    init(_ function: Function) { self.function = function }

    package var children: [SyntaxNode] {
        var nodes = keys + operands
        for case .defaultValue(let node)? in [onEmpty, onError] { nodes.append(node) }
        return nodes
    }
}
