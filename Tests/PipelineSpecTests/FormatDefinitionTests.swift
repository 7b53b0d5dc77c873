import Expression
import PipelineSpec
import StreamCore
import Testing

/// Formats and keys as the checked file has them.
@Suite struct FormatDefinitionTests {
    private func define(_ change: (inout Sample) -> Void) throws -> PipelineDefinition {
        let result = lint(Sample.with(change))
        #expect(result.places == [])
        return try #require(result.definition)
    }

    @Test func optionsOfCSVHaveFlinksDefaultsAndAreRead() throws {
        let plain = try define {
            $0.sources = $0.sources.replacing("format: json", with: "format: csv")
                .replacing(", place: \"ROW<city STRING>\"", with: "")
        }
        #expect(plain.sources[0].format == .csv)
        #expect(plain.sources[0].formatOptions == FormatOptions())
        let format = """
            { type: csv, field_delimiter: '\\t', disable_quote_character: true, \
            escape_character: '\\', null_literal: "", allow_comments: true, \
            array_element_delimiter: '|' }
            """
        let options = try define {
            $0.sources = $0.sources.replacing("format: json", with: "format: \(format)")
                .replacing(", place: \"ROW<city STRING>\"", with: "")
        }.sources[0].formatOptions
        #expect(options.fieldDelimiter == UInt8(ascii: "\t") && options.quoteCharacter == nil)
        #expect(options.escapeCharacter == UInt8(ascii: "\\") && options.nullLiteral == "")
        #expect(options.allowsComments && options.arrayElementDelimiter == UInt8(ascii: "|"))
    }

    /// JSON gives the part alone; of CSV there is the whole ROW, and the expression reads the part.
    @Test func partsOfARowInCSVAreReadOutOfTheWholeColumn() throws {
        for (format, path) in [("csv", "place"), ("json", "place.city")] {
            let source = try define {
                $0.sources = $0.sources.replacing("format: json", with: "format: \(format)")
                $0.transforms = "  kept: { type: map, input: events, select: { c: place.city } }"
            }.sources[0]
            #expect(source.columns.map(\.path.pathText) == [path])
        }
    }

    @Test(arguments: [("sql", FormatOptions.TimestampFormat.sql), ("ISO-8601", .iso8601)])
    func timesAreWrittenInTheFormThatIsAskedFor(
        word: String, form: FormatOptions.TimestampFormat
    ) throws {
        let definition = try define {
            $0.sinks += "\n    format: { type: json, timestamp_format: \(word) }"
        }
        #expect(definition.sinks[0].formatOptions.timestampFormat == form)
    }

    @Test func aStringSourceHasOneColumnAndTombstonesAreRows() throws {
        let definition = try define {
            $0.sources = "  events: { type: kafka, connection: main, topic: e, format: string }"
            $0.transforms = "  kept: { type: filter, input: events, where: value <> '' }"
            $0.sinks += "\n    format: string"
        }
        #expect(definition.sources[0].schema == RowSchema([Field(name: "value", type: .string)]))
        #expect(definition.sources[0].kafka?.tombstones == .row)
        #expect(definition.sinks[0].value == .raw(columnIndex: 0))
    }

    @Test func keyFieldsAreColumnsOfTheSchemaAndTheValueHasTheRest() throws {
        let definition = try define {
            $0.sources = $0.sources.replacing("{ color:", with: "{ k_id: BIGINT, color:")
            $0.sources +=
                "\n    key_format: { type: csv, field_delimiter: ';' }\n    key_fields: [color, k_id]"
            $0.transforms = $0.transforms.replacing("weight > 0", with: "k_id > 0")
        }
        let key = try #require(definition.sources[0].key)
        #expect(key.format == .csv && key.options.fieldDelimiter == UInt8(ascii: ";"))
        #expect(key.fields.map(\.name) == ["color", "k_id"])
        #expect(definition.sources[0].schema.fields.map(\.name).contains("k_id"))
    }

    @Test func aStringKeyIsAColumnByItself() throws {
        let definition = try define {
            $0.sources =
                "  events: { type: kafka, connection: main, topic: e, format: raw, key_format: string }"
            $0.transforms =
                "  kept: { type: map, input: events, select: { id: key, line: value } }"
            $0.sinks += "\n    key: id\n    value_fields_include: except_key\n    format: raw"
        }
        #expect(
            definition.sources[0].schema
                == RowSchema([
                    Field(name: "key", type: .string), Field(name: "value", type: .bytes),
                ]))
        #expect(definition.sinks[0].value == .raw(columnIndex: 1))
    }

    @Test func severalColumnsAreAKeyInJSONWithoutTheirPrefix() throws {
        let definition = try define {
            $0.transforms = """
                  kept: { type: map, input: events, select: { k_a: color, k_b: weight, c: weight } }
                """
            $0.sinks += """
                \n    key: [k_b, k_a]
                    key_format: json
                    key_fields_prefix: k_
                    value_fields_include: except_key
                """
        }
        guard case .json(let key) = definition.sinks[0].kafka?.key,
            case .json(let value) = definition.sinks[0].value
        else {
            Issue.record("not JSON")
            return
        }
        #expect(key.map(\.name) == ["b", "a"] && key.map(\.index) == [1, 0])
        #expect(value.map(\.name) == ["c"])
    }

    @Test func theResolvedFileWithItsDefaultsIsAGoodFile() throws {
        let text = Sample.with {
            $0.transforms = "  kept: { type: map, input: events, select: { a: color, b: weight } }"
            $0.sinks += "\n    format: { type: csv, null_literal: '' }"
        }
        let echo = PipelineEcho.yaml(
            path: "p.yaml", bytes: Array(text.utf8), environment: LintEnvironment(),
            isResolved: true)
        let result = lint(echo)
        #expect(result.places == [])
        let sink = try #require(result.definition?.sinks.first)
        #expect(sink.format == .csv && sink.formatOptions.nullLiteral == "")
    }
}
