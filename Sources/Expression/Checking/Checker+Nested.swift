internal import StreamCore

/// Fields, elements and members of ROW, ARRAY and MAP values.
extension Checker {
    /// A path that the scope does not know as a whole: its longest beginning that is a column, and
    /// the rest read out of the column's value. Nil: no beginning is one that has parts, or the
    /// scope is a source's, which reads every path itself.
    mutating func checkParts(_ steps: [PathStep], _ range: Range<Int>) -> Checked? {
        if let source = scope as? SourceScope, !source.isWhole(steps) { return nil }
        for count in (1..<max(steps.count, 1)).reversed() {
            guard
                case .column(let index, let type, let isNullable) = scope.resolve(
                    Array(steps[..<count]))
            else { continue }
            guard type.hasParts else { return nil }
            let base = column(index, type, isNullable: isNullable, range)
            return parts(of: base, Array(steps[count...]), shown: steps.pathText, range)
        }
        return nil
    }

    /// The value at a constant path into a value.
    private mutating func parts(
        of base: TypedExpression, _ steps: [PathStep], shown: String, _ range: Range<Int>
    ) -> Checked {
        var (type, isNullable) = (base.type, false)
        var path: [PathStep] = []
        for step in steps {
            guard let field = part(of: type, step, shown, range) else { return .invalid }
            // The text of a map's key is its name.
            if case .map = type, case .element(let number) = step {
                path.append(.field(String(number)))
            } else {
                path.append(step)
            }
            (type, isNullable) = (field.type, isNullable || field.isNullable)
        }
        return extracted(base, path, type, isNullable: isNullable, range)
    }

    /// The type of one part; reports what has no such part.
    private mutating func part(
        of type: LogicalType, _ step: PathStep, _ shown: String, _ range: Range<Int>
    ) -> Field? {
        switch (type, step) {
        case (.row(let fields), .field(let name)):
            if let field = fields.first(where: { $0.name == name }) { return field }
            let names = fields.map(\.name)
            report(
                .unknownColumn,
                "there is no column `\(shown)` here: \(type) has no field `\(name)`",
                range,
                help: Spelling.didYouMean(name, among: names)
                    ?? "fields: \(names.joined(separator: ", "))")
        case (.array(let element), .element): return Field(name: "", type: element)
        case (.map(let key, let value), .field) where key == .string:
            return Field(name: "", type: value)
        case (.map(let key, let value), .element) where key == .int || key == .bigint:
            return Field(name: "", type: value)
        case (.json, _):
            report(
                .wrongOperandType, "JSON has no fields of known type", range,
                help: "JSON_VALUE(..., '$.a') or JSON_QUERY(..., '$.a')")
        default:
            report(
                .wrongOperandType, "\(type) has no \(step.partName)", range)
        }
        return nil
    }

    /// The value at a path inside of `base`, as a column's value.
    ///
    /// - Parameter isNullable: Whether a value that is not NULL may have nothing there.
    mutating func extracted(
        _ base: TypedExpression, _ path: [PathStep], _ type: LogicalType, isNullable: Bool,
        _ range: Range<Int>
    ) -> Checked {
        var (base, path) = (base, path)
        // A part of a part is read at once.
        var mayLack = isNullable
        if case .call(.row(.nested(.extract(let outer, _, let outerMayLack))), let arguments) =
            base.node
        {
            (base, path, mayLack) = (arguments[0], outer + path, mayLack || outerMayLack)
        }
        let form = ExtractForm(type)
        return typed(form, type, range) { checker, read in
            checker.make(
                .call(.row(.nested(.extract(path, form, isNullable: mayLack))), [base]), read,
                isNullable: base.isNullable || mayLack, canFail: true, over: [base], range)
        }
    }

    /// The name of a MAP's member as its key.
    mutating func memberKey(_ name: TypedExpression, as type: LogicalType) -> Checked {
        typed(type == .string ? .string : .scalarText, type, name.range) { _, _ in name }
    }

