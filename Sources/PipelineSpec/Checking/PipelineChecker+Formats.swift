internal import StreamCore
internal import YAML

/// Formats and their options.
extension PipelineChecker {
    /// - Returns: Nil where the key is missing or was reported.
    func format(
        _ object: DecodedObject, _ name: String
    ) -> (format: RecordFormat, options: FormatOptions)? {
        guard let value = object[name] else { return nil }
        if let text = value.text {
            return RecordFormat(rawValue: text).map { ($0, FormatOptions()) }
        }
        guard let given = value.object, let format = RecordFormat(rawValue: given.kind) else {
            return nil
        }
        return (format, options(given))
    }

    private func options(_ given: DecodedObject) -> FormatOptions {
        func byte(_ name: String) -> UInt8? { given[name]?.text.flatMap(CharacterText.byte) }
        var options = FormatOptions()
        options.fieldDelimiter = byte("field_delimiter") ?? options.fieldDelimiter
        options.quoteCharacter = byte("quote_character") ?? options.quoteCharacter
        if given["disable_quote_character"]?.boolean == true { options.quoteCharacter = nil }
        options.escapeCharacter = byte("escape_character")
        options.nullLiteral = given["null_literal"]?.text
        options.arrayElementDelimiter =
            byte("array_element_delimiter") ?? options.arrayElementDelimiter
        options.allowsComments = given["allow_comments"]?.boolean ?? false
        options.timestampFormat =
            given["timestamp_format"]?.text.flatMap(FormatOptions.TimestampFormat.init) ?? .sql
        checkCharacters(options, given)
        return options
    }

    /// That no character means two things, and that the null literal is one field.
    private func checkCharacters(_ options: FormatOptions, _ given: DecodedObject) {
        let quote = options.quoteCharacter
        let escape = options.escapeCharacter
        let isClear =
            quote != options.fieldDelimiter && escape != options.fieldDelimiter
            && (escape == nil || escape != quote) && quote != options.arrayElementDelimiter
        let special =
            [options.fieldDelimiter, quote, escape, options.arrayElementDelimiter].compactMap { $0 }
            + Array("\r\n".utf8)
        let isField = options.nullLiteral?.utf8.contains(where: special.contains) != true
        guard !isClear || !isField else { return }
        decoder.report(
            .conflictingKeys, at: given.keyRange, path: given.path,
            isClear
                ? "`null_literal` holds a character that divides or quotes fields"
                : "the delimiters, the quote and the escape character must differ",
            help: "Flink's are \",\", \";\", '\"' and none")
    }

    /// Whether a column of this type has a form in CSV: scalars, JSON, and ARRAYs and ROWs of scalars.
    static func hasCSV(_ type: LogicalType) -> Bool {
        switch type {
        case .json: true
        case .array(let element): hasText(element)
        case .row(let fields): !fields.isEmpty && fields.allSatisfy { hasText($0.type) }
        default: hasText(type)
        }
    }

    /// What to do about a column that has no form in CSV.
    static func helpForCSV(_ type: LogicalType) -> String {
        switch type {
        case .map: "Flink's CSV has no MAP either: read it as JSON, as its text in quotes"
        case .array, .row:
            "as in Flink, an ARRAY or a ROW in CSV holds scalars only; JSON holds anything"
        default: "read it as STRING"
        }
    }

    /// Columns whose values come whole, so that expressions read the parts out of them: those of CSV.
    static func wholeColumns(
        _ schema: RowSchema, _ format: RecordFormat, _ key: SourceKey? = nil
    ) -> Set<String> {
        Set(
            schema.fields.map(\.name).filter {
                (key?.contains($0) == true ? key?.format : format) == .csv
            })
    }

    /// Whether a text stands for values of this type in a field of CSV and as a key's text.
    static func hasText(_ type: LogicalType) -> Bool {
        switch type {
        case .array, .map, .row, .json, .intervalDayTime, .intervalYearMonth: false
        default: true
        }
    }

    /// Whether values of this type have a form in JSON.
    static func hasJSON(_ type: LogicalType) -> Bool {
        switch type {
        case .intervalDayTime, .intervalYearMonth: false
        default: true
        }
    }
}
