/// One thing that is wrong with the text of an expression, found before anything runs.
///
/// The caller adds the file, line and column: `range` counts UTF-8 bytes from the start of the
/// expression's text.
package struct ExpressionError: Error, Hashable, Sendable {
    /// A stable code with a page in docs/errors.md.
    package enum Code: String, Sendable, CaseIterable {
        /// The text is not an expression of the grammar.
        case syntax = "E1101"
        case unknownColumn = "E1102"
        case cannotCompare = "E1103"
        /// An operator or function does not take values of these types.
        case wrongOperandType = "E1104"
        case unknownFunction = "E1105"
        case wrongArgumentCount = "E1106"
        /// A number that no type holds, or a malformed LIKE pattern.
        case badLiteral = "E1107"
        /// A word of the grammar that this version does not build.
        case notBuilt = "E1108"
        /// An aggregate where rows are not grouped, or inside another aggregate.
        case misplacedAggregate = "E1109"
        /// A column of the input outside an aggregate that is not among the keys.
        case notGrouped = "E1110"
        /// The branches of CASE, COALESCE or IN have no type in common.
        case noCommonType = "E1111"
        /// A bare NULL where nothing gives it a type.
        case untypedNull = "E1112"
        /// The whole expression has another type than its place asks for.
        case unexpectedType = "E1113"
        case cannotCast = "E1114"
        /// Longer or deeper than the named limits allow.
        case tooLarge = "E1115"
        /// A constant that is no regular expression, or one that RE2 has not.
        case badRegex = "E1131"
        /// A text that is no path into JSON.
        case badJSONPath = "E1132"
        /// A function that a replay may answer otherwise, where each record counts once.
        case nondeterministic = "E1133"
    }

    package let code: Code
    /// What is wrong and why, in one line.
    package let message: String
    /// UTF-8 offsets into the expression's text.
    package let range: Range<Int>
    /// What to do, where that can be said: `did you mean ...`, a CAST to write.
    package let help: String?

    package init(_ code: Code, _ message: String, range: Range<Int>, help: String? = nil) {
        self.code = code
        self.message = message
        self.range = range
        self.help = help
    }
}

extension ExpressionError: CustomStringConvertible {
    package var description: String {
        "error[\(code.rawValue)] at \(range.lowerBound): \(message)"
            + (help.map { "; \($0)" } ?? "")
    }
}

/// Everything that is wrong with one expression, in the order of the text; never empty.
package struct ExpressionErrors: Error, Sendable, CustomStringConvertible {
    package let errors: [ExpressionError]

    package init(_ errors: [ExpressionError]) {
        precondition(!errors.isEmpty)
        self.errors = errors.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    package var description: String { errors.map(\.description).joined(separator: "\n") }
}
