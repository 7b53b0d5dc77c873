extension BadInput {
    private static func source(_ text: String) -> (inout Sample) -> Void {
        { $0.sources += text }
    }

    private static func sink(_ text: String) -> (inout Sample) -> Void {
        { $0.sinks += text }
    }

    /// A source of CSV with one more line.
    private static func csv(_ format: String, _ schema: String) -> (inout Sample) -> Void {
        {
            $0.sources = """
                  events:
                    type: kafka
                    connection: main
                    topic: events
                    format: \(format)
                    schema: \(schema)
                """
        }
    }

    /// The same, with the error at the format.
    private static func markedCSV(_ format: String, _ schema: String) -> (inout Sample) -> Void {
        {
            csv(format, schema)(&$0)
            $0.sources = $0.sources.replacing("format:", with: "‸format:")
        }
    }

    private static let schema = "{ color: STRING, weight: DOUBLE }"

    /// Formats, their options, and keys.
    static let formats = [
        BadInput("an option of another format", "E1004") {
            $0.sinks += "\n    format: { type: json, ‸null_literal: a }"
        },
        BadInput("an unknown format in a mapping", "E1013", sink("\n    format: { type: ‸xml }")),
        BadInput("a format without a type", "E1011", sink("\n    ‸format: { null_literal: a }")),
        BadInput(
            "an option that is said otherwise", "E1010",
            csv("{ type: csv, ‸ignore_parse_errors: true }", schema)),
        BadInput(
            "a delimiter of two characters", "E1014",
            csv("{ type: csv, field_delimiter: ‸'||' }", schema)),
        BadInput(
            "a letter as delimiter", "E1014", csv("{ type: csv, field_delimiter: ‸x }", schema)),
        BadInput(
            "a delimiter that is the quote", "E1019",
            {
                $0.sinks +=
                    "\n    ‸format: { type: csv, field_delimiter: \"'\", quote_character: \"'\" }"
                $0.transforms = "  kept: { type: map, input: events, select: { a: color } }"
            }),
        BadInput(
            "a null literal of two fields", "E1019",
            {
                $0.sinks += "\n    ‸format: { type: csv, null_literal: 'a,b' }"
                $0.transforms = "  kept: { type: map, input: events, select: { a: color } }"
            }),
        BadInput(
            "an ARRAY of ARRAYs in CSV", "E1350",
            csv("csv", "{ color: STRING, weight: DOUBLE, list: ‸ARRAY<ARRAY<INT>> }")),
        BadInput(
            "a ROW with an ARRAY in CSV", "E1350",
            csv("csv", "{ color: STRING, weight: DOUBLE, row: ‸\"ROW<a ARRAY<INT>>\" }")),
        BadInput(
            "an ARRAY of JSON in CSV", "E1350",
            csv("csv", "{ color: STRING, weight: DOUBLE, list: ‸ARRAY<JSON> }")),
        BadInput(
            "a MAP in CSV", "E1350",
            csv("csv", "{ color: STRING, weight: DOUBLE, map: ‸\"MAP<STRING, INT>\" }")),
        BadInput("a MAP to CSV", "E1350") {
            $0.transforms = """
                  kept: { type: map, input: events, select: { m: "MAP['a', weight]" } }
                """
            $0.sinks += "\n    format: ‸csv"
        },
        BadInput(
            "a delimiter of elements that is the quote", "E1019",
            markedCSV("{ type: csv, array_element_delimiter: '\"' }", schema)),
        BadInput(
            "a null literal of two elements", "E1019",
            markedCSV("{ type: csv, null_literal: 'a;b' }", schema)),
        BadInput(
            "a part of a ROW in CSV that is not there", "E1102"
        ) {
            $0.sources = $0.sources.replacing("format: json", with: "format: csv")
            $0.transforms = $0.transforms.replacing("weight > 0", with: "‸place.town = 'a'")
        },
        BadInput("several columns to string", "E1312", sink("\n    format: ‸string")),
        BadInput("a schema with string", "E1019") {
            $0.sources = """
                  kept:
                    type: kafka
                    connection: main
                    topic: a
                    format: string
                    ‸schema: { a: STRING }
                """
            $0.transforms = "  {}"
        },
        // Keys of sources.
        BadInput("key_fields without a format", "E1011", source("\n    ‸key_fields: [color]")),
        BadInput("a JSON key without fields", "E1011", source("\n    ‸key_format: json")),
        BadInput(
            "an unknown key field", "E1310",
            source("\n    key_format: json\n    key_fields: [‸colour]")),
        BadInput(
            "a key field twice", "E1311",
            source("\n    key_format: json\n    key_fields: [color, ‸color]")),
        BadInput(
            "no key field", "E1019", source("\n    key_format: json\n    key_fields: ‸[]")),
        BadInput(
            "a string key of two fields", "E1019",
            source("\n    key_format: string\n    key_fields: ‸[color, weight]")),
        BadInput(
            "a raw key of another type", "E1350",
            source("\n    key_format: raw\n    key_fields: ‸[weight]")),
        BadInput(
            "a prefix that is not there", "E1019",
            source("\n    key_format: json\n    key_fields: [color]\n    key_fields_prefix: ‸k_")),
        BadInput("a column called key beside a string key", "E1019") {
            $0.sources = $0.sources.replacing("{ color:", with: "{ key: STRING, color:")
            $0.sources += "\n    ‸key_format: string"
        },
        BadInput("CSV with nothing in the value", "E1011") {
            $0.sources = """
                  events:
                    type: kafka
                    connection: main
                    topic: events
                    format: csv
                    key_format: json
                    key_fields: [weight]
                    ‸schema: { weight: DOUBLE }
                """
        },
        BadInput("a ROW in a string key", "E1350") {
            $0.sources = $0.sources.replacing("\"ROW<", with: "‸\"ROW<")
            $0.sources += "\n    key_format: string\n    key_fields: [place]"
        },
        // Keys of sinks.
        BadInput("a key format without a key", "E1011", sink("\n    ‸key_format: json")),
        BadInput(
            "two columns as a text", "E1019", sink("\n    key: ‸[color, weight]")),
        BadInput("an unknown column of a key", "E1310", sink("\n    key: [color, ‸wight]")),
        BadInput("a column of a key twice", "E1311", sink("\n    key: [color, ‸color]")),
        BadInput("no column of a key", "E1011", sink("\n    key: ‸[]")),
        BadInput(
            "a number as a raw key", "E1313",
            sink("\n    key: ‸weight\n    key_format: raw")),
        BadInput(
            "a sink's prefix that is not there", "E1019",
            sink("\n    key: color\n    key_format: json\n    key_fields_prefix: ‸k_")),
        BadInput("CSV of no column", "E1350") {
            $0.transforms = "  kept: { type: map, input: events, select: { a: color } }"
            $0.sinks +=
                "\n    key: a\n    value_fields_include: except_key\n    format: ‸csv"
        },
    ]
}
