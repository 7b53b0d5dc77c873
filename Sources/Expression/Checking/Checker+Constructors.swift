internal import StreamCore

/// `ARRAY[..]`, `MAP[..]`, `ROW(..)`, and the functions of arrays and maps.
extension Checker {
    /// A value as JSON: with its form, or first as a text. Nil if reported.
    ///
    /// - Parameter putsJSONIn: What JSON_OBJECT and JSON_ARRAY give goes in as it is, not as a text.
    mutating func jsonOperand(
        _ value: TypedExpression, putsJSONIn: Bool = true
    ) -> (operand: TypedExpression, form: JSONForm)? {
        if putsJSONIn, case .call(.row(.nested(let function)), _) = value.node {
            switch function {
            case .jsonArray, .jsonObject: return (value, .raw)
            default: break
            }
        }
        if let form = JSONForm(value.type) { return (value, form) }
        guard let text = text(of: value) else {
            report(
                .wrongOperandType, "a value of \(value.type) cannot be put into a nested value",
                value.range)
            return nil
        }
        if case .decimal = value.type { return (text, .raw) }
        return (text, .string)
    }

    private mutating func jsonOperands(
        _ values: [TypedExpression]
    ) -> (operands: [TypedExpression], forms: [JSONForm])? {
        let pairs = values.compactMap { jsonOperand($0) }
        guard pairs.count == values.count else { return nil }
        return (pairs.map(\.operand), pairs.map(\.form))
    }

    private func made(
        _ function: NestedFunction, _ operands: [TypedExpression], _ type: LogicalType,
        isNullable: Bool = false, _ range: Range<Int>
    ) -> Checked {
        .value(
            make(
                .call(.row(.nested(function)), operands), type, isNullable: isNullable,
                canFail: true, over: operands, range))
    }

    // MARK: Constructors

    mutating func makeArray(_ site: CallSite) -> Checked {
        let values = site.arguments.map { ($0.syntax, $0.checked) }
        guard let typed = unified(values, "ARRAY", site.range) else { return .invalid }
        guard let element = typed.first?.type else {
            report(
                .untypedNull, "nothing gives the elements of this ARRAY a type", site.range,
                help: "ARRAY[CAST(NULL AS STRING)], for example")
            return .invalid
        }
        guard let (operands, forms) = jsonOperands(typed) else { return .invalid }
        return made(.makeArray(forms), operands, .array(element), site.range)
    }

    mutating func makeMap(_ site: CallSite) -> Checked {
        let values = site.arguments.map { ($0.syntax, $0.checked) }
        guard values.count % 2 == 0, !values.isEmpty else {
            report(
                .wrongArgumentCount, "MAP takes keys and values in turn", site.range,
                help: "MAP['a', 1, 'b', 2]")
            return .invalid
        }
        let keys = stride(from: 0, to: values.count, by: 2).map { values[$0] }
        let others = stride(from: 1, to: values.count, by: 2).map { values[$0] }
        guard let typedKeys = unified(keys, "the keys of MAP", site.range),
            let typedValues = unified(others, "the values of MAP", site.range)
        else { return .invalid }
        guard let key = typedKeys.first?.type, let value = typedValues.first?.type else {
            report(.untypedNull, "nothing gives this MAP a type", site.range)
            return .invalid
        }
        guard let (keyOperands, keyForms) = jsonOperands(typedKeys),
            let (valueOperands, valueForms) = jsonOperands(typedValues)
        else { return .invalid }
        let operands = zip(keyOperands, valueOperands).flatMap { [$0, $1] }
        return made(
            .makeMap(key: keyForms[0], value: valueForms[0]), operands, .map(key, value),
            site.range)
    }

    /// Flink names the fields of a row without names so.
    mutating func makeRow(_ site: CallSite) -> Checked {
        var values: [TypedExpression] = []
        for (_, checked) in site.arguments {
            if case .null(let range) = checked { reportUntypedNull(range) }
            if case .value(let typed) = checked { values.append(typed) }
        }
        guard values.count == site.arguments.count,
            let (operands, forms) = jsonOperands(values)
        else { return .invalid }
        let fields = values.enumerated().map { index, value in
            Field(name: "EXPR$\(index)", type: value.type, isNullable: value.isNullable)
        }
        return made(.makeRow(fields.map(\.name), forms), operands, .row(fields), site.range)
    }

    mutating func jsonText(_ site: CallSite) -> Checked {
        guard case .value(let value) = site.arguments[0].checked,
            let (operand, form) = jsonOperand(value)
        else {
            if case .null(let range) = site.arguments[0].checked {
                return .value(constant(.null, .string, range))
            }
            return .invalid
        }
        return made(
            .jsonText(form), [operand], .string, isNullable: operand.isNullable, site.range)
    }

    // MARK: Functions of arrays and maps

    mutating func cardinality(_ site: CallSite) -> Checked {
        guard case .value(let value) = site.arguments[0].checked else {
            return .value(constant(.null, .int, site.range))
        }
        switch value.type {
        case .array, .map:
            var isMap = false
            if case .map = value.type { isMap = true }
            return made(
                .cardinality(isMap: isMap), [value], .int, isNullable: value.isNullable, site.range)
        default: return wrongCollection(site, "an ARRAY or MAP", value.type)
        }
    }

    private mutating func wrongCollection(
        _ site: CallSite, _ wanted: String, _ type: LogicalType
    ) -> Checked {
        report(
            .wrongOperandType, "\(site.name) takes \(wanted), not \(type)",
            site.arguments[0].syntax.range)
        return .invalid
    }

    mutating func singleElement(_ site: CallSite) -> Checked {
        guard case .value(let value) = site.arguments[0].checked else {
            reportUntypedNull(site.range)
            return .invalid
        }
        guard case .array(let element) = value.type else {
            return wrongCollection(site, "an ARRAY", value.type)
        }
        let form = ExtractForm(element)
        return typed(form, element, site.range) { checker, read in
            checker.make(
                .call(.row(.nested(.single(form))), [value]), read, isNullable: true,
                canFail: true, over: [value], site.range)
        }
    }

    mutating func contains(_ site: CallSite) -> Checked {
        let (array, needle) = (site.arguments[0], site.arguments[1])
        guard case .value(let value) = array.checked else {
            return .value(constant(.null, .boolean, site.range))
        }
        guard case .array(let element) = value.type else {
            return wrongCollection(site, "an ARRAY", value.type)
        }
        switch element {
        case .boolean, .int, .bigint, .double, .string: break
        default:
            report(
                .notBuilt, "ARRAY_CONTAINS of \(value.type) is not built yet", site.range,
                help: "elements may be BOOLEAN, INT, BIGINT, DOUBLE or STRING")
            return .invalid
        }
        guard let wanted = coerced(needle.checked, to: element) else {
            if case .value(let typed) = needle.checked {
                report(
                    .wrongOperandType, "\(value.type) holds no \(typed.type)",
                    needle.syntax.range, help: castHelp(needle.syntax, typed.type, to: element))
            }
            return .invalid
        }
        return made(
            .contains(ExtractForm(element)), [value, wanted], .boolean,
            isNullable: value.isNullable, site.range)
    }
}
