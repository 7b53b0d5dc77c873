/// Turns the text of an expression into a syntax tree.
///
/// Never traps, whatever the bytes: text that is too long, nested too deep, not UTF-8 or not of
/// the grammar is an ``ExpressionError`` with its place.
package enum ExpressionParser {
    /// Longest expression.
    package static let byteCountMax = 64 << 10
    /// Highest syntax tree, and deepest nesting of parentheses. Bounds every recursion over trees.
    package static let depthMax = 200

    /// - Throws: The first thing that is wrong with the syntax.
    /// - Complexity: O(length).
    package static func parse(_ text: String) throws(ExpressionErrors) -> SyntaxNode {
        try parse(utf8: Array(text.utf8))
    }

    /// The same for bytes that need not be UTF-8.
    package static func parse(utf8 text: [UInt8]) throws(ExpressionErrors) -> SyntaxNode {
        do {
            var parser = try Parser(text)
            return try parser.parseWhole()
        } catch {
            throw ExpressionErrors([error])
        }
    }
}
