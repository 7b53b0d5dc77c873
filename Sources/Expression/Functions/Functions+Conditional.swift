internal import StreamCore

/// Functions that choose among their arguments.
extension FunctionRegistry {
    static let conditionalFunctions: [FunctionDefinition] = [
        syntax(
            "CASE", .conditional,
            [
                "CASE WHEN condition THEN value [WHEN ...] [ELSE value] END",
                "CASE x WHEN candidate THEN value [WHEN ...] [ELSE value] END",
            ],
            "the widest of the values' types",
            "The value of the first WHEN that is TRUE, or equal to `x`; that of ELSE, or NULL, "
                + "if none is. A value is computed only for the rows that take it.",
            [
                FunctionExample("CASE WHEN 1 = 2 THEN 'a' ELSE 'b' END", "\"b\""),
                FunctionExample("CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "\"b\""),
                FunctionExample("CASE WHEN 1 = 1 THEN 0 ELSE 1 / 0 END", "0"),
            ]),
        FunctionDefinition(
            name: "COALESCE", aliases: ["IFNULL"], category: .conditional,
            syntax: ["COALESCE(a, b, ...)", "IFNULL(a, b)"],
            resultType: "the widest of the arguments' types",
            summary:
                "The first argument that is not NULL; NULL if all are. An argument is computed "
                + "only for the rows where all before it are NULL.",
            examples: [
                FunctionExample("COALESCE(NULL, 'a', 'b')", "\"a\""),
                FunctionExample("IFNULL(1, 1 / 0)", "1"),
            ],
            kind: .scalar(.atLeast(1)) { checker, site in checker.coalesce(site) }),
        FunctionDefinition(
            name: "NULLIF", aliases: [], category: .conditional, syntax: ["NULLIF(a, b)"],
            resultType: "the type of `a`", summary: "NULL if `a = b`, else `a`.",
            examples: [
                FunctionExample("NULLIF('', '')", "null"), FunctionExample("NULLIF(1, 2)", "1"),
            ],
            kind: .scalar(.exactly(2)) { checker, site in checker.nullIf(site) }),
        FunctionDefinition(
            name: "IF", aliases: [], category: .conditional, syntax: ["IF(condition, a, b)"],
            resultType: "the wider of the values' types",
            summary: "`a` where the condition is TRUE, else `b`.",
            examples: [
                FunctionExample("IF(1 = 1, 'a', 'b')", "\"a\""),
                FunctionExample("IF(NULL, 1, 2)", "2"),
            ],
            kind: .scalar(.exactly(3)) { checker, site in checker.ifElse(site) }),
        extremum(
            "GREATEST", .greatest, "The greatest of the arguments.",
            [
                FunctionExample("GREATEST(1, 2.5)", "2.5"),
                FunctionExample("GREATEST('a', 'b')", "\"b\""),
            ]),
        extremum(
            "LEAST", .least, "The smallest of the arguments.",
            [FunctionExample("LEAST(3, 1, 2)", "1"), FunctionExample("LEAST(1, NULL)", "null")]),
    ]

    private static func extremum(
        _ name: String, _ kernel: ScalarKernel, _ summary: String, _ examples: [FunctionExample]
    ) -> FunctionDefinition {
        FunctionDefinition(
            name: name, aliases: [], category: .conditional, syntax: ["\(name)(a, b, ...)"],
            resultType: "the widest of the arguments' types",
            summary: summary + " NULL if any is NULL.", examples: examples,
            kind: .scalar(.atLeast(1)) { checker, site in checker.extremum(site, kernel) })
    }
}

extension Checker {
    mutating func coalesce(_ site: CallSite) -> Checked {
        if site.name == "IFNULL", site.arguments.count != 2 {
            report(.wrongArgumentCount, "IFNULL takes 2 arguments", site.range)
            return .invalid
        }
        let values = site.arguments.map { ($0.syntax, $0.checked) }
        guard let typed = unified(values, site.name, site.range) else { return .invalid }
        guard let type = typed.first?.type else { return .null(site.range) }
        return .value(
            make(
                .coalesce(typed), type, isNullable: typed.allSatisfy(\.isNullable), over: typed,
                site.range))
    }

    /// `CASE WHEN a = b THEN NULL ELSE a END`, with `a` computed once.
    mutating func nullIf(_ site: CallSite) -> Checked {
        let (first, second) = (site.arguments[0], site.arguments[1])
        guard case .value(let value) = first.checked else { return first.checked }
        let built = binding(value) { checker, local in
            let test = checker.compare(
                .equal, (first.syntax, .value(local)), (second.syntax, second.checked), site.range)
            guard case .value(let condition) = test else { return nil }
            let null = checker.constant(.null, local.type, site.range)
            return checker.make(
                .branch([TypedBranch(condition: condition, result: null)], otherwise: local),
                local.type, isNullable: true, over: [condition, local], site.range)
        }
        return built.map { .value($0) } ?? .invalid
    }

    mutating func ifElse(_ site: CallSite) -> Checked {
        let condition = site.arguments[0]
        guard let test = coerced(condition.checked, to: .boolean) else {
            if case .value(let typed) = condition.checked {
                report(
                    .wrongOperandType, "IF takes a BOOLEAN condition, not \(typed.type)",
                    condition.syntax.range)
            }
            return .invalid
        }
        let results = site.arguments.dropFirst().map { ($0.syntax, $0.checked) }
        return branch([test], results, hasElse: true, site.range)
    }

    mutating func extremum(_ site: CallSite, _ kernel: ScalarKernel) -> Checked {
        let values = site.arguments.map { ($0.syntax, $0.checked) }
        guard let typed = unified(values, site.name, site.range) else { return .invalid }
        guard let type = typed.first?.type else { return .null(site.range) }
        guard type.isComparable else {
            report(.cannotCompare, "\(site.name) does not take \(type)", site.range)
            return .invalid
        }
        return .value(
            make(
                .call(kernel, typed), type, isNullable: typed.contains(where: \.isNullable),
                over: typed, site.range))
    }
}
