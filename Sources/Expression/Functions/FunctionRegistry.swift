/// One function or operator of the language: how it is written, what it gives, and how it is
/// checked. The reference page, completion and `functions NAME` are made of these rows.
package struct FunctionDefinition: Sendable {
    package enum Category: String, Sendable, CaseIterable {
        case comparison = "Comparison"
        case logical = "Logical"
        case arithmetic = "Arithmetic"
        case string = "String"
        case hash = "Hash"
        case temporal = "Temporal"
        case json = "JSON"
        case collection = "Collections"
        case volatile = "Clock and chance"
        case conditional = "Conditional"
        case conversion = "Type conversion"
        case aggregate = "Aggregate"
    }

    /// In upper case; for an operator its symbol or keyword.
    package let name: String
    /// Other names with the same meaning.
    package let aliases: [String]
    package let category: Category
    /// How it is written, one line for each form.
    package let syntax: [String]
    /// The result's type, in words: `STRING`, `the argument's type`.
    package let resultType: String
    /// What it gives, its NULL rule, its errors.
    package let summary: String
    package let examples: [FunctionExample]
    let kind: Kind

    enum Kind: Sendable {
        /// Called by name with arguments.
        case scalar(ArgumentCount, CallRule)
        case aggregate(AggregateFunction)
        /// Parsed by grammar of its own.
        case syntax
    }
}

/// An expression without columns and what it gives, run by a test.
package struct FunctionExample: Hashable, Sendable {
    package let expression: String
    /// The value as ``CompiledExpression`` gives it, in JSON: `"grey"`, `3`, `null`; for an
    /// expression that fails, its code: `E2101`. Nil: an aggregate, which needs rows.
    package let result: String?
    package init(_ expression: String, _ result: String?) {
        self.expression = expression
        self.result = result
    }
}

/// How many arguments a function takes.
struct ArgumentCount: Sendable {
    let minimum: Int
    let maximum: Int
    static func exactly(_ count: Int) -> ArgumentCount {
        ArgumentCount(minimum: count, maximum: count)
    }
    static func range(_ range: ClosedRange<Int>) -> ArgumentCount {
        ArgumentCount(minimum: range.lowerBound, maximum: range.upperBound)
    }
    static func atLeast(_ count: Int) -> ArgumentCount {
        ArgumentCount(minimum: count, maximum: Int.max)
    }
}

/// Every function and operator, by name.
package enum FunctionRegistry {
    /// In the order of the reference page: by category, then as listed.
    package static let all: [FunctionDefinition] = definitions

    /// Finds a function by its name or an alias, in any case.
    package static func find(_ name: String) -> FunctionDefinition? { byName[name.uppercased()] }

    private static let byName: [String: FunctionDefinition] = {
        var table: [String: FunctionDefinition] = [:]
        for definition in all {
            for name in [definition.name] + definition.aliases { table[name] = definition }
        }
        return table
    }()

    /// Every name and alias, sorted, for completion.
    package static var names: [String] { all.flatMap { [$0.name] + $0.aliases }.sorted() }

    /// Names that can be called, for "did you mean".
    static let callableNames: [String] = all.flatMap { definition in
        if case .syntax = definition.kind {
            [String]()
        } else {
            [definition.name] + definition.aliases
        }
    }
}
