internal import StreamCore

/// More functions of texts.
extension FunctionRegistry {
    static let moreStringFunctions: [FunctionDefinition] = [
        text(
            "INITCAP", .initcap, ["INITCAP(text)"], [.of(.string)], .string,
            "Each word with its first letter in upper, the others in lower case; a word is a run "
                + "of ASCII letters and digits.",
            [FunctionExample("INITCAP('hELLO wORLD')", "\"Hello World\"")]),
        text(
            "REPEAT", .repeated, ["REPEAT(text, n)"], [.of(.string), .of(.bigint)], .string,
            canFail: true, "The text `n` times; empty below 1." + paddedRule,
            [FunctionExample("REPEAT('ab', 3)", "\"ababab\"")]),
        text(
            "REVERSE", .reverse, ["REVERSE(text)"], [.of(.string)], .string,
            "The characters from the last to the first.",
            [FunctionExample("REVERSE('naïve')", "\"evïan\"")]),
        text(
            "LPAD", .pad(.leading), ["LPAD(text, length, padding)"],
            [.of(.string), .of(.bigint), .of(.string)], .string, isNullable: true, canFail: true,
            "Padded on the left, or cut, to `length` characters. NULL if `length` is negative or "
                + "`padding` empty." + paddedRule,
            [
                FunctionExample("LPAD('7', 3, '0')", "\"007\""),
                FunctionExample("LPAD('hi', 1, '?')", "\"h\""),
            ]),
        text(
            "RPAD", .pad(.trailing), ["RPAD(text, length, padding)"],
            [.of(.string), .of(.bigint), .of(.string)], .string, isNullable: true, canFail: true,
            "Padded on the right, or cut, to `length` characters. NULL if `length` is negative or "
                + "`padding` empty." + paddedRule,
            [FunctionExample("RPAD('hi', 4, '?')", "\"hi??\"")]),
        FunctionDefinition(
            name: "CONCAT_WS", aliases: [], category: .string,
            syntax: ["CONCAT_WS(separator, a, b, ...)"], resultType: "STRING",
            summary:
                "The arguments that are not NULL, with the separator between them. NULL if the "
                + "separator is.",
            examples: [FunctionExample("CONCAT_WS('~', 'a', NULL, 'b', '', 'c')", "\"a~b~~c\"")],
            kind: .scalar(.atLeast(2)) { $0.concatWithSeparator($1) }),
        FunctionDefinition(
            name: "INSTR", aliases: [], category: .string, syntax: ["INSTR(text, part)"],
            resultType: "INT",
            summary: "Where `part` begins in the text, counted from 1; 0 if nowhere. NULL if any "
                + "argument is NULL.",
            examples: [FunctionExample("INSTR('Corporate', 'or')", "2")],
            kind: .scalar(.exactly(2)) { checker, site in
                let swapped = CallSite(
                    name: site.name, range: site.range, arguments: site.arguments.reversed())
                return checker.plainCall(swapped, .position, [.string, .string], .int)
            }),
        FunctionDefinition(
            name: "LOCATE", aliases: [], category: .string, syntax: ["LOCATE(part, text[, from])"],
            resultType: "INT",
            summary: "Where `part` begins in the text at or behind the character `from`, counted "
                + "from 1; 0 if nowhere. NULL if any argument is NULL.",
            examples: [
                FunctionExample("LOCATE('or', 'Corporate')", "2"),
                FunctionExample("LOCATE('or', 'Corporate', 3)", "5"),
            ],
            kind: .scalar(.range(2...3)) { checker, site in
                if site.arguments.count == 2 {
                    return checker.plainCall(site, .position, [.string, .string], .int)
                }
                return checker.rowCall(
                    site, .text(.locate), [.of(.string), .of(.string), .of(.bigint)], .int)
            }),
        text(
            "OVERLAY", .overlay,
            ["OVERLAY(text PLACING other FROM start [FOR length])"],
            [.of(.string), .of(.string), .of(.bigint), .of(.bigint)], optionalCount: 1, .string,
            canFail: true,
            "The text with `length` characters from `start` on (those of `other`, if left out) "
                + "replaced. A `start` outside of the text changes nothing.",
            [
                FunctionExample("OVERLAY('xxxxxtest' PLACING 'xxxx' FROM 6)", "\"xxxxxxxxx\""),
                FunctionExample(
                    "OVERLAY('xxxxxtest' PLACING 'xxxx' FROM 6 FOR 2)", "\"xxxxxxxxxst\""),
            ]),
        text(
            "SPLIT_INDEX", .splitIndex, ["SPLIT_INDEX(text, separator, n)"],
            [.of(.string), .of(.string), .of(.bigint)], .string, isNullable: true,
            "The part with the number `n`, counted from 0. NULL if there is none. An empty "
                + "separator splits at white space.",
            [
                FunctionExample("SPLIT_INDEX('a,b,c', ',', 1)", "\"b\""),
                FunctionExample("SPLIT_INDEX('a,b,c', ',', 3)", "null"),
            ]),
        text(
            "STARTSWITH", .startsWith, ["STARTSWITH(text, part)"], [.textOrBytes, .textOrBytes],
            .boolean, "Whether the text, or the bytes, begin with `part`.",
            [FunctionExample("STARTSWITH('order-17', 'order')", "true")]),
        text(
            "ENDSWITH", .endsWith, ["ENDSWITH(text, part)"], [.textOrBytes, .textOrBytes],
            .boolean, "Whether the text, or the bytes, end with `part`.",
            [FunctionExample("ENDSWITH('order-17', '-17')", "true")]),
        text(
            "TRANSLATE", .translate, ["TRANSLATE(text, from, to)"],
            [.of(.string), .of(.string), .of(.string)], .string, canFail: true,
            "Each character of `from` becomes the one at its place in `to`, or goes where `to` is "
                + "shorter.",
            [FunctionExample("TRANSLATE('2026-01', '-0', '/')", "\"226/1\"")]),
        text(
            "IS_ALPHA", .isAlpha, ["IS_ALPHA(text)"], [.of(.string)], .boolean,
            "Whether the text has letters only; FALSE for the empty text.",
            [
                FunctionExample("IS_ALPHA('naïve')", "true"),
                FunctionExample("IS_ALPHA('a1')", "false"),
            ]),
        text(
            "IS_DECIMAL", .isDecimal, ["IS_DECIMAL(text)"], [.of(.string)], .boolean,
            "Whether CAST to DOUBLE takes the text.",
            [
                FunctionExample("IS_DECIMAL('-1.5')", "true"),
                FunctionExample("IS_DECIMAL('')", "false"),
            ]),
        text(
            "IS_DIGIT", .isDigit, ["IS_DIGIT(text)"], [.of(.string)], .boolean,
            "Whether the text has decimal digits only; FALSE for the empty text.",
            [
                FunctionExample("IS_DIGIT('123')", "true"),
                FunctionExample("IS_DIGIT('1.5')", "false"),
            ]),
    ]

    private static let paddedRule =
        " More than \(TextFunction.paddedByteCountMax) bytes are an error."

    static func text(
        _ name: String, _ function: TextFunction, _ syntax: [String], _ parameters: [Parameter],
        optionalCount: Int = 0, _ result: LogicalType, isNullable: Bool = false,
        canFail: Bool = false, _ summary: String, _ examples: [FunctionExample]
    ) -> FunctionDefinition {
        row(
            name, .string, .text(function), syntax, parameters, optionalCount: optionalCount,
            result, isNullable: isNullable, canFail: canFail, summary, examples)
    }
}

extension Checker {
    mutating func concatWithSeparator(_ site: CallSite) -> Checked {
        let parameters = Array(repeating: Parameter.of(.string), count: site.arguments.count)
        guard let arguments = arguments(site, parameters) else { return .invalid }
        return .value(
            make(
                .call(.row(.text(.concatWithSeparator)), arguments), .string,
                isNullable: arguments[0].isNullable, canFail: true, over: arguments, site.range))
    }
}
