internal import StreamCore

/// Functions of the clock and of chance: reading a record again gives another value.
extension FunctionRegistry {
    static let volatileFunctions: [FunctionDefinition] = [
        clock(
            "CURRENT_TIMESTAMP", aliases: ["NOW", "CURRENT_ROW_TIMESTAMP", "PROCTIME"], .now,
            ["CURRENT_TIMESTAMP", "NOW()", "CURRENT_ROW_TIMESTAMP()", "PROCTIME()"],
            .timestampLTZ, "The time at which the batch of the record is processed."),
        clock(
            "LOCALTIMESTAMP", .localTimestamp, ["LOCALTIMESTAMP"], .timestamp,
            "That time as the reading of a clock in the session's time zone."),
        clock(
            "CURRENT_DATE", .today, ["CURRENT_DATE"], .date,
            "The date of that time in the session's time zone."),
        FunctionDefinition(
            name: "RAND", aliases: [], category: .volatile, syntax: ["RAND()", "RAND(seed)"],
            resultType: "DOUBLE",
            summary:
                "A random number from 0 up to, not including, 1. With a constant seed the "
                + "sequence of Java's Random, which begins anew whenever the job starts."
                + volatileRule,
            examples: [FunctionExample("RAND() BETWEEN 0 AND 1", "true")],
            kind: .scalar(.range(0...1)) { $0.random($1) }),
        FunctionDefinition(
            name: "RAND_INTEGER", aliases: [], category: .volatile,
            syntax: ["RAND_INTEGER(bound)", "RAND_INTEGER(seed, bound)"], resultType: "INT",
            summary:
                "A random number from 0 up to, not including, the bound, which is an error below "
                + "1. With a constant seed as for RAND. NULL if the bound is." + volatileRule,
            examples: [
                FunctionExample("RAND_INTEGER(1)", "0"),
                FunctionExample("RAND_INTEGER(0)", "E2111"),
            ],
            kind: .scalar(.range(1...2)) { $0.randomInteger($1) }),
        FunctionDefinition(
            name: "UUID", aliases: [], category: .volatile, syntax: ["UUID()"],
            resultType: "STRING",
            summary: "A random UUID (version 4 of RFC 9562), from the machine's generator for "
                + "cryptography." + volatileRule,
            examples: [FunctionExample("CHAR_LENGTH(UUID())", "36")],
            kind: .scalar(.exactly(0)) { checker, site in
                .value(checker.volatile(.uuid, [], .string, site.range))
            }),
    ]

    private static let volatileRule =
        " Not deterministic: refused in exactly-once pipelines unless allow_nondeterministic says "
        + "otherwise."

    private static func clock(
        _ name: String, aliases: [String] = [], _ function: VolatileFunction, _ syntax: [String],
        _ type: LogicalType, _ summary: String
    ) -> FunctionDefinition {
        FunctionDefinition(
            name: name, aliases: aliases, category: .volatile, syntax: syntax,
            resultType: type.description, summary: summary + volatileRule,
            examples: [FunctionExample("\(syntax[0]) IS NULL", "false")],
            kind: .scalar(.exactly(0)) { checker, site in
                .value(checker.clock(function, type, site.range))
            })
    }
}

extension Checker {
    /// A call that a replay may answer otherwise.
    func volatile(
        _ function: VolatileFunction, _ arguments: [TypedExpression], _ type: LogicalType,
        _ range: Range<Int>
    ) -> TypedExpression {
        let call = make(
            .call(.row(.volatile(function)), arguments), type,
            isNullable: arguments.contains(where: \.isNullable), canFail: !arguments.isEmpty,
            over: arguments, range)
        return TypedExpression(
            type: call.type, isNullable: call.isNullable, isDeterministic: false,
            canFail: call.canFail, usedColumns: call.usedColumns, range: call.range,
            node: call.node)
    }

    /// Local times are casts of the instant: the session's time zone is in the cast.
    func clock(
        _ function: VolatileFunction, _ type: LogicalType, _ range: Range<Int>
    ) -> TypedExpression {
        let now = volatile(.now, [], .timestampLTZ, range)
        guard function == .localTimestamp || function == .today else { return now }
        return make(
            .call(.temporal(.cast(timeZone, isTry: false)), [now]), type, isNullable: false,
            over: [now], range)
    }

    mutating func random(_ site: CallSite) -> Checked {
        guard !site.arguments.isEmpty else {
            return .value(volatile(.random(isSeeded: false), [], .double, site.range))
        }
        guard let arguments = arguments(site, [.of(.int)]), isSeed(arguments[0], site) else {
            return .invalid
        }
        return .value(volatile(.random(isSeeded: true), arguments, .double, site.range))
    }

    mutating func randomInteger(_ site: CallSite) -> Checked {
        guard let arguments = arguments(site, [.of(.int), .of(.int)]) else { return .invalid }
        let isSeeded = arguments.count == 2
        guard !isSeeded || isSeed(arguments[0], site) else { return .invalid }
        return .value(
            volatile(.randomInteger(isSeeded: isSeeded), arguments, .int, site.range))
    }

    private mutating func isSeed(_ argument: TypedExpression, _ site: CallSite) -> Bool {
        if case .integer? = constantValue(of: argument) { return true }
        report(
            .badLiteral, "the seed of \(site.name) is a constant INT",
            site.arguments[0].syntax.range)
        return false
    }
}