    /// A read value, cast from its text where its type is not one of JSON.
    mutating func typed(
        _ form: ExtractForm, _ type: LogicalType, _ range: Range<Int>,
        _ build: (inout Checker, LogicalType) -> TypedExpression
    ) -> Checked {
        guard form == .scalarText else { return .value(build(&self, type)) }
        guard CastRule.find(from: .string, to: type) != nil else {
            report(.notBuilt, "reading \(type) out of a ROW, ARRAY or MAP is not built yet", range)
            return .invalid
        }
        return .value(cast(build(&self, .string), to: type, canFail: true))
    }

    // MARK: Of any value

    /// `value.field`, `value[i]`, `value['key']`.
    mutating func checkAccess(
        _ value: SyntaxNode, _ step: AccessStep, _ range: Range<Int>
    ) -> Checked {
        let checked = check(value)
        guard case .value(let base) = checked else {
            if case .null(let range) = checked { reportUntypedNull(range) }
            return .invalid
        }
        switch step {
        case .field(let name):
            return parts(of: base, [.field(name)], shown: name, range)
        case .subscript(let index):
            let checked = check(index)
            if case .integer(let number) = index.literal, number >= 0, number <= Int32.max {
                return parts(of: base, [.element(Int(number))], shown: "[\(number)]", range)
            }
            if case .string(let key) = index.literal {
                return parts(of: base, [.field(key)], shown: "['\(key)']", range)
            }
            return computedPart(of: base, (index, checked), range)
        }
    }

    private mutating func computedPart(
        of base: TypedExpression, _ index: (SyntaxNode, Checked), _ range: Range<Int>
    ) -> Checked {
        switch base.type {
        case .array(let element):
            guard let number = operand(index, .bigint, "the number of an element") else {
                return .invalid
            }
            let form = ExtractForm(element)
            return typed(form, element, range) { checker, read in
                checker.make(
                    .call(.row(.nested(.element(form))), [base, number]), read, isNullable: true,
                    canFail: true, over: [base, number], range)
            }
        case .map(let key, let value) where key == .string || key == .int || key == .bigint:
            guard let typedKey = operand(index, key, "the key"), let name = text(of: typedKey)
            else {
                return .invalid
            }
            let form = ExtractForm(value)
            return typed(form, value, range) { checker, read in
                checker.make(
                    .call(.row(.nested(.member(form))), [base, name]), read, isNullable: true,
                    canFail: true, over: [base, name], range)
            }
        default:
            report(.wrongOperandType, "\(base.type) has no elements", range)
            return .invalid
        }
    }

    private mutating func operand(
        _ value: (SyntaxNode, Checked), _ type: LogicalType, _ user: String
    ) -> TypedExpression? {
        if let typed = coerced(value.1, to: type) { return typed }
        if case .value(let typed) = value.1 {
            report(
                .wrongOperandType, "\(user) is \(type), not \(typed.type)", value.0.range,
                help: castHelp(value.0, typed.type, to: type))
        }
        return nil
    }

    /// The value as STRING; nil if there is no such cast.
    func text(of value: TypedExpression) -> TypedExpression? {
        guard value.type != .string else { return value }
        guard CastRule.find(from: value.type, to: .string) != nil else { return nil }
        return cast(value, to: .string, canFail: false)
    }

    private func cast(
        _ value: TypedExpression, to type: LogicalType, canFail: Bool
    ) -> TypedExpression {
        let isTemporal = value.type.isTemporal || type.isTemporal
        let node: TypedNode =
            isTemporal
            ? .call(.temporal(.cast(timeZone, isTry: false)), [value]) : .cast(value, isTry: false)
        return make(
            node, type, isNullable: value.isNullable, canFail: canFail, over: [value], value.range)
    }
}

extension LogicalType {
    /// Whether a path may lead into values of this type.
    var hasParts: Bool {
        switch self {
        case .array, .map, .row, .json: true
        default: false
        }
    }
}

extension PathStep {
    fileprivate var partName: String {
        switch self {
        case .field(let name): "field `\(name)`"
        case .element: "elements"
        }
    }
}

extension SyntaxNode {
    /// The literal, if the node is nothing else.
    var literal: Literal? {
        if case .literal(let literal) = kind { literal } else { nil }
    }
}
