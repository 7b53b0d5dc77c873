internal import StreamCore

/// The functions that are computed row by row, by family; one ``RowFunction`` each.
enum RowCall: Hashable, Sendable {
    case regex(RegexFunction)
    case text(TextFunction)
    case math(MathFunction)
    /// Nil: SHA2 with the number of bits as its second argument.
    case hash(HashFunction?)
    case json(JSONFunction)
    case nested(NestedFunction)
    case volatile(VolatileFunction)
}

extension RowCall {
    /// The kernel of a call whose arguments are compiled.
    func kernel(_ arguments: [Kernel], _ type: LogicalType) -> Kernel {
        switch self {
        case .regex(let function): function.kernel(arguments, type)
        case .text(let function): function.kernel(arguments, type)
        case .math(let function):
            RowFunctionKernel(MathRow(function: function), arguments, type)
        case .hash(let function): RowFunctionKernel(Hash(function), arguments, type)
        case .json(let function): function.kernel(arguments, type)
        case .nested(let function): function.kernel(arguments, type)
        case .volatile(let function): function.kernel(arguments, type)
        }
    }
}

/// What a parameter of a row function takes.
enum Parameter: Hashable, Sendable {
    /// This type, or what widens to it.
    case of(LogicalType)
    /// STRING or BYTES, as it is.
    case textOrBytes
}

extension Checker {
    /// A call of a row function.
    ///
    /// - Parameters:
    ///   - parameters: At least one for each argument.
    ///   - isNullable: Whether the result may be NULL without an argument being it.
    mutating func rowCall(
        _ site: CallSite, _ call: RowCall, _ parameters: [Parameter], _ result: LogicalType,
        isNullable: Bool = false, canFail: Bool = false
    ) -> Checked {
        guard let arguments = arguments(site, parameters) else { return .invalid }
        return .value(
            make(
                .call(.row(call), arguments), result,
                isNullable: isNullable || arguments.contains(where: \.isNullable),
                canFail: canFail, over: arguments, site.range))
    }

    /// The arguments as the parameters ask; nil if reported.
    mutating func arguments(_ site: CallSite, _ parameters: [Parameter]) -> [TypedExpression]? {
        var arguments: [TypedExpression] = []
        for ((syntax, checked), parameter) in zip(site.arguments, parameters) {
            if let typed = coerced(checked, to: parameter) {
                arguments.append(typed)
            } else if case .value(let typed) = checked {
                report(
                    .wrongOperandType,
                    "\(site.name) takes \(parameter.text) here, not \(typed.type)", syntax.range,
                    help: castHelp(syntax, typed.type, to: parameter.type))
            }
        }
        return arguments.count == site.arguments.count ? arguments : nil
    }

    private func coerced(_ checked: Checked, to parameter: Parameter) -> TypedExpression? {
        switch (parameter, checked) {
        case (.textOrBytes, .value(let typed)) where typed.type == .bytes: typed
        default: coerced(checked, to: parameter.type)
        }
    }

    /// The value of an expression without columns, if it has one that is the same for every row.
    func constantValue(of typed: TypedExpression) -> ConstantValue? {
        if case .constant(let value) = typed.node { return value }
        guard typed.usedColumns.isEmpty, typed.isDeterministic else { return nil }
        return KernelProgram.constantValue(of: typed)
    }
}

extension Parameter {
    /// The type that a NULL takes, and that a CAST in a message names.
    var type: LogicalType {
        switch self {
        case .of(let type): type
        case .textOrBytes: .string
        }
    }

    var text: String {
        switch self {
        case .of(let type): type.description
        case .textOrBytes: "STRING or BYTES"
        }
    }
}

extension FunctionRegistry {
    /// A row of the table for a function of fixed parameters; the last `optionalCount` may be left
    /// out.
    static func row(
        _ name: String, aliases: [String] = [], _ category: FunctionDefinition.Category,
        _ call: RowCall, _ syntax: [String], _ parameters: [Parameter], optionalCount: Int = 0,
        _ result: LogicalType, isNullable: Bool = false, canFail: Bool = false,
        _ summary: String, _ examples: [FunctionExample]
    ) -> FunctionDefinition {
        let counts = ArgumentCount.range(parameters.count - optionalCount...parameters.count)
        return FunctionDefinition(
            name: name, aliases: aliases, category: category, syntax: syntax,
            resultType: result.description,
            summary: summary + " NULL if any argument is NULL.", examples: examples,
            kind: .scalar(counts) { checker, site in
                checker.rowCall(
                    site, call, parameters, result, isNullable: isNullable, canFail: canFail)
            })
    }
}
