internal import Expression
internal import StreamCore
internal import YAML

extension PipelineChecker {
    func checkTransform(_ id: String) {
        guard let operatorNode = graph[id], let object = operatorNode.object else { return }
        let records = RowRecords.union(
            operatorNode.inputs.map { streams[$0.address.description]?.records ?? RowRecords() })
        addErrorStream(of: operatorNode, records)
        if object.kind == "union" {
            return checkUnion(id, operatorNode, object, onError: errorPolicy(object))
        }
        if object.kind == "join" { return checkJoin(operatorNode, object) }
        guard let input = operatorNode.input, let stream = streams[input] else {
            // The input is broken; syntax can be checked all the same.
            return checkSyntaxOnly(object)
        }
        // A filter's rows are its input's, whatever is wrong with the condition.
        if object.kind == "filter" { streams[id] = stream }
        if object["late"]?.text == "side_output" { addLateStream(of: id, stream) }
        let made: (TransformDefinition.Kind, RowStream)? =
            switch object.kind {
            case "filter": filter(object, stream)
            case "map": map(object, stream)
            case "deduplicate": deduplicate(object, stream)
            case "split": split(id, object, stream)
            case "key": key(object, stream)
            case "unnest", "flat_map": unnest(object, stream)
            default: aggregate(object, stream)
            }
        guard case (let kind, var output)? = made else { return }
        output.hasEventTime = stream.hasEventTime
        // Whatever makes a row of each row; a window makes one of many.
        if !isWindowed(object) { output.records = records }
        if ["map", "unnest", "flat_map"].contains(object.kind) {
            output.headerSources = stream.headerSources
        }
        streams[id] = output
        guard object.isComplete else { return }
        transforms.append(
            TransformDefinition(
                id: id, position: position(operatorNode.keyRange),
                inputs: operatorNode.inputs.map(\.address), kind: kind,
                onError: errorPolicy(object), schema: output.schema))
    }

    func checkSyntaxOnly(_ object: DecodedObject) {
        for entry in object.entries {
            if case .expression = entry.value.content { _ = syntax(entry.value) }
            for inner in entry.value.map ?? [] {
                if case .expression = inner.value.content { _ = syntax(inner.value) }
            }
        }
    }

    private func filter(
        _ object: DecodedObject, _ input: RowStream
    ) -> (TransformDefinition.Kind, RowStream)? {
        guard let value = object["where"] else { return nil }
        guard let condition = expression(value, named: "where", in: input, expecting: .boolean)
        else {
            return nil
        }
        return (.filter(condition), input)
    }

    // MARK: map

    private func map(
        _ object: DecodedObject, _ input: RowStream
    ) -> (TransformDefinition.Kind, RowStream)? {
        let columns: [NamedExpression]?
        if let select = object["select"] {
            if let other = object["extend"] ?? object["drop"] {
                decoder.report(
                    .conflictingKeys, at: other.node.range, path: other.path,
                    "a map has either `select`, or `extend` and `drop`",
                    help: "`select` lists all columns, so nothing need be added or removed")
            }
            columns = expressions(select, in: input)
        } else if object["extend"] != nil || object["drop"] != nil {
            columns = extended(object, input)
        } else {
            if object.isComplete {
                decoder.report(
                    .missingKey, at: object.keyRange, path: object.path,
                    "a map needs `select`, `extend` or `drop`", help: "select: { id: id }")
            }
            columns = nil
        }
        guard let columns, !columns.isEmpty else { return nil }
        return (.map(columns), Self.output(columns.map(Self.field)))
    }

    static func field(_ column: NamedExpression) -> Field {
        Field(
            name: column.name, type: column.expression.type,
            isNullable: column.expression.isNullable)
    }

    static func output(_ fields: [Field]) -> RowStream {
        let schema = RowSchema(fields)
        return RowStream(schema: schema, scope: SchemaScope(schema), isUntouchedRaw: false)
    }

    /// - Returns: Nil after reporting, if one of them has an error.
    func expressions(_ value: DecodedValue, in input: RowStream) -> [NamedExpression]? {
        guard let map = value.map else { return nil }
        if value.node.entries?.isEmpty != false {
            decoder.report(
                .missingKey, at: value.node.range, path: value.path,
                "at least one column is needed",
                help: "total: price * quantity")
        }
        let made = map.compactMap { expression($0.value, named: $0.key, in: input) }
        return made.count == value.node.entries?.count ? made : nil
    }

    private func extended(_ object: DecodedObject, _ input: RowStream) -> [NamedExpression]? {
        let added = object["extend"].map { expressions($0, in: input) } ?? []
        let dropped = object["drop"].map { inputColumns($0, input) } ?? []
        guard let added, let dropped else { return nil }
        var rest = added
        var columns: [NamedExpression] = []
        for field in input.schema.fields where !dropped.contains(field.name) {
            if let index = rest.firstIndex(where: { $0.name == field.name }) {
                columns.append(rest.remove(at: index))
            } else if let passed = columnExpression(
                field.name, in: input, position: position(object.keyRange))
            {
                columns.append(passed)
            }
        }
        columns += rest
        if columns.isEmpty {
            decoder.report(
                .conflictingKeys, at: object.keyRange(of: "drop"), path: object.path,
                "`drop` leaves no column")
        }
        return columns
    }

    /// The names in a list of columns of the input; nil after reporting one that there is not.
    func inputColumns(_ value: DecodedValue, _ input: RowStream) -> [String]? {
        var names: [String] = []
        var isGood = true
        for element in value.list ?? [] {
            guard let name = element.text else { continue }
            if input.schema.index(of: name) == nil {
                isGood = false
                reportUnknownColumn(name, element, input)
            } else if names.contains(name) {
                isGood = false
                reportColumnTwice(name, at: element.node.range, path: element.path)
            }
            names.append(name)
        }
        return isGood ? names : nil
    }

    func reportUnknownColumn(_ name: String, _ value: DecodedValue, _ input: RowStream) {
        decoder.report(
            .unknownColumn, at: value.node.range, path: value.path,
            "the input has no column `\(FieldDecoder.excerpt(name))`",
            help: NearestName.help(name, among: input.schema.fields.map(\.name)))
    }

    func reportColumnTwice(_ name: String, at range: YAMLRange, path: String) {
        decoder.report(
            .columnTwice, at: range, path: path, "the column `\(name)` is given twice",
            help: "rename one of them")
    }
}
