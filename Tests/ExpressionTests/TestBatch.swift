import StreamCore

@testable import Expression

/// One value of a row, as tests write it.
enum Value: Hashable, CustomStringConvertible {
    case null
    case boolean(Bool)
    case integer(Int64)
    case double(Double)
    /// Unscaled.
    case decimal(Int128)
    case text([UInt8])

    static func text(_ text: String) -> Value { .text(Array(text.utf8)) }

    /// JSON, as the examples of the functions are written.
    var description: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .double(let value): "\(value)"
        case .decimal(let value): "\(value)"
        case .text(let bytes): "\"\(String(decoding: bytes, as: UTF8.self))\""
        }
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    init(stringLiteral value: String) { self = .text(Array(value.utf8)) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(floatLiteral value: Double) { self = .double(value) }
    init(booleanLiteral value: Bool) { self = .boolean(value) }
    init(nilLiteral: ()) { self = .null }
}

extension Column {
    func value(_ row: Int) -> Value {
        if isNull(row) { return .null }
        return switch physical {
        case .bool8: .boolean(booleans[row] != 0)
        case .int64: .integer(integers[row])
        case .float64: .double(doubles[row])
        case .int128: .decimal(decimals[row])
        case .slice: .text(Array(slices[row].buffer))
        }
    }
}

/// A batch of given rows. The memory behind NULLs holds rubbish, as it may in a real one.
func makeBatch(_ schema: RowSchema, _ rows: [[Value]]) -> RecordBatch {
    let batch = RecordBatch(schema: schema, rowCapacity: max(rows.count, 1))
    let arena = ByteArena()
    for (index, column) in batch.columns.enumerated() {
        column.hasNulls = rows.contains { $0[index] == .null }
        column.values.initializeMemory(
            as: UInt8.self, repeating: 0xA5, count: column.capacity * column.physical.stride)
        for (row, values) in rows.enumerated() {
            column.validity[row] = values[index] == .null ? 0 : 1
            switch values[index] {
            case .null: break
            case .boolean(let value): column.booleans[row] = value ? 1 : 0
            case .integer(let value): column.integers[row] = value
            case .double(let value): column.doubles[row] = value
            case .decimal(let value): column.decimals[row] = value
            case .text(let bytes):
                let target = arena.allocate(bytes.count)
                for (offset, byte) in bytes.enumerated() { target[offset] = byte }
                column.slices[row] = ByteSlice(base: UnsafePointer(target), count: bytes.count)
            }
        }
    }
    batch.rowCount = rows.count
    batch.selection.selectAll(rows.count)
    batch.chunks = arena.takeChunks()
    return batch
}

func typed(
    _ text: String, _ schema: RowSchema = RowSchema([]), expecting: LogicalType? = nil
) throws -> TypedExpression {
    try ExpressionChecker.check(
        try ExpressionParser.parse(text), in: SchemaScope(schema), expecting: expecting)
}

/// The values of an expression for each row.
func evaluate(_ text: String, _ schema: RowSchema, _ rows: [[Value]]) throws -> [Value] {
    let expression = CompiledExpression(try typed(text, schema))
    let batch = makeBatch(schema, rows)
    let column = try expression.evaluate(batch: batch)
    // The column's slices point into memory of the expression and of the batch.
    return withExtendedLifetime((expression, batch)) { rows.indices.map { column.value($0) } }
}

/// The value of an expression without columns; for one that fails, the code of its error.
func constant(_ text: String) throws -> String {
    do {
        let value = try evaluate(text, RowSchema([]), [[]])[0]
        return shown(value, try typed(text).type)
    } catch let error as EvaluationError {
        return error.code.rawValue
    }
}

/// A value in JSON, as the examples of the functions are written.
func shown(_ value: Value, _ type: LogicalType) -> String {
    if case .decimal(let unscaled) = value { return NaiveDecimal.text(unscaled, scale: type.scale) }
    if case .integer(let integer) = value, type.isTemporal {
        let text = NaiveTemporal.text(Int(integer), type)
        return "\"\(text)\(type == .timestampLTZ ? "Z" : "")\""
    }
    return value.description
}

/// The codes of everything that is wrong with a text.
func codes(_ text: String, _ schema: RowSchema = RowSchema([])) -> [String] {
    do {
        _ = try typed(text, schema)
        return []
    } catch let errors as ExpressionErrors {
        return errors.errors.map(\.code.rawValue)
    } catch {
        return ["\(error)"]
    }
}
