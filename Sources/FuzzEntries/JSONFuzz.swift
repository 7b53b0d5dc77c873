internal import Formats
internal import StreamAPI
internal import StreamCore

/// JSON documents, read into columns of every type.
///
/// Invariants: no bytes trap; `on_error: drop` and `fail` agree; what is read is written as a document that
/// gives the same values.
enum JSONFuzz {
    private static let schema = RowSchema([
        Field(name: "s", type: .string), Field(name: "i", type: .int),
        Field(name: "l", type: .bigint), Field(name: "d", type: .double),
        Field(name: "f", type: .boolean),
        Field(name: "m", type: .decimal(precision: 38, scale: 10)),
        Field(name: "n", type: .decimal(precision: 5, scale: 2)), Field(name: "b", type: .bytes),
        Field(name: "day", type: .date), Field(name: "t", type: .timestamp),
        Field(name: "z", type: .timestampLTZ), Field(name: "a", type: .array(.int)),
        Field(name: "o", type: .map(.string, .string)), Field(name: "j", type: .json),
        Field(name: "r", type: .row([])),
    ])

    /// The same, and paths into some of them.
    private static let columns: [JSONColumn] =
        schema.fields.map { JSONColumn($0) } + [
            JSONColumn(
                field: Field(name: "o.k", type: .decimal(precision: 9, scale: 1)),
                path: [.field("o"), .field("k")]),
            JSONColumn(
                field: Field(name: "a[1]", type: .bigint), path: [.field("a"), .element(1)]),
            JSONColumn(
                field: Field(name: "r.x[0].y", type: .timestampLTZ),
                path: [.field("r"), .field("x"), .element(0), .field("y")]),
        ]

    static func run(_ bytes: [UInt8]) {
        let cells = DecodedRows.decode(bytes) { failed in
            try JSONDecoder(columns: columns, failed: failed)
        }
        guard cells != nil else { return }
        guard let (text, before) = written(bytes) else { preconditionFailure("read once only") }
        let after = DecodedRows.decode(text) { failed in
            try JSONDecoder(columns: schema.fields.map { JSONColumn($0) }, failed: failed)
        }
        precondition(after == before, "written and read again, the row is another")
    }

    /// The row of `bytes` as a document, and its values.
    private static func written(_ bytes: [UInt8]) -> (text: [UInt8], cells: [[UInt8]?])? {
        let columns = schema.fields.map { JSONColumn($0) }
        guard
            let decoder = try? JSONDecoder(
                columns: columns, failed: DecodedRows.failed(.fail, .init())),
            let batch = try? decoder.decode(DecodedRows.raw(bytes))
        else { return nil }
        let output = EncodedRows(capacity: 1)
        JSONEncoder(schema: schema).encode(batch, into: output)
        return (Array(output.slices[0].buffer), DecodedRows.cells(batch))
    }
}
