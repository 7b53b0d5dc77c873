/// `format` and `key_format`: a word, or a mapping with options.
enum FormatGrammar {
    /// The formats of a source.
    static let reading = formats(
        json: ObjectSpecification(docs: "JSON has no options here.", fields: [type("json")]),
        csv: ObjectSpecification(
            docs: "Flink's `csv.` options.",
            fields: [
                type("csv"), fieldDelimiter, quoteCharacter,
                FieldSpecification(
                    "disable_quote_character", .boolean, default: "false",
                    "Takes quotes as text (Flink's `csv.disable-quote-character`)."),
                escapeCharacter, nullLiteral,
                FieldSpecification(
                    "allow_comments", .boolean, default: "false",
                    "A record that begins with `#` is no row (Flink's `csv.allow-comments`)."),
                arrayElementDelimiter,
                .notAvailable("ignore_parse_errors", "Write `on_error: drop` for the source."),
            ]))

    /// The formats of a sink.
    static let writing = formats(
        json: ObjectSpecification(
            docs: "Flink's `json.` options.",
            fields: [
                type("json"),
                FieldSpecification(
                    "timestamp_format",
                    .choice([
                        Choice("sql", "`2026-01-31 12:00:00.000`", aliases: ["SQL"]),
                        Choice("iso-8601", "`2026-01-31T12:00:00.000`", aliases: ["ISO-8601"]),
                    ]),
                    default: "sql",
                    "How TIMESTAMPs are written (Flink's `json.timestamp-format.standard`)."),
            ]),
        csv: ObjectSpecification(
            docs: "Flink's `csv.` options.",
            fields: [
                type("csv"), fieldDelimiter, quoteCharacter, escapeCharacter, nullLiteral,
                arrayElementDelimiter,
                .notAvailable(
                    "disable_quote_character", "A text with the delimiter in it needs quotes."),
            ]))

    private static func formats(
        json: ObjectSpecification, csv: ObjectSpecification
    ) -> FieldType {
        .shapes(
            scalar: .choice([
                Choice("json", "a JSON object a record"),
                Choice("csv", "a row of comma-separated values a record"),
                Choice("string", "UTF-8 text"),
                Choice("raw", "bytes as they are"),
                Choice("avro", "Avro with a schema registry", isAvailable: false),
                Choice("protobuf", "Protocol Buffers", isAvailable: false),
            ]),
            list: nil,
            mapping: .variants([
                Variant(name: "json", object: json), Variant(name: "csv", object: csv),
                Variant(name: "string", object: plain("string")),
                Variant(name: "raw", object: plain("raw")),
                Variant.notAvailable("avro", "Avro with a schema registry."),
                Variant.notAvailable("protobuf", "Protocol Buffers."),
            ]))
    }

    private static func plain(_ name: String) -> ObjectSpecification {
        ObjectSpecification(docs: "No options.", fields: [type(name)])
    }

    private static func type(_ name: String) -> FieldSpecification { Grammar.type(name) }

    private static let fieldDelimiter = FieldSpecification(
        "field_delimiter", .text(.character), default: ",", example: "\";\"",
        "Between two fields: one ASCII character, `\\t` for a tab (Flink's `csv.field-delimiter`).")

    private static let quoteCharacter = FieldSpecification(
        "quote_character", .text(.character), default: "\"", example: "\"'\"",
        "Around a field that holds delimiters (Flink's `csv.quote-character`).")

    private static let escapeCharacter = FieldSpecification(
        "escape_character", .text(.character), default: "(none)", example: "'\\'",
        "Makes text of the character behind it (Flink's `csv.escape-character`).")

    private static let nullLiteral = FieldSpecification(
        "null_literal", .text(.any), default: "(none)", example: "\"\"",
        """
        The field that is NULL where it has no quotes (Flink's `csv.null-literal`). Without one no \
        field that is read is NULL, and NULL is written as an empty field.
        """)

    private static let arrayElementDelimiter = FieldSpecification(
        "array_element_delimiter", .text(.character), default: ";", example: "'|'",
        """
        Between the elements of an ARRAY, or the fields of a ROW, in one field: one ASCII character \
        (Flink's `csv.array-element-delimiter`).
        """)

    // MARK: Keys of records

    static let keyFieldsPrefix = FieldSpecification(
        "key_fields_prefix", .text(.any), default: "(none)", example: "k_",
        """
        What the names of the key's columns begin with here and not in the key itself, so that key \
        and value may have fields of one name (Flink's `key.fields-prefix`).
        """)

    static let sourceKey: [FieldSpecification] = [
        FieldSpecification(
            "key_format", reading, default: "(keys are not decoded; `$key` has their bytes)",
            example: "json",
            """
            How keys become columns (Flink's `key.format`): `json` and `csv` by those columns of \
            `schema` that `key_fields` names, `string` and `raw` one column. A record without a key \
            has NULL in all of them.
            """),
        FieldSpecification(
            "key_fields", .list(.text(.column)), default: "(`[key]` for `string` and `raw`)",
            example: "[user_id]",
            """
            The columns of `schema` that the key holds, in its order (Flink's `key.fields`). They \
            are not looked for in the value.
            """),
        keyFieldsPrefix,
    ]

    static let sinkKey: [FieldSpecification] = [
        FieldSpecification(
            "key_format", writing, default: "(`string`)", example: "json",
            """
            `string`: the text of the one key column; a NULL is a record without a key, an empty \
            text an empty key. `raw`: its bytes (STRING or BYTES). `json` and `csv`: all key columns.
            """),
        keyFieldsPrefix,
        FieldSpecification(
            "value_fields_include",
            .choice([
                Choice("all", "all columns", aliases: ["ALL"]),
                Choice("except_key", "those that are not in the key", aliases: ["EXCEPT_KEY"]),
            ]),
            default: "(`all`)", "Which columns the value holds (Flink's `value.fields-include`)."),
    ]
}
