internal import Expression
internal import StreamCore
internal import YAML

/// `union`, `split` and `key`.
extension PipelineChecker {
    // MARK: union

    /// A list of inputs, of an operator that reads one stream, stands for a union of them, which is
    /// named here. No id of a file has a `/`.
    func uniteInputs(of id: String) {
        guard let index = graph.operators.firstIndex(where: { $0.id == id }),
            let object = graph.operators[index].object, Self.readsOneStream(object.kind),
            let value = object["input"], graph.operators[index].inputs.count > 1
        else { return }
        checkDistinct(graph.operators[index].inputs)
        let union = id + "/input"
        checkUnion(union, graph.operators[index], object, onError: .fail)
        guard streams[union] != nil else { return }
        let address = OutputAddress(operatorID: union)
        graph.operators[index].inputs = [.init(address: address, alias: nil, value: value)]
    }

    private static func readsOneStream(_ kind: String) -> Bool {
        !["union", "join", "dead_letter"].contains(kind)
    }

    /// - Parameter id: The union's own.
    func checkUnion(
        _ id: String, _ operatorNode: OperatorGraph.Operator, _ object: DecodedObject,
        onError: ErrorPolicy
    ) {
        guard let (kind, made) = union(operatorNode, object) else { return }
        var output = made
        output.records = .union(
            operatorNode.inputs.map { streams[$0.address.description]?.records ?? RowRecords() })
        streams[id] = output
        guard object.isComplete else { return }
        transforms.append(
            TransformDefinition(
                id: id, position: position(operatorNode.keyRange),
                inputs: operatorNode.inputs.map(\.address), kind: kind, onError: onError,
                schema: output.schema))
    }

    private func union(
        _ operatorNode: OperatorGraph.Operator, _ object: DecodedObject
    ) -> (TransformDefinition.Kind, RowStream)? {
        let inputs = operatorNode.inputs
        // Inputs that there are not have been reported.
        guard operatorNode.mentionedInputs?.count == inputs.count else { return nil }
        guard inputs.count > 1 else {
            if object.isComplete, let value = object["input"] {
                decoder.report(
                    .conflictingKeys, at: value.node.range, path: value.path,
                    "a union has two inputs or more", help: "input: [orders_eu, orders_us]")
            }
            return nil
        }
        let known = inputs.compactMap { streams[$0.address.description] }
        guard known.count == inputs.count else { return nil }
        let schema = known[0].schema
        for (input, stream) in zip(inputs, known).dropFirst() {
            checkSame(schema, stream.schema, inputs[0], input)
        }
        let place = position(object.keyRange)
        let columns = known.map { stream in
            schema.fields.compactMap { columnExpression($0.name, in: stream, position: place) }
        }
        guard columns.allSatisfy({ $0.count == schema.fields.count }) else { return nil }
        let fields = schema.fields.enumerated().map { index, field in
            Field(
                name: field.name, type: field.type,
                isNullable: columns.contains { $0[index].expression.isNullable })
        }
        let output = RowSchema(fields)
        var stream = RowStream(
            schema: output, scope: SchemaScope(output), isUntouchedRaw: false)
        stream.hasEventTime = known.allSatisfy(\.hasEventTime)
        return (.union(columns), stream)
    }

    /// Names and types, in order; NULL may be allowed by one alone.
    private func checkSame(
        _ first: RowSchema, _ other: RowSchema, _ firstInput: OperatorGraph.Input,
        _ input: OperatorGraph.Input
    ) {
        func shape(_ schema: RowSchema) -> [String] {
            schema.fields.map { "\($0.name) \($0.type)" }
        }
        guard shape(first) != shape(other) else { return }
        func list(_ schema: RowSchema) -> String {
            shape(schema).prefix(8).joined(separator: ", ")
        }
        decoder.report(
            .unionSchemas, at: input.value.node.range, path: input.value.path,
            "the inputs of a union have the same columns: `\(firstInput.address)` has "
                + "\(list(first)), and `\(input.address)` has \(list(other))",
            help: "put a map with `select` before one of them")
    }

    // MARK: split

    func split(
        _ id: String, _ object: DecodedObject, _ input: RowStream
    ) -> (TransformDefinition.Kind, RowStream)? {
        guard let value = object["routes"], let map = value.map else { return nil }
        if value.node.entries?.isEmpty != false {
            decoder.report(
                .missingKey, at: value.node.range, path: value.path,
                "a split needs at least one route", help: "routes: { eu: region = 'EU' }")
        }
        var routes: [NamedExpression] = []
        for entry in map {
            checkRouteName(entry)
            streams["\(id).\(entry.key)"] = input
            if let condition = expression(
                entry.value, named: entry.key, in: input, expecting: .boolean)
            {
                routes.append(condition)
            }
        }
        streams["\(id).default"] = input
        guard !routes.isEmpty, routes.count == value.node.entries?.count else { return nil }
        let hasDefault = object["default"]?.text != "drop"
        return (.split(routes, hasDefault: hasDefault), input)
    }

    // MARK: key

    func key(
        _ object: DecodedObject, _ input: RowStream
    ) -> (TransformDefinition.Kind, RowStream)? {
        guard let keys = keys(object, input) else { return nil }
        // Behind a repartitioning the source's bytes are gone.
        let output = RowStream(schema: input.schema, scope: input.scope, isUntouchedRaw: false)
        return (.key(keys), output)
    }

    private func checkRouteName(_ entry: DecodedEntry) {
        guard ["default", "errors", "late"].contains(entry.key) else { return }
        decoder.report(
            .badIdentifier, at: entry.keyRange, path: entry.value.path,
            "a route cannot be called `\(entry.key)`: every split may have an output of that name",
            help: "rename it")
    }
}
