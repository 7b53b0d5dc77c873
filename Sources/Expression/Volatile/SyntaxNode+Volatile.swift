/// Where an expression asks the clock or chance.
extension SyntaxNode {
    /// The calls of functions that a replay may answer otherwise, in the order of the text.
    package var volatileCalls: [(name: String, range: Range<Int>)] {
        var calls = kind.children.flatMap(\.volatileCalls)
        if case .call(let name, let range, let arguments, _) = kind,
            FunctionRegistry.find(name)?.category == .volatile
                || (name == "UNIX_TIMESTAMP" && arguments.isEmpty)
        {
            calls.insert((name, range), at: 0)
        }
        return calls
    }
}
