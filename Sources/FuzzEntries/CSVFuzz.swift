internal import Formats
internal import StreamAPI
internal import StreamCore

/// Records of CSV: the first byte chooses the dialect, the second one the columns, the rest is the record.
///
/// Invariants: no bytes trap; `on_error: drop` and `fail` agree; what is read is written as a row that
/// gives the same values.
enum CSVFuzz {
    private static let schemas: [[LogicalType]] = [
        [.string, .string, .string], [.string],
        [.boolean, .int, .bigint, .double],
        [.decimal(precision: 38, scale: 10), .bytes, .date, .timestamp, .timestampLTZ],
        [.array(.string), .json], [.array(.double)], [.array(.bytes), .array(.timestampLTZ)],
        [.row([Field(name: "a\"", type: .string)])],
        [.row([Field(name: "a", type: .int), Field(name: "b", type: .string)]), .json],
    ]

    static func run(_ bytes: [UInt8]) {
        guard bytes.count >= 2 else { return }
        let dialect = dialect(bytes[0])
        let types = schemas[Int(bytes[1]) % schemas.count]
        let record = Array(bytes.dropFirst(2))
        guard let cells = decode(record, types, dialect), dialect.quote != nil else { return }
        guard let text = written(record, types, dialect) else {
            preconditionFailure("read once only")
        }
        precondition(decode(text, types, dialect) == cells, "read again, the row is another")
    }

    static func dialect(_ choice: UInt8) -> CSVDialect {
        var dialect = CSVDialect()
        dialect.delimiter = [UInt8](",;\t ".utf8)[Int(choice & 3)]
        dialect.quote =
            [UInt8(ascii: "\""), UInt8(ascii: "'"), nil, UInt8(ascii: "\"")][
                Int(choice >> 2 & 3)]
        dialect.escape = choice & 16 == 0 ? nil : UInt8(ascii: "\\")
        dialect.nullLiteral = [nil, [], Array("N".utf8), Array("0".utf8)][Int(choice >> 5 & 3)]
        dialect.allowsComments = choice & 128 != 0
        dialect.elementDelimiter = [UInt8(ascii: ";"), UInt8(ascii: "|")][Int(choice >> 1 & 1)]
        return dialect
    }

    private static func columns(_ types: [LogicalType]) -> [CSVColumn] {
        types.enumerated().map { CSVColumn(field: Field(name: "c\($0)", type: $1), index: $0) }
    }

    private static func decode(
        _ record: [UInt8], _ types: [LogicalType], _ dialect: CSVDialect
    ) -> [[UInt8]?]? {
        DecodedRows.decode(record) { failed in
            try CSVDecoder(
                columns: columns(types), fieldCount: types.count, dialect: dialect, failed: failed)
        }
    }

    private static func written(
        _ record: [UInt8], _ types: [LogicalType], _ dialect: CSVDialect
    ) -> [UInt8]? {
        guard
            let decoder = try? CSVDecoder(
                columns: columns(types), fieldCount: types.count, dialect: dialect,
                failed: DecodedRows.failed(.fail, .init())),
            let batch = try? decoder.decode(DecodedRows.raw(record))
        else { return nil }
        let output = EncodedRows(capacity: 1)
        CSVEncoder(columns: types.enumerated().map { ($0, $1) }, dialect: dialect)
            .encode(batch, into: output)
        return Array(output.slices[0].buffer)
    }
}
