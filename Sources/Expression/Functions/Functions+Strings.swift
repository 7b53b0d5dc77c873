internal import StreamCore

/// Functions of texts. All count code points.
extension FunctionRegistry {
    static let stringFunctions: [FunctionDefinition] = [
        FunctionDefinition(
            name: "CONCAT", aliases: [], category: .string,
            syntax: ["a || b", "CONCAT(a, b, ...)"],
            resultType: "STRING", summary: "Joins texts. NULL if any is NULL.",
            examples: [
                FunctionExample("'a' || 'b' || 'c'", "\"abc\""),
                FunctionExample("CONCAT('a', CAST(NULL AS STRING))", "null"),
            ],
            kind: .scalar(.atLeast(1)) { checker, site in
                checker.concatenate(site.arguments.map { ($0.syntax, $0.checked) }, site.range)
            }),
        text(
            "LOWER", .lower, ["LOWER(text)"], [.string], .string,
            "The text in lower case, by Unicode's full mapping (no language's own rules).",
            [
                FunctionExample("LOWER('GrEy')", "\"grey\""),
                FunctionExample("LOWER('ÀΣ')", "\"àς\""),
            ]),
        text(
            "UPPER", .upper, ["UPPER(text)"], [.string], .string,
            "The text in upper case, by Unicode's full mapping (no language's own rules).",
            [
                FunctionExample("UPPER('grey')", "\"GREY\""),
                FunctionExample("UPPER('straße')", "\"STRASSE\""),
            ]),
        text(
            "CHAR_LENGTH", aliases: ["CHARACTER_LENGTH"], .charLength, ["CHAR_LENGTH(text)"],
            [.string], .int, "The number of code points.",
            [FunctionExample("CHAR_LENGTH('naïve')", "5"), FunctionExample("CHAR_LENGTH('')", "0")]),
        trim(
            "BTRIM", .both,
            [
                "TRIM(text)", "TRIM([LEADING | TRAILING | BOTH] [characters] FROM text)",
                "BTRIM(text[, characters])",
            ],
            "Removes the characters (spaces, if none are given) from both ends, or from one.",
            [
                FunctionExample("TRIM('  a ')", "\"a\""),
                FunctionExample("TRIM(LEADING '0' FROM '0070')", "\"70\""),
                FunctionExample("BTRIM('xyaxy', 'xy')", "\"a\""),
            ]),
        trim(
            "LTRIM", .leading, ["LTRIM(text[, characters])"],
            "Removes the characters (spaces, if none are given) from the beginning.",
            [FunctionExample("LTRIM(' a ')", "\"a \"")]),
        trim(
            "RTRIM", .trailing, ["RTRIM(text[, characters])"],
            "Removes the characters (spaces, if none are given) from the end.",
            [FunctionExample("RTRIM(' a ')", "\" a\"")]),
        FunctionDefinition(
            name: "SUBSTRING", aliases: ["SUBSTR"], category: .string,
            syntax: [
                "SUBSTRING(text FROM start [FOR length])", "SUBSTRING(text, start[, length])",
            ],
            resultType: "STRING",
            summary:
                "The part from the code point `start`, counted from 1, or from the end if "
                + "negative (0 is taken as 1). NULL if `length` is negative.",
            examples: [
                FunctionExample("SUBSTRING('abcd' FROM 2 FOR 2)", "\"bc\""),
                FunctionExample("SUBSTRING('abcd', -2)", "\"cd\""),
                FunctionExample("SUBSTRING('abcd', 9)", "\"\""),
                FunctionExample("SUBSTR('abcd', 1, -1)", "null"),
            ],
            kind: .scalar(.range(2...3)) { checker, site in
                let types: [LogicalType] = [.string, .bigint, .bigint]
                return checker.plainCall(
                    site, .substring, Array(types.prefix(site.arguments.count)), .string,
                    isNullable: site.arguments.count == 3)
            }),
        text(
            "LEFT", .left, ["LEFT(text, length)"], [.string, .bigint], .string,
            "The first `length` code points; empty if `length` is negative.",
            [
                FunctionExample("LEFT('abcd', 2)", "\"ab\""),
                FunctionExample("LEFT('ab', -1)", "\"\""),
            ]),
        text(
            "RIGHT", .right, ["RIGHT(text, length)"], [.string, .bigint], .string,
            "The last `length` code points; empty if `length` is negative.",
            [FunctionExample("RIGHT('abcd', 2)", "\"cd\"")]),
        text(
            "POSITION", .position, ["POSITION(part IN text)"], [.string, .string], .int,
            "Where `part` first stands in `text`, counted in code points from 1; 0 if it does "
                + "not; 1 if it is empty.",
            [
                FunctionExample("POSITION('c' IN 'abc')", "3"),
                FunctionExample("POSITION('x' IN 'abc')", "0"),
            ]),
        text(
            "REPLACE", .replace, ["REPLACE(text, search, replacement)"],
            [.string, .string, .string], .string, canFail: true,
            "Every `search` replaced, from left to right. An empty `search` changes nothing.",
            [FunctionExample("REPLACE('a-b-c', '-', '+')", "\"a+b+c\"")]),
    ]

    private static func text(
        _ name: String, aliases: [String] = [], _ kernel: ScalarKernel, _ syntax: [String],
        _ parameters: [LogicalType], _ result: LogicalType, canFail: Bool = false,
        _ summary: String, _ examples: [FunctionExample]
    ) -> FunctionDefinition {
        FunctionDefinition(
            name: name, aliases: aliases, category: .string, syntax: syntax,
            resultType: result.description, summary: summary + " NULL if any argument is NULL.",
            examples: examples,
            kind: .scalar(.exactly(parameters.count)) { checker, site in
                checker.plainCall(site, kernel, parameters, result, canFail: canFail)
            })
    }

    private static func trim(
        _ name: String, _ side: TrimSide, _ syntax: [String], _ summary: String,
        _ examples: [FunctionExample]
    ) -> FunctionDefinition {
        FunctionDefinition(
            name: name, aliases: [], category: .string, syntax: syntax, resultType: "STRING",
            summary: summary + " NULL if any argument is NULL.", examples: examples,
            kind: .scalar(.range(1...2)) { checker, site in
                checker.plainCall(
                    site, .trim(side), Array(repeating: .string, count: site.arguments.count),
                    .string)
            })
    }
}

extension Checker {
    /// A call whose arguments have fixed types; NULL if any argument is.
    mutating func plainCall(
        _ site: CallSite, _ kernel: ScalarKernel, _ parameters: [LogicalType],
        _ result: LogicalType, isNullable: Bool = false, canFail: Bool = false
    ) -> Checked {
        var arguments: [TypedExpression] = []
        for ((syntax, checked), parameter) in zip(site.arguments, parameters) {
            if let typed = coerced(checked, to: parameter) {
                arguments.append(typed)
            } else if case .value(let typed) = checked {
                report(
                    .wrongOperandType, "\(site.name) takes \(parameter) here, not \(typed.type)",
                    syntax.range, help: castHelp(syntax, typed.type, to: parameter))
            }
        }
        guard arguments.count == parameters.count else { return .invalid }
        return .value(
            make(
                .call(kernel, arguments), result,
                isNullable: isNullable || arguments.contains(where: \.isNullable),
                canFail: canFail, over: arguments, site.range))
    }
}
