internal import StreamCore
internal import YAML

/// What becomes of a row's columns in a record: its key and its value.
extension PipelineChecker {
    /// - Returns: Nil after reporting.
    func sinkKey(
        _ object: DecodedObject, _ stream: RowStream
    ) -> (key: KafkaSinkDefinition.Key, options: FormatOptions)? {
        guard let value = object["key"] else {
            for name in ["key_format", "key_fields_prefix", "value_fields_include"]
            where object[name] != nil {
                decoder.report(
                    .missingKey, at: object.keyRange(of: name), path: object.path,
                    "`\(name)` needs `key`: which columns are in the key?", help: "key: user_id")
                return nil
            }
            return (stream.isUntouchedRaw ? .origin : .none, FormatOptions())
        }
        let (format, options) = format(object, "key_format") ?? (.string, FormatOptions())
        guard let columns = keyColumns(value, stream), check(columns, value, format),
            let named = withoutPrefix(columns, object)
        else { return nil }
        switch format {
        case .json: return (.json(named), options)
        case .csv: return (.csv(named), options)
        case .string, .raw:
            let column = columns[0]
            return (.column(index: column.index, name: column.name, type: column.type), options)
        }
    }

    private func keyColumns(
        _ value: DecodedValue, _ stream: RowStream
    ) -> [SinkDefinition.OutputColumn]? {
        var columns: [SinkDefinition.OutputColumn] = []
        for element in value.list ?? [value] {
            guard let name = element.text else { return nil }
            guard let column = stream.column(name) else {
                reportUnknownColumn(name, element, stream)
                return nil
            }
            guard !columns.contains(column) else {
                reportColumnTwice(name, at: element.node.range, path: element.path)
                return nil
            }
            columns.append(column)
        }
        guard columns.isEmpty else { return columns }
        decoder.report(
            .missingKey, at: value.node.range, path: value.path, "`key` names no column",
            help: "key: user_id")
        return nil
    }

    private func check(
        _ columns: [SinkDefinition.OutputColumn], _ value: DecodedValue, _ format: RecordFormat
    ) -> Bool {
        if columns.count > 1, format == .string || format == .raw {
            decoder.report(
                .conflictingKeys, at: value.node.range, path: value.path,
                "a `\(format.rawValue)` key is one column, not \(columns.count)",
                help: "key_format: json, or csv")
            return false
        }
        for column in columns where !Self.canBeKey(column.type, format) {
            decoder.report(
                .badKeyType, at: value.node.range, path: value.path,
                "the column `\(column.name)` is \(column.type), which has no form in a "
                    + "`\(format.rawValue)` key",
                help: "make a column of a part of it by a map before the sink")
            return false
        }
        return true
    }

    private static func canBeKey(_ type: LogicalType, _ format: RecordFormat) -> Bool {
        switch format {
        case .json: hasJSON(type)
        case .csv: hasCSV(type)
        case .string: hasText(type)
        case .raw: type == .string || type == .bytes
        }
    }

    private func withoutPrefix(
        _ columns: [SinkDefinition.OutputColumn], _ object: DecodedObject
    ) -> [SinkDefinition.OutputColumn]? {
        guard let value = object["key_fields_prefix"], let prefix = value.text else {
            return columns
        }
        for column in columns where !column.name.hasPrefix(prefix) || column.name == prefix {
            decoder.report(
                .conflictingKeys, at: value.node.range, path: value.path,
                "the key's column `\(column.name)` does not begin with `\(prefix)`",
                help: "call it `\(prefix)\(column.name)` by a map before the sink")
            return nil
        }
        return columns.map {
            SinkDefinition.OutputColumn(
                name: String($0.name.dropFirst(prefix.count)), index: $0.index, type: $0.type,
                isNullable: $0.isNullable)
        }
    }

    // MARK: Values

    /// - Returns: Nil after reporting.
    func sinkValue(
        _ object: DecodedObject, _ format: RecordFormat, _ key: KafkaSinkDefinition.Key,
        _ stream: RowStream
    ) -> SinkDefinition.Value? {
        if format == .raw, stream.isUntouchedRaw, object["value_fields_include"] == nil {
            return .origin
        }
        let isKeyLeftOut = object["value_fields_include"]?.text == "except_key"
        let columns = stream.schema.fields.compactMap { stream.column($0.name) }
            .filter { !isKeyLeftOut || !key.columnIndices.contains($0.index) }
        switch format {
        case .json: return check(columns, object, format, Self.hasJSON) ? .json(columns) : nil
        case .csv: return check(columns, object, format, Self.hasCSV) ? .csv(columns) : nil
        case .string, .raw: return single(columns, object, format)
        }
    }

    private func check(
        _ columns: [SinkDefinition.OutputColumn], _ object: DecodedObject, _ format: RecordFormat,
        _ hasForm: (LogicalType) -> Bool
    ) -> Bool {
        let value = object["format"]
        guard !columns.isEmpty || format == .json else {
            decoder.report(
                .noFormInFormat, at: value?.node.range ?? object.keyRange,
                path: value?.path ?? object.path, "a row of CSV needs a column",
                help: "value_fields_include: all")
            return false
        }
        for column in columns where !hasForm(column.type) {
            decoder.report(
                .noFormInFormat, at: value?.node.range ?? object.keyRange,
                path: value?.path ?? object.path,
                "format \(format.rawValue) has no \(column.type): the column `\(column.name)`",
                help: "CAST it to STRING, or leave it out, by a map before the sink")
            return false
        }
        return true
    }

    private func single(
        _ columns: [SinkDefinition.OutputColumn], _ object: DecodedObject, _ format: RecordFormat
    ) -> SinkDefinition.Value? {
        let isGood =
            columns.count == 1
            && (columns[0].type == .string || (columns[0].type == .bytes && format == .raw))
        guard !isGood else { return .raw(columnIndex: columns[0].index) }
        let list = columns.prefix(8).map { "\($0.name) \($0.type)" }.joined(separator: ", ")
        let value = object["format"]
        decoder.report(
            .rawNeedsOneColumn, at: value?.node.range ?? object.keyRange,
            path: value?.path ?? object.path,
            "`format: \(format.rawValue)` writes one \(format == .raw ? "STRING or BYTES" : "STRING") "
                + "column; the input has \(list.isEmpty ? "none" : list)",
            help: "select the column by a map before the sink, or write format: json")
        return nil
    }
}

extension KafkaSinkDefinition.Key {
    /// The columns of the input's batches that are in the key.
    var columnIndices: [Int] {
        switch self {
        case .none, .origin: []
        case .column(let index, _, _): [index]
        case .json(let columns), .csv(let columns): columns.map(\.index)
        }
    }
}
