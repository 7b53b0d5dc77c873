package import Expression
internal import StreamCore

/// Expressions for the fuzzer to begin with, made of the table of functions: a function that comes new is
/// fuzzed without anybody thinking of it.
public enum ExpressionSeeds {
    public static var texts: [String] { FunctionRegistry.all.flatMap { texts(of: $0) } }

    /// libFuzzer's dictionary: the names of functions and columns, and words of the grammar.
    public static var dictionary: String {
        let names = FunctionRegistry.names.filter { $0.allSatisfy { $0.isLetter || $0 == "_" } }
        let columns = ExtremeRows.schema.fields.map(\.name)
        let words = [
            "DISTINCT ", " FILTER (WHERE ", " IGNORE NULLS", " RETURNING ", " ON ERROR", "CAST(",
            " AS ARRAY<", "INTERVAL '1' ", "TIMESTAMP '", "'$[*].a'",
        ]
        return (names.map { $0 + "(" } + columns + words).map { "\"\($0)\"\n" }.joined()
    }

    /// The examples of a function, as they are and with columns in place of constants; an aggregate of
    /// every column.
    package static func texts(of function: FunctionDefinition) -> [String] {
        guard function.category == .aggregate else {
            return function.examples.flatMap { [$0.expression, withColumns($0.expression)] }
        }
        return ExtremeRows.schema.fields.flatMap { field in
            let name = function.name
            return [
                "\(name)(\(field.name))", "\(name)(DISTINCT \(field.name))",
                "\(name)(\(field.name)) FILTER (WHERE f)",
            ]
        }
    }

    /// For how many of the fuzzer's rows an expression can be computed.
    package static func rowCount(_ text: String) -> Int { ExpressionFuzz.rowCount(text) }

    /// Texts become the column `s` and numbers `i`. What is no expression then does no harm.
    private static func withColumns(_ text: String) -> String {
        var made = ""
        var rest = text[...]
        while let first = rest.first {
            if first == "'" {
                rest = rest.dropFirst().drop { $0 != "'" }.dropFirst()
                made += "s"
            } else if first.isNumber {
                rest = rest.drop { $0.isNumber || $0 == "." }
                made += "i"
            } else {
                let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                made += name.isEmpty ? String(first) : String(name)
                rest = rest.dropFirst(max(1, name.count))
            }
        }
        return made
    }
}
