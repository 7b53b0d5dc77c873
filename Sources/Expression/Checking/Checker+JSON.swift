internal import StreamCore

/// The SQL/JSON functions.
extension Checker {
    mutating func checkJSON(_ call: JSONCall, _ range: Range<Int>) -> Checked {
        switch call.function {
        case .array, .object: return checkMaking(call, range)
        case .isJSON:
            guard let text = jsonInput(call.operands[0], "IS JSON") else { return .invalid }
            return .value(
                make(
                    .call(.row(.json(.isJSON(call.test))), [text]), .boolean, isNullable: false,
                    over: [text], range))
        case .value, .query, .exists: break
        }
        let name = call.function.rawValue
        let text = jsonInput(call.operands[0], name)
        guard let path = jsonPath(call.operands[1], name), let text else { return .invalid }
        if call.function == .value, path.hasWildcards {
            report(
                .badJSONPath, "JSON_VALUE gives one value, and this path leads to any number",
                call.operands[1].range, help: "JSON_QUERY gives an array of them")
            return .invalid
        }
        switch call.function {
        case .value: return checkValue(call, text, path, range)
        case .query: return checkQuery(call, text, path, range)
        default: return checkExists(call, text, path, range)
        }
    }

    /// STRING and JSON are read; reports what is neither.
    private mutating func jsonInput(_ syntax: SyntaxNode, _ user: String) -> TypedExpression? {
        let checked = check(syntax)
        if case .value(let typed) = checked, typed.type == .json { return typed }
        return texts([(syntax, checked)], user)?.first
    }

    private mutating func jsonPath(_ syntax: SyntaxNode, _ user: String) -> JSONPath? {
        let checked = check(syntax)
        guard case .value(let typed) = checked, typed.type == .string,
            case .bytes(let bytes)? = constantValue(of: typed)
        else {
            if case .invalid = checked { return nil }
            report(
                .badJSONPath, "\(user) takes a path that is the same for every row", syntax.range,
                help: "for example '$.a.b[0]'")
            return nil
        }
        do {
            return try JSONPath(String(decoding: bytes, as: UTF8.self))
        } catch {
            report(error.isNotBuilt ? .notBuilt : .badJSONPath, error.message, syntax.range)
            return nil
        }
    }

    // MARK: JSON_VALUE

    private mutating func checkValue(
        _ call: JSONCall, _ text: TypedExpression, _ path: JSONPath, _ range: Range<Int>
    ) -> Checked {
        let type = call.returning?.type ?? .string
        switch type {
        case .string, .boolean, .int, .bigint, .double: break
        default:
            report(
                .wrongOperandType, "JSON_VALUE cannot return \(type)",
                call.returning?.range ?? range,
                help: "STRING, BOOLEAN, INT, BIGINT or DOUBLE; CAST the STRING to others")
            return .invalid
        }
        var arguments = [text]
        guard let onEmpty = fallback(call.onEmpty, type, &arguments),
            let onError = fallback(call.onError, type, &arguments)
        else { return .invalid }
        let isNullable = [onEmpty, onError].contains { fallback in
            switch fallback {
            case .null: true
            case .argument(let index): arguments[index].isNullable
            default: false
            }
        }
        return .value(
            make(
                .call(.row(.json(.value(path, onEmpty: onEmpty, onError: onError))), arguments),
                type, isNullable: text.isNullable || isNullable,
                canFail: onEmpty == .error || onError == .error, over: arguments, range))
    }

