internal import StreamCore

/// Functions of regular expressions.
extension FunctionRegistry {
    static let regexFunctions: [FunctionDefinition] = [
        syntax(
            "SIMILAR TO", .string, ["text [NOT] SIMILAR TO pattern [ESCAPE character]"], "BOOLEAN",
            "Whether the whole text matches: `%` is any text, `_` any character, `| * + ? {m,n} "
                + "( ) [..]` as in regular expressions. NULL if either is NULL.",
            [
                FunctionExample("'grey' SIMILAR TO 'gr(e|a)y'", "true"),
                FunctionExample("'greyer' SIMILAR TO 'gr_y'", "false"),
                FunctionExample("'10%' SIMILAR TO '[0-9]+!%' ESCAPE '!'", "true"),
            ]),
        regex(
            "REGEXP", .occurs, ["REGEXP(text, pattern)"], [], .boolean,
            "Whether the pattern matches somewhere in the text. FALSE for the empty pattern.",
            [
                FunctionExample("REGEXP('order-17', '[0-9]+$')", "true"),
                FunctionExample("REGEXP('abc', '^b')", "false"),
            ]),
        regex(
            "REGEXP_REPLACE", .replace, ["REGEXP_REPLACE(text, pattern, replacement)"],
            [.of(.string)], .string, canFail: true,
            "Every match replaced; `replacement` is taken as it is, `$1` is no group.",
            [
                FunctionExample("REGEXP_REPLACE('foobar', 'oo|ar', '')", "\"fb\""),
                FunctionExample("REGEXP_REPLACE('a1b22', '[0-9]+', '#')", "\"a#b#\""),
            ]),
        regex(
            "REGEXP_EXTRACT", .extract, ["REGEXP_EXTRACT(text, pattern[, group])"],
            [.of(.int)], optionalCount: 1, .string, isNullable: true,
            "The group of the first match; 0, or left out, is the whole match. NULL if nothing "
                + "matches or the group took no part.",
            [
                FunctionExample("REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2)", "\"bar\""),
                FunctionExample("REGEXP_EXTRACT('id=17', '[0-9]+')", "\"17\""),
                FunctionExample("REGEXP_EXTRACT('id', '[0-9]+')", "null"),
                FunctionExample("REGEXP_EXTRACT('a', '(?<first>a)', 1)", "\"a\""),
            ]),
        regex(
            "REGEXP_COUNT", .count, ["REGEXP_COUNT(text, pattern)"], [], .int,
            "How often the pattern matches, from left to right without overlap.",
            [FunctionExample("REGEXP_COUNT('a1b22c', '[0-9]')", "3")]),
        regex(
            "REGEXP_INSTR", .instr, ["REGEXP_INSTR(text, pattern)"], [], .int,
            "Where the first match begins, in code points from 1; 0 if nothing matches.",
            [
                FunctionExample("REGEXP_INSTR('hello', 'l+')", "3"),
                FunctionExample("REGEXP_INSTR('hello', 'z')", "0"),
            ]),
        regex(
            "REGEXP_SUBSTR", .substr, ["REGEXP_SUBSTR(text, pattern)"], [], .string,
            isNullable: true, "The first match. NULL if nothing matches.",
            [FunctionExample("REGEXP_SUBSTR('hello', 'l+')", "\"ll\"")]),
    ]

    /// What all of them have in common.
    private static let patternRule =
        " The pattern is Java's, as far as RE2 goes: no back-references, no look-around; at most "
        + "\(Regex.patternByteCountMax) bytes. A pattern from data that is none is an error."

    private static func regex(
        _ name: String, _ function: RegexFunction, _ syntax: [String], _ rest: [Parameter],
        optionalCount: Int = 0, _ result: LogicalType, isNullable: Bool = false,
        canFail: Bool = false, _ summary: String, _ examples: [FunctionExample]
    ) -> FunctionDefinition {
        let parameters = [.of(.string), .of(.string)] + rest
        let counts = ArgumentCount.range(parameters.count - optionalCount...parameters.count)
        return FunctionDefinition(
            name: name, aliases: [], category: .string, syntax: syntax,
            resultType: result.description,
            summary: summary + " NULL if any argument is NULL." + patternRule, examples: examples,
            kind: .scalar(counts) { checker, site in
                checker.regexCall(
                    site, function, parameters, result, isNullable: isNullable, canFail: canFail)
            })
    }
}

extension Checker {
    /// A call with a pattern as its second argument: one that is the same for every row is checked
    /// here.
    mutating func regexCall(
        _ site: CallSite, _ function: RegexFunction, _ parameters: [Parameter],
        _ result: LogicalType, isNullable: Bool, canFail: Bool
    ) -> Checked {
        guard let arguments = arguments(site, parameters) else { return .invalid }
        let known = constantValue(of: arguments[1])
        if case .bytes(let text)? = known {
            do {
                let regex = try function.syntax.compile(text)
                try checkGroup(function, regex, arguments)
            } catch {
                report(
                    .badRegex, "this is not a regular expression: \(error.message)",
                    site.arguments[1].syntax.range)
                return .invalid
            }
        }
        return .value(
            make(
                .call(.row(.regex(function)), arguments), result,
                isNullable: isNullable || arguments.contains(where: \.isNullable),
                canFail: canFail || known == nil, over: arguments, site.range))
    }

    /// A constant group must be one of the pattern's.
    private func checkGroup(
        _ function: RegexFunction, _ regex: Regex, _ arguments: [TypedExpression]
    ) throws(Regex.Failure) {
        guard function == .extract, arguments.count > 2,
            case .integer(let group)? = constantValue(of: arguments[2])
        else { return }
        guard group < 0 || group > Int64(regex.groupCount) else { return }
        throw Regex.Failure(
            message: "it has \(regex.groupCount) groups in parentheses, there is no \(group)")
    }

    /// `text SIMILAR TO pattern ESCAPE character`.
    mutating func checkSimilar(
        _ operand: SyntaxNode, _ pattern: SyntaxNode, _ escape: SyntaxNode?, _ isNegated: Bool,
        _ range: Range<Int>
    ) -> Checked {
        let site = CallSite(
            name: "SIMILAR TO", range: range,
            arguments: [operand, pattern].map { ($0, check($0)) })
        let escapeCharacter = escape.map { checkEscape($0) } ?? .some(nil)
        for argument in site.arguments { if case .invalid = argument.checked { return .invalid } }
        guard let escapeCharacter else { return .invalid }
        let call = regexCall(
            site, .similar(escape: escapeCharacter), [.of(.string), .of(.string)], .boolean,
            isNullable: false, canFail: false)
        guard case .value(let typed) = call else { return call }
        return .value(negated(typed, isNegated))
    }
}
