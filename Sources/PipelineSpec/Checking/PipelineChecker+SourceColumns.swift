internal import StreamCore
internal import YAML

/// The columns of a source: its schema, and which of them are in the key.
extension PipelineChecker {
    /// - Returns: All columns, and those of the key; nil after reporting.
    func sourceColumns(
        _ object: DecodedObject, _ format: RecordFormat
    ) -> (schema: RowSchema, key: SourceKey?)? {
        guard let declared = declaredColumns(object, format) else { return nil }
        guard object["key_format"] != nil else {
            guard !reportKeyWithoutFormat(object) else { return nil }
            return valueColumns(object, format, declared, key: nil).map { ($0, nil) }
        }
        guard let (keyFormat, options) = self.format(object, "key_format"),
            let fields = keyFields(object, keyFormat, declared),
            checkPrefix(object, fields)
        else { return nil }
        let key = SourceKey(
            format: keyFormat, options: options, fields: fields,
            prefix: object["key_fields_prefix"]?.text ?? "")
        return valueColumns(object, format, declared, key: key).map { ($0, key) }
    }

    private func reportKeyWithoutFormat(_ object: DecodedObject) -> Bool {
        for name in ["key_fields", "key_fields_prefix"] where object[name] != nil {
            decoder.report(
                .missingKey, at: object.keyRange(of: name), path: object.path,
                "`\(name)` needs `key_format`: how are keys decoded?", help: "key_format: json")
            return true
        }
        return false
    }

    /// What `schema` says; empty where there is none and none is needed.
    private func declaredColumns(_ object: DecodedObject, _ format: RecordFormat) -> [Field]? {
        guard let value = object["schema"], let map = value.map else {
            guard object["schema"] == nil, format == .json || format == .csv else {
                return object["schema"] == nil ? [] : nil
            }
            if object.isComplete {
                decoder.report(
                    .missingKey, at: object.keyRange, path: object.path,
                    "the key `schema` is missing: `format: \(format.rawValue)` needs the columns "
                        + "and their types",
                    help: "schema: { color: STRING NOT NULL, weight: DOUBLE }")
            }
            return nil
        }
        if value.node.entries?.isEmpty != false {
            decoder.report(
                .missingKey, at: object.keyRange(of: "schema"), path: value.path,
                "`schema` has no column", help: "schema: { color: STRING NOT NULL }")
        }
        // With a bad type in it, expressions would report its column as unknown.
        guard map.count == value.node.entries?.count else { return nil }
        return map.compactMap { entry in
            guard case .type(let type, let isNullable) = entry.value.content else { return nil }
            return Field(name: entry.key, type: type, isNullable: isNullable)
        }
    }

    /// The whole schema, after a look at the columns that the value must give.
    private func valueColumns(
        _ object: DecodedObject, _ format: RecordFormat, _ declared: [Field], key: SourceKey?
    ) -> RowSchema? {
        // The key's own column, where no schema declares it.
        let added = key?.fields.filter { !declared.contains($0) } ?? []
        let ofValue = declared.filter { key?.contains($0.name) != true }
        switch format {
        case .json: return RowSchema(declared + added)
        case .csv:
            guard !ofValue.isEmpty else {
                decoder.report(
                    .missingKey, at: object.keyRange(of: "schema"), path: object.path,
                    "`schema` has no column of the value",
                    help: "schema: { color: STRING NOT NULL }")
                return nil
            }
            let isGood = ofValue.allSatisfy { checkCSV($0, object) }
            return isGood ? RowSchema(declared + added) : nil
        case .raw, .string:
            return singleColumn(object, format, ofValue).map { RowSchema(declared + added + [$0]) }
        }
    }

    /// The column `value` of a `raw` or `string` source, NULL for a tombstone.
    private func singleColumn(
        _ object: DecodedObject, _ format: RecordFormat, _ ofValue: [Field]
    ) -> Field? {
        let type = format == .raw ? LogicalType.bytes : .string
        guard ofValue.isEmpty else {
            decoder.report(
                .conflictingKeys, at: object.keyRange(of: "schema"),
                path: object["schema"]?.path ?? object.path,
                "`format: \(format.rawValue)` has one column, `value \(type)`; `schema` does not "
                    + "apply",
                help: "remove `schema`, or write format: json")
            return nil
        }
        return Field(name: "value", type: type)
    }

    // MARK: Keys