    /// The default value becomes an argument; nil if reported.
    private mutating func fallback(
        _ clause: JSONCall.Clause?, _ type: LogicalType, _ arguments: inout [TypedExpression]
    ) -> JSONFallback? {
        switch clause {
        case nil, .null?, .unknown?: return .null
        case .error?: return .error
        case .emptyArray?: return .emptyArray
        case .emptyObject?: return .emptyObject
        case .truth(let truth)?: return .truth(truth)
        case .defaultValue(let syntax)?:
            let checked = check(syntax)
            guard let value = coerced(checked, to: type) else {
                if case .value(let typed) = checked {
                    report(
                        .wrongOperandType,
                        "this DEFAULT is \(typed.type), JSON_VALUE returns \(type)", syntax.range,
                        help: castHelp(syntax, typed.type, to: type))
                }
                return nil
            }
            arguments.append(value)
            return .argument(arguments.count - 1)
        }
    }

    // MARK: JSON_QUERY, JSON_EXISTS

    private mutating func checkQuery(
        _ call: JSONCall, _ text: TypedExpression, _ path: JSONPath, _ range: Range<Int>
    ) -> Checked {
        let type = call.returning?.type ?? .string
        let isArray = type == .array(.string)
        guard type == .string || type == .json || isArray else {
            report(
                .notBuilt, "JSON_QUERY RETURNING \(type) is not built yet",
                call.returning?.range ?? range, help: "it returns STRING or ARRAY<STRING>")
            return .invalid
        }
        var arguments = [text]
        guard let onEmpty = fallback(call.onEmpty, type, &arguments),
            let onError = fallback(call.onError, type, &arguments)
        else { return .invalid }
        guard !isArray || onEmpty != .emptyObject && onError != .emptyObject else {
            report(.wrongOperandType, "EMPTY OBJECT is no ARRAY", range, help: "EMPTY ARRAY ON ...")
            return .invalid
        }
        let function = JSONFunction.query(
            path, call.wrapper, isArray: isArray, onEmpty: onEmpty, onError: onError)
        return .value(
            make(
                .call(.row(.json(function)), [text]), type,
                isNullable: text.isNullable || onEmpty == .null || onError == .null,
                canFail: onEmpty == .error || onError == .error || call.wrapper != .without
                    || path.hasWildcards || isArray,
                over: [text], range))
    }

    private mutating func checkExists(
        _ call: JSONCall, _ text: TypedExpression, _ path: JSONPath, _ range: Range<Int>
    ) -> Checked {
        var arguments = [text]
        let clause = call.onError ?? .truth(false)
        guard let onError = fallback(clause, .boolean, &arguments) else { return .invalid }
        return .value(
            make(
                .call(.row(.json(.exists(path, onError: onError))), [text]), .boolean,
                isNullable: text.isNullable || onError == .null, canFail: onError == .error,
                over: [text], range))
    }

    // MARK: JSON_ARRAY, JSON_OBJECT

    private mutating func checkMaking(_ call: JSONCall, _ range: Range<Int>) -> Checked {
        let names = call.keys.compactMap { name(of: $0) }
        var operands: [TypedExpression] = []
        var forms: [JSONForm] = []
        for syntax in call.operands {
            var checked = check(syntax)
            if case .null(let range) = checked { checked = .value(constant(.null, .string, range)) }
            guard case .value(let value) = checked, let pair = jsonOperand(value) else { continue }
            operands.append(pair.operand)
            forms.append(pair.form)
        }
        guard operands.count == call.operands.count, names.count == call.keys.count else {
            return .invalid
        }
        let isArray = call.function == .array
        // Flink: NULLs are left out of arrays and written in objects, if nothing else is said.
        let hasNulls = call.hasNulls ?? !isArray
        let function: NestedFunction =
            isArray
            ? .jsonArray(forms, hasNulls: hasNulls)
            : .jsonObject(names, forms, hasNulls: hasNulls)
        return .value(
            make(
                .call(.row(.nested(function)), operands), .string, isNullable: false,
                canFail: true, over: operands, range))
    }

    private mutating func name(of syntax: SyntaxNode) -> String? {
        if case .string(let name)? = syntax.literal { return name }
        report(
            .badLiteral, "a key of JSON_OBJECT is a text in quotes", syntax.range,
            help: "JSON_OBJECT('name' VALUE x)")
        return nil
    }
}
