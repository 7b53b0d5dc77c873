internal import Expression
internal import StreamCore
internal import YAML

/// `unnest` and `flat_map`.
extension PipelineChecker {
    func unnest(
        _ object: DecodedObject, _ input: RowStream
    ) -> (TransformDefinition.Kind, RowStream)? {
        guard let value = object["of"], let collection = expression(value, named: "of", in: input),
            let unnesting = unnesting(collection, value),
            let elements = elementColumns(object, unnesting, value)
        else {
            // What an element gives is unknown, but syntax is not.
            for column in object["select"]?.map ?? [] { _ = syntax(column.value) }
            return nil
        }
        let scope = ElementScope(RowSchema(elements.map(Self.field)), over: input.scope)
        let isFlatMap = object.kind == "flat_map"
        let select = isFlatMap ? selected(object, scope, input) : nil
        guard isFlatMap ? select != nil : passAll(input, scope, besides: elements, object) else {
            return nil
        }
        let passed = passed(scope, position(object.keyRange))
        let columns = isFlatMap ? elements + passed : passed + elements
        let definition = UnnestDefinition(
            collection: collection, keepsEmpty: object["keep_empty"]?.boolean ?? false,
            inputColumns: scope.inputColumns.map(\.index), columns: columns, select: select,
            elementNames: elements.map(\.name))
        return (.unnest(definition), Self.output((select ?? columns).map(Self.field)))
    }

    /// - Returns: Nil after reporting that there are no elements.
    private func unnesting(_ collection: NamedExpression, _ value: DecodedValue) -> Unnesting? {
        if let unnesting = Unnesting(collection.expression) { return unnesting }
        let type = collection.expression.type
        let help: String? =
            switch type {
            case .string: "of: SPLIT(\(collection.text), ',')"
            case .json: "declare the column as ARRAY<JSON>, or as an ARRAY of what it holds"
            default: nil
            }
        decoder.report(
            .nothingToUnnest, at: value.node.range, path: value.path,
            "`of` is \(type); an ARRAY, or a MAP with keys of STRING, INT or BIGINT, is needed",
            help: help)
        return nil
    }

    // MARK: What an element gives

    /// The element's columns, its number's last; nil after reporting.
    private func elementColumns(
        _ object: DecodedObject, _ unnesting: Unnesting, _ of: DecodedValue
    ) -> [NamedExpression]? {
        let parts = unnesting.parts(isWhole: object["as"]?.text != nil)
        guard let names = elementNames(object, parts, unnesting) else { return nil }
        var named = Array(zip(names, parts))
        if let ordinality = object["ordinality"]?.text {
            named.append((ordinality, unnesting.ordinality))
        }
        var columns: [NamedExpression] = []
        for (name, part) in named {
            guard !columns.contains(where: { $0.name == name }) else {
                let value = object["as"] ?? object["ordinality"] ?? of
                reportColumnTwice(name, at: value.node.range, path: value.path)
                return nil
            }
            guard let column = elementColumn(name, part, unnesting, of) else { return nil }
            columns.append(column)
        }
        return columns
    }

    private func elementColumn(
        _ name: String, _ part: Unnesting.Part, _ unnesting: Unnesting, _ of: DecodedValue
    ) -> NamedExpression? {
        do throws(ExpressionErrors) {
            return NamedExpression(
                name: name,
                expression: try unnesting.expression(for: part, timeZone: configuration.timeZone),
                text: name, position: position(of.node.range))
        } catch {
            report(error, in: of)
            return nil
        }
    }

    /// A name for each part; nil after reporting.
    private func elementNames(
        _ object: DecodedObject, _ parts: [Unnesting.Part], _ unnesting: Unnesting
    ) -> [String]? {
        guard let value = object["as"] else {
            let names = parts.compactMap(\.defaultName)
            if names.count < parts.count, object.isComplete {
                decoder.report(
                    .missingKey, at: object.keyRange, path: object.path,
                    "the key `as` is missing: nothing else names an element of \(parts[0].type)",
                    help: "as: item")
            }
            return names.count == parts.count ? names : nil
        }
        let names = value.text.map { [$0] } ?? value.list?.compactMap(\.text) ?? []
        guard names.count != parts.count else { return names }
        let wanted =
            unnesting.isMap
            ? "a member of a MAP gives two columns, its key and its value"
            : "an element gives \(parts.count) column\(parts.count == 1 ? "" : "s")"
        decoder.report(
            .elementNames, at: value.node.range, path: value.path,
            "`as` has \(names.count) name\(names.count == 1 ? "" : "s"), and \(wanted)",
            help: unnesting.isMap ? "as: [name, value]" : "as: item")
        return nil
    }

    // MARK: What goes on of the input

    private func selected(
        _ object: DecodedObject, _ scope: ElementScope, _ input: RowStream
    ) -> [NamedExpression]? {
        guard let select = object["select"] else { return nil }
        return expressions(
            select, in: RowStream(schema: input.schema, scope: scope, isUntouchedRaw: false))
    }

    /// Notes every column of the input; false after reporting one that an element gives, too.
    private func passAll(
        _ input: RowStream, _ scope: ElementScope, besides elements: [NamedExpression],
        _ object: DecodedObject
    ) -> Bool {
        for field in input.schema.fields {
            guard !elements.contains(where: { $0.name == field.name }) else {
                decoder.report(
                    .columnTwice, at: object.keyRange, path: object.path,
                    "`\(field.name)` is a column of the input, and of its elements",
                    help: "give the element's another name with `as`")
                return false
            }
            _ = scope.resolve([.field(field.name)])
        }
        return true
    }

    private func passed(_ scope: ElementScope, _ place: FilePosition) -> [NamedExpression] {
        scope.inputColumns.enumerated().map { number, column in
            NamedExpression(
                name: column.field.name,
                expression: Unnesting.inputColumn(number, column.field), text: column.field.name,
                position: place)
        }
    }
}
