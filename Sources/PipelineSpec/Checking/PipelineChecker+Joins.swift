internal import Expression
internal import StreamCore
internal import YAML

extension PipelineChecker {
    func checkJoin(_ operatorNode: OperatorGraph.Operator, _ object: DecodedObject) {
        _ = stateTTL(object, nil, isBounded: true)
        let kind = JoinDefinition.Kind(rawValue: object["kind"]?.text ?? "") ?? .inner
        let window = joinWindow(object)
        guard hasTwoInputs(object), operatorNode.inputs.count == 2,
            let pair = pairScope(operatorNode.inputs, kind, window)
        else { return checkSyntaxOnly(object) }
        let hasEventTime = checkEventTime(operatorNode.inputs)
        let condition = joinCondition(object, pair)
        guard let outputs = joinOutputs(object, pair) else { return }
        let schema = RowSchema(
            outputs.map {
                Field(
                    name: $0.name, type: $0.expression.type, isNullable: $0.expression.isNullable)
            })
        streams[operatorNode.id] = RowStream(
            schema: schema, scope: SchemaScope(schema), isUntouchedRaw: false, hasEventTime: true)
        guard let condition, let window, hasEventTime, object.isComplete else { return }
        let join = JoinDefinition(
            kind: kind, aliases: operatorNode.inputs.compactMap(\.alias), window: window,
            allowedLatenessMilliseconds: allowedLateness(object), emission: emission(object),
            conditionText: object["condition"]?.node.scalar?.text ?? "",
            keys: condition.keys, residual: condition.residual, columns: pair.columns,
            outputs: outputs)
        transforms.append(
            TransformDefinition(
                id: operatorNode.id, position: position(operatorNode.keyRange),
                inputs: operatorNode.inputs.map(\.address), kind: .join(join),
                onError: errorPolicy(object), schema: schema))
    }

    // MARK: Inputs

    private func hasTwoInputs(_ object: DecodedObject) -> Bool {
        guard let value = object["input"], let count = value.node.entries?.count else {
            return false
        }
        if count == 2 { return true }
        decoder.report(
            .wrongType, at: value.node.range, path: value.path,
            "a join has two inputs, the left and the right; here \(count == 1 ? "is" : "are") \(count)",
            help: "input: { o: orders, p: payments }")
        return false
    }

    /// - Returns: Nil if an input has errors of its own.
    private func pairScope(
        _ inputs: [OperatorGraph.Input], _ kind: JoinDefinition.Kind,
        _ window: JoinDefinition.Window?
    ) -> PairScope? {
        var made: [PairScope.Input] = []
        for (index, input) in inputs.enumerated() {
            guard let stream = streams[input.address.description], let alias = input.alias else {
                return nil
            }
            let isOptional = kind == .full || kind == (index == 0 ? .right : .left)
            made.append(
                PairScope.Input(
                    alias: alias, schema: stream.schema, scope: stream.scope,
                    isOptional: isOptional))
        }
        if case .interval = window { return PairScope(made, windowFields: []) }
        let fields = ["window_start", "window_end"].map {
            Field(name: $0, type: .timestampLTZ, isNullable: false)
        }
        return PairScope(made, windowFields: fields)
    }

    private func checkEventTime(_ inputs: [OperatorGraph.Input]) -> Bool {
        let without = inputs.filter { streams[$0.address.description]?.hasEventTime != true }
        for input in without {
            decoder.report(
                .windowWithoutEventTime, at: input.value.node.range, path: input.value.path,
                "the rows of `\(input.address)` have no event time, which the window needs",
                help: "add `event_time` and `watermark` to the source that they come from")
        }
        return without.isEmpty
    }

    // MARK: Expressions

    private func joinCondition(_ object: DecodedObject, _ pair: PairScope) -> JoinCondition? {
        guard let value = object["condition"], let syntax = syntax(value) else { return nil }
        do throws(ExpressionErrors) {
            let condition = try ExpressionChecker.checkJoin(
                syntax, in: pair, timeZone: configuration.timeZone)
            guard condition.keys.isEmpty else { return condition }
            reportNoKey(value, pair)
        } catch {
            report(error, in: value)
        }
        return nil
    }

    private func reportNoKey(_ value: DecodedValue, _ pair: PairScope) {
        let aliases = pair.inputs.map(\.alias)
        decoder.report(
            .joinWithoutKey, at: value.node.range, path: value.path,
            "the condition has no equality between `\(aliases[0])` and `\(aliases[1])`, so every row "
                + "would have to be compared with every other",
            help: "\(aliases[0]).id = \(aliases[1]).id AND ...")
    }

    /// - Returns: Nil after reporting, if one of them has an error.
    private func joinOutputs(_ object: DecodedObject, _ pair: PairScope) -> [NamedExpression]? {
        guard let select = object["select"], let map = select.map else { return nil }
        guard select.node.entries?.isEmpty == false else {
            decoder.report(
                .missingKey, at: select.node.range, path: select.path,
                "a join needs at least one column in `select`",
                help: "id: \(pair.inputs[0].alias).id")
            return nil
        }
        let stream = RowStream(
            schema: RowSchema(pair.windowFields), scope: pair, isUntouchedRaw: false)
        let made = map.compactMap { expression($0.value, named: $0.key, in: stream) }
        return made.count == select.node.entries?.count ? made : nil
    }
}
