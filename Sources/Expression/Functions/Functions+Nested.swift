internal import StreamCore

/// ARRAY, MAP and ROW values.
extension FunctionRegistry {
    static let collectionFunctions: [FunctionDefinition] = [
        FunctionDefinition(
            name: "ARRAY", aliases: [], category: .collection, syntax: ["ARRAY[a, b, ...]"],
            resultType: "ARRAY of the values' widest type",
            summary: "An array of the values; NULLs are elements.",
            examples: [
                FunctionExample("ARRAY[1, NULL, 3]", "\"[1,null,3]\""),
                FunctionExample("ARRAY[1, 2][0]", "1"), FunctionExample("ARRAY[1, 2][2]", "null"),
            ],
            kind: .scalar(.atLeast(1)) { $0.makeArray($1) }),
        FunctionDefinition(
            name: "MAP", aliases: [], category: .collection,
            syntax: ["MAP[key, value, key, value, ...]"],
            resultType: "MAP of the keys' and the values' widest types",
            summary: "A map; of two equal keys the last counts. A key that is NULL is an error.",
            examples: [
                FunctionExample("MAP['a', 1, 'b', 2]['b']", "2"),
                FunctionExample("MAP['a', 1]['c']", "null"),
            ],
            kind: .scalar(.atLeast(2)) { $0.makeMap($1) }),
        FunctionDefinition(
            name: "ROW", aliases: [], category: .collection,
            syntax: ["ROW(a, b, ...)", "(a, b, ...)"],
            resultType: "ROW",
            summary: "A row of the values; its fields are called EXPR$0, EXPR$1, and so on.",
            examples: [FunctionExample("ROW(1, 'a').\"EXPR$1\"", "\"a\"")],
            kind: .scalar(.atLeast(1)) { $0.makeRow($1) }),
        syntax(
            "[ ]", .collection, ["array[n]", "map[key]", "row.field"],
            "the type of the element, value or field",
            "An element counted from 0, the value of a key, or a field; of columns and of any "
                + "other value. NULL if there is none.",
            [
                FunctionExample("SPLIT('a,b', ',')[1]", "\"b\""),
                FunctionExample("ARRAY[ARRAY[1], ARRAY[2, 3]][1][0 + 1]", "3"),
            ]),
        FunctionDefinition(
            name: "CARDINALITY", aliases: [], category: .collection,
            syntax: ["CARDINALITY(array)", "CARDINALITY(map)"], resultType: "INT",
            summary: "The number of elements, or of keys. NULL for NULL.",
            examples: [FunctionExample("CARDINALITY(ARRAY[1, 2])", "2")],
            kind: .scalar(.exactly(1)) { $0.cardinality($1) }),
        FunctionDefinition(
            name: "ELEMENT", aliases: [], category: .collection, syntax: ["ELEMENT(array)"],
            resultType: "the type of the elements",
            summary: "The only element; NULL of an empty array. More than one is an error.",
            examples: [
                FunctionExample("ELEMENT(ARRAY['a'])", "\"a\""),
                FunctionExample("ELEMENT(ARRAY[1, 2])", "E2111"),
            ],
            kind: .scalar(.exactly(1)) { $0.singleElement($1) }),
        FunctionDefinition(
            name: "ARRAY_CONTAINS", aliases: [], category: .collection,
            syntax: ["ARRAY_CONTAINS(array, x)"], resultType: "BOOLEAN",
            summary:
                "Whether `x` is among the elements; NULL is found where an element is NULL. NULL "
                + "if the array is.",
            examples: [
                FunctionExample("ARRAY_CONTAINS(ARRAY['a', 'b'], 'b')", "true"),
                FunctionExample("ARRAY_CONTAINS(ARRAY[1, NULL], NULL)", "true"),
            ],
            kind: .scalar(.exactly(2)) { $0.contains($1) }),
        row(
            "SPLIT", .collection, .nested(.split), ["SPLIT(text, delimiter)"],
            [.of(.string), .of(.string)], .array(.string), canFail: true,
            "The parts of the text between the delimiter; its characters, if that is empty.",
            [FunctionExample("SPLIT('a,b', ',')[0]", "\"a\"")]),
        FunctionDefinition(
            name: "STR_TO_MAP", aliases: [], category: .collection,
            syntax: ["STR_TO_MAP(text[, pair_delimiter, key_delimiter])"],
            resultType: "MAP<STRING, STRING>",
            summary:
                "The pairs of a text as a map. The delimiters, `,` and `=` if left out, are "
                + "regular expressions; a pair without the second one has the value NULL. NULL "
                + "if any argument is NULL.",
            examples: [FunctionExample("STR_TO_MAP('a=1,b=2')['b']", "\"2\"")],
            kind: .scalar(.range(1...3)) { $0.textToMap($1) }),
        FunctionDefinition(
            name: "REGEXP_EXTRACT_ALL", aliases: [], category: .collection,
            syntax: ["REGEXP_EXTRACT_ALL(text, pattern[, group])"], resultType: "ARRAY<STRING>",
            summary:
                "The group of every match; 1, the first in parentheses, if left out, 0 for the "
                + "whole match. NULL if any argument is NULL or there is no such group.",
            examples: [
                FunctionExample("REGEXP_EXTRACT_ALL('a1b22', '[0-9]+', 0)[1]", "\"22\"")
            ],
            kind: .scalar(.range(2...3)) { $0.extractAll($1) }),
    ]
}

extension Checker {
    /// Both delimiters are arguments, whether written or not.
    mutating func textToMap(_ site: CallSite) -> Checked {
        guard site.arguments.count != 2 else {
            report(.wrongArgumentCount, "STR_TO_MAP takes 1 or 3 arguments", site.range)
            return .invalid
        }
        let parameters = Array(repeating: Parameter.of(.string), count: site.arguments.count)
        guard var arguments = arguments(site, parameters) else { return .invalid }
        if arguments.count == 1 {
            arguments += [",", "="].map { constant(.bytes(Array($0.utf8)), .string, site.range) }
        }
        for (argument, place) in zip(arguments.dropFirst(), site.arguments.dropFirst()) {
            guard isPattern(argument, place.syntax.range) else { return .invalid }
        }
        return .value(
            make(
                .call(.row(.nested(.textToMap)), arguments), .map(.string, .string),
                isNullable: arguments.contains(where: \.isNullable), canFail: true,
                over: arguments, site.range))
    }

    mutating func extractAll(_ site: CallSite) -> Checked {
        let parameters: [Parameter] = [.of(.string), .of(.string), .of(.bigint)]
        guard let arguments = arguments(site, parameters) else { return .invalid }
        guard isPattern(arguments[1], site.arguments[1].syntax.range) else { return .invalid }
        return .value(
            make(
                .call(.row(.nested(.extractAll)), arguments), .array(.string), isNullable: true,
                canFail: true, over: arguments, site.range))
    }

    /// Reports a constant that is no pattern.
    private mutating func isPattern(_ argument: TypedExpression, _ range: Range<Int>) -> Bool {
        guard case .bytes(let text)? = constantValue(of: argument) else { return true }
        do {
            _ = try RegexSyntax.java.compile(text)
            return true
        } catch {
            report(.badRegex, "this is not a regular expression: \(error.message)", range)
            return false
        }
    }
}