    private func keyFields(
        _ object: DecodedObject, _ format: RecordFormat, _ declared: [Field]
    ) -> [Field]? {
        guard let names = object["key_fields"], let list = names.list else {
            return object["key_fields"] == nil ? keyWithoutFields(object, format, declared) : nil
        }
        var fields: [Field] = []
        for value in list {
            guard let name = value.text else { return nil }
            guard let field = declared.first(where: { $0.name == name }) else {
                decoder.report(
                    .unknownColumn, at: value.node.range, path: value.path,
                    "`schema` has no column `\(FieldDecoder.excerpt(name))`",
                    help: NearestName.help(name, among: declared.map(\.name)))
                return nil
            }
            guard !fields.contains(field) else {
                reportColumnTwice(name, at: value.node.range, path: value.path)
                return nil
            }
            fields.append(field)
        }
        return check(fields, names, object, format) ? fields : nil
    }

    /// A `string` or `raw` key is one column by itself.
    private func keyWithoutFields(
        _ object: DecodedObject, _ format: RecordFormat, _ declared: [Field]
    ) -> [Field]? {
        guard format == .string || format == .raw else {
            decoder.report(
                .missingKey, at: object.keyRange(of: "key_format"), path: object.path,
                "`key_format: \(format.rawValue)` needs `key_fields`: which columns of `schema` "
                    + "are in the key?",
                help: "key_fields: [user_id]")
            return nil
        }
        guard !declared.contains(where: { $0.name == "key" }) else {
            decoder.report(
                .conflictingKeys, at: object.keyRange(of: "key_format"), path: object.path,
                "the key becomes a column `key`, which `schema` declares, too",
                help: "key_fields: [key], or another name in `schema`")
            return nil
        }
        return [Field(name: "key", type: format == .raw ? .bytes : .string)]
    }

    private func check(
        _ fields: [Field], _ names: DecodedValue, _ object: DecodedObject, _ format: RecordFormat
    ) -> Bool {
        let isSingle = format == .string || format == .raw
        guard fields.count == 1 || (!isSingle && !fields.isEmpty) else {
            decoder.report(
                .conflictingKeys, at: names.node.range, path: names.path,
                fields.isEmpty
                    ? "`key_fields` names no column"
                    : "a `\(format.rawValue)` key is one column, not \(fields.count)",
                help: "key_fields: [user_id]; several need key_format: json or csv")
            return false
        }
        switch format {
        case .json: return true
        case .csv: return fields.allSatisfy { checkCSV($0, object) }
        case .string:
            return fields.allSatisfy { checkText($0, object, "string", except: .bytes) }
        case .raw:
            guard fields[0].type != .bytes else { return true }
            decoder.report(
                .noFormInFormat, at: names.node.range, path: names.path,
                "a `raw` key is BYTES; `\(fields[0].name)` is \(fields[0].type)",
                help: "key_format: string")
            return false
        }
    }

    private func checkCSV(_ field: Field, _ object: DecodedObject) -> Bool {
        if Self.hasCSV(field.type) { return true }
        reportNoForm(field, object, "csv", help: Self.helpForCSV(field.type))
        return false
    }

    private func checkText(
        _ field: Field, _ object: DecodedObject, _ format: String, except type: LogicalType? = nil
    ) -> Bool {
        guard !Self.hasText(field.type) || field.type == type else { return true }
        reportNoForm(field, object, format, help: "read it as STRING")
        return false
    }

    private func reportNoForm(
        _ field: Field, _ object: DecodedObject, _ format: String, help: String
    ) {
        let entry = object["schema"]?.map?.first { $0.key == field.name }
        decoder.report(
            .noFormInFormat, at: entry?.value.node.range ?? object.keyRange,
            path: entry?.value.path ?? object.path,
            "format \(format) has no \(field.type): the column `\(field.name)`", help: help)
    }

    private func checkPrefix(_ object: DecodedObject, _ fields: [Field]) -> Bool {
        guard let value = object["key_fields_prefix"], let prefix = value.text else { return true }
        for field in fields where !field.name.hasPrefix(prefix) || field.name == prefix {
            decoder.report(
                .conflictingKeys, at: value.node.range, path: value.path,
                "the key's column `\(field.name)` does not begin with `\(prefix)`",
                help: "call it `\(prefix)\(field.name)` in `schema` and `key_fields`")
            return false
        }
        return true
    }
}
