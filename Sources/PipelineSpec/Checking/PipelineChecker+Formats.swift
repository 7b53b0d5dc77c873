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
            && (escape == nil || escape != quote)
        let special =
            [options.fieldDelimiter, quote, escape].compactMap { $0 } + Array("\r\n".utf8)
        let isField = options.nullLiteral?.utf8.contains(where: special.contains) != true
        guard !isClear || !isField else { return }
        decoder.report(
            .conflictingKeys, at: given.keyRange, path: given.path,
            isClear
                ? "`null_literal` holds a character that divides or quotes fields"
                : "the delimiter, the quote and the escape character must differ",
            help: "Flink's are \",\", '\"' and none")
    }

    /// Whether a text stands for values of this type in CSV and as a key's text.
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
