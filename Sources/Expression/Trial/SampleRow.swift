internal import CSimdJSON
package import StreamCore

/// One row, written as a JSON object: what expressions are tried on.
///
/// - Threading: one thread.
package final class SampleRow {
    /// Bytes of the JSON text, at most.
    package static let byteCountMax = 1 << 20

    /// Why a text is no row.
    package struct Failure: Error, Hashable, Sendable {
        package let message: String
    }

    package let schema: RowSchema
    let batch: RecordBatch
    /// What the columns' bytes lie in.
    private let readers: [CompiledExpression]

    /// - Parameters:
    ///   - json: An object; each member is a column.
    ///   - schema: The columns and their types; nil: as the members look, see ``JSONInference``.
    package init(json: String, schema: RowSchema?) throws(Failure) {
        let bytes = Array(json.utf8)
        guard bytes.count <= Self.byteCountMax else {
            throw Failure(message: "the row has more than \(Self.byteCountMax) bytes")
        }
        let arena = ByteArena()
        let text = arena.append(copying: bytes)
        let fields: [Field]
        if let schema {
            fields = schema.fields
        } else {
            fields = try JSONInference.fields(of: text)
        }
        self.schema = RowSchema(fields)
        let whole = Self.whole(text, fields, arena)
        batch = RecordBatch(schema: self.schema, rowCapacity: 1)
        batch.rowCount = 1
        batch.selection.selectAll(1)
        batch.chunks = whole.chunks
        readers = fields.map { Self.reader(of: $0, in: fields) }
        for (index, reader) in readers.enumerated() {
            do {
                batch.columns[index] = try reader.evaluate(batch: whole)
            } catch {
                throw Failure(message: "column `\(fields[index].name)`: \(error.message)")
            }
        }
    }

    /// The whole text as one ROW.
    private static func whole(
        _ text: ByteSlice, _ fields: [Field], _ arena: ByteArena
    ) -> RecordBatch {
        let field = Field(name: "row", type: .row(fields), isNullable: false)
        let batch = RecordBatch(schema: RowSchema([field]), rowCapacity: 1)
        batch.rowCount = 1
        batch.selection.selectAll(1)
        batch.columns[0].slices[0] = text
        batch.chunks = arena.takeChunks()
        return batch
    }

    private static func reader(of field: Field, in fields: [Field]) -> CompiledExpression {
        let whole = Field(name: "row", type: .row(fields), isNullable: false)
        var checker = Checker(
            scope: SchemaScope(RowSchema([whole])), keys: nil, timeZone: .utc)
        let path = [PathStep.field("row"), .field(field.name)]
        guard case .value(let typed)? = checker.checkParts(path, 0..<0) else {
            // A type that cannot be read out of JSON: a NULL of it.
            return CompiledExpression(checker.constant(.null, field.type, 0..<0))
        }
        return CompiledExpression(typed)
    }
}

/// The types that JSON values look like: BOOLEAN, INT or BIGINT for whole numbers, DOUBLE, STRING;
/// ARRAY of what its elements have in common, ROW for an object. A null is a STRING.
enum JSONInference {
    /// Fields of an object, at most.
    static let fieldCountMax = 1_000

    /// The members of an object, of two with one name the last.
    static func fields(of text: ByteSlice) throws(SampleRow.Failure) -> [Field] {
        let reader = JSONReader()
        guard text.buffer.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"),
            let children = reader.children(of: text)
        else { throw SampleRow.Failure(message: "the row is not a JSON object") }
        guard children.count <= fieldCountMax else {
            throw SampleRow.Failure(message: "the row has more than \(fieldCountMax) members")
        }
        let arena = ByteArena()
        var fields: [Field] = []
        for child in Array(children) {
            let name = JSONText.unescaped(child.name.slice, arena).text
            fields.removeAll { $0.name == name }
            fields.append(Field(name: name, type: try type(of: child.value)))
        }
        return fields
    }

    /// Recursion ends: the reader refuses more than 64 levels.
    private static func type(
        of value: JSONReader.Value
    ) throws(SampleRow.Failure) -> LogicalType {
        switch value.jsonKind {
        case .boolean: return .boolean
        case .number:
            guard value.integer(isInt: false) != nil else { return .double }
            return value.integer(isInt: true) != nil ? .int : .bigint
        case .object: return .row(try fields(of: value.text.slice))
        case .array: return .array(try element(of: value.text.slice))
        case .missing, .null, .string: return .string
        }
    }

    private static func element(of text: ByteSlice) throws(SampleRow.Failure) -> LogicalType {
        var common: LogicalType?
        for child in Array(JSONReader().children(of: text) ?? .init(start: nil, count: 0))
        where child.value.jsonKind != .null {
            let type = try type(of: child.value)
            guard let known = common else {
                common = type
                continue
            }
            guard let wider = LogicalType.common(known, type) else { return .json }
            common = wider
        }
        return common ?? .string
    }
}
