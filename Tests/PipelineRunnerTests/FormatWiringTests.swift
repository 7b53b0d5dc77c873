import Formats
import KafkaConnector
import PipelineSpec
import StreamAPI
import StreamCore
import Testing

@testable import PipelineRunner

/// What a pipeline file says of formats, as decoders and encoders.
@Suite struct FormatWiringTests {
    private func define(source: String, select: String, sink: String) throws -> PipelineDefinition {
        let text = """
            version: 1
            name: formats
            connections: { main: { type: kafka, properties: { bootstrap.servers: a } } }
            sources:
              events:
                type: kafka
                connection: main
                topic: events
                on_error: drop
            \(source)
            transforms: { rows: { type: map, input: events, select: { \(select) } } }
            sinks:
              out:
                type: kafka
                connection: main
                input: rows
                topic: results
            \(sink)
            """
        let result = PipelineLinter.lint(path: "p.yaml", text: text, environment: LintEnvironment())
        #expect(result.diagnostics.map(\.message) == [])
        return try #require(result.definition)
    }

    /// Records through the source's decoder: by row its columns' texts, NULL as nil.
    private func read(
        _ definition: PipelineDefinition, keys: [String?], values: [String?]
    ) throws -> [[String?]] {
        let wiring = GraphWiring(definition: definition, sources: [], connections: [:])
        let context = OperatorContext(
            operatorID: OperatorID(rawValue: "events"), subtaskIndex: 0, parallelism: 1,
            maxParallelism: 1)
        let decoder = try wiring.recordDecoder(
            definition.sources[0], context, RecordCounters(), around: wiring.decoder)
        let raw = RawRecordBatch(rowCapacity: values.count)
        let arena = ByteArena()
        for row in values.indices {
            raw.keys[row] = store(keys[row], arena)
            raw.values[row] = store(values[row], arena)
            raw.partitions[row] = 0
            raw.offsets[row] = Int64(row)
            raw.timestamps[row] = 0
        }
        raw.rowCount = values.count
        raw.chunks = arena.takeChunks()
        let batch = try decoder.decode(raw)
        return (0..<batch.selection.count).map { index in
            batch.columns.map { text($0, Int(batch.selection.rows[index])) }
        }
    }

    private func store(_ text: String?, _ arena: ByteArena) -> ByteSlice {
        guard let text else { return .absent }
        let bytes = Array(text.utf8)
        let target = arena.allocate(bytes.count + ByteArena.padding)
        target.initialize(repeating: 0, count: bytes.count + ByteArena.padding)
        target.update(from: bytes, count: bytes.count)
        return ByteSlice(base: target, count: bytes.count)
    }

    private func text(_ column: Column, _ row: Int) -> String? {
        if column.isNull(row) { return nil }
        return switch column.physical {
        case .bool8: "\(column.booleans[row])"
        case .int64: "\(column.integers[row])"
        case .float64: "\(column.doubles[row])"
        case .int128: "\(column.decimals[row])"
        case .slice: column.slices[row].text
        }
    }

    @Test func `Columns of a JSON key lose their prefix there and stand in the order of their use`()
        throws
    {
        let definition = try define(
            source: """
                    format: json
                    schema: { id: INT, k_id: BIGINT, name: STRING }
                    key_format: json
                    key_fields: [k_id]
                    key_fields_prefix: k_
                """, select: "a: name, b: k_id, c: id", sink: "")
        let rows = try read(
            definition, keys: ["{\"id\":7}", nil, "{"],
            values: ["{\"id\":1,\"name\":\"x\"}", "{\"id\":2}", "{}"])
        #expect(rows == [["x", "7", "1"], [nil, nil, "2"]])
    }

    @Test func `CSV counts the fields of the value without those of the key`() throws {
        let definition = try define(
            source: """
                    format: { type: csv, field_delimiter: ";", null_literal: "" }
                    schema: { user: STRING, amount: "DECIMAL(9, 2)", region: STRING, day: DATE }
                    key_format: csv
                    key_fields: [region, user]
                """, select: "d: day, u: user, a: amount", sink: "")
        let rows = try read(
            definition, keys: ["eu,ann", "eu", "us,bob"], values: ["1.5;1970-01-02", ";", ";"])
        #expect(rows == [["1", "ann", "150"], [nil, "bob", nil]])
    }

    @Test(arguments: [("row", [["a", "1"], ["b", nil]]), ("drop", [["a", "1"]])])
    func `A tombstone keeps its key where it is a row`(policy: String, rows: [[String?]]) throws {
        let definition = try define(
            source: """
                    format: json
                    schema: { k: STRING NOT NULL, n: INT NOT NULL }
                    key_format: string
                    key_fields: [k]
                    tombstones: \(policy)
                """, select: "k: k, n: n", sink: "")
        #expect(try read(definition, keys: ["a", "b"], values: ["{\"n\":1}", nil]) == rows)
    }

    @Test func `A string source has text, an empty one and NULL`() throws {
        let definition = try define(
            source: "    format: string\n    key_format: raw", select: "v: value, k: key", sink: "")
        #expect(
            try read(definition, keys: [nil, "", "k"], values: ["ä", "", nil])
                == [["ä", nil], ["", ""], [nil, "k"]])
    }

    @Test(arguments: [
        ("key: [a, b]\n    key_format: json", "{\"a\":\"x\",\"b\":3}", "{\"a\":\"x\",\"b\":3}"),
        (
            "key: [b, a]\n    key_format: csv\n    value_fields_include: all\n    format: csv",
            "3,x", "x,3"
        ),
        ("key: b\n    value_fields_include: except_key\n    format: string", "3", "x"),
        ("key: a\n    key_format: raw\n    value_fields_include: except_key", "x", "{\"b\":3}"),
    ])
    func `Keys and values are written as the sink says`(
        sink: String, key: String, value: String
    ) throws {
        let definition = try define(
            source: "    format: json\n    schema: { s: STRING, i: INT }", select: "a: s, b: i",
            sink: "    " + sink)
        let wiring = GraphWiring(definition: definition, sources: [], connections: [:])
        let sink = definition.sinks[0]
        let encoding = wiring.encoding(sink, try #require(sink.kafka))
        let schema = RowSchema([Field(name: "a", type: .string), Field(name: "b", type: .int)])
        let batch = RecordBatch(schema: schema, rowCapacity: 1)
        let arena = ByteArena()
        batch.columns[0].slices[0] = store("x", arena)
        batch.columns[1].integers[0] = 3
        batch.rowCount = 1
        batch.selection.selectAll(1)
        #expect(encoded(encoding.key, batch) == key)
        #expect(encoded(encoding.value, batch) == value)
    }

    private func encoded(_ field: KafkaRecordEncoding.Field, _ batch: RecordBatch) -> String? {
        guard case .encoded(let encoder) = field else { return nil }
        let output = EncodedRows(capacity: 1)
        encoder.encode(batch, into: output)
        return output.slices[0].text
    }
}
