internal import StreamCore

/// Rows at the edges of every type; behind each NULL stands something that no type has.
enum ExtremeRows {
    static let rowCount = 8

    static let schema = RowSchema([
        Field(name: "f", type: .boolean), Field(name: "i", type: .int),
        Field(name: "l", type: .bigint), Field(name: "d", type: .double),
        Field(name: "m", type: .decimal(precision: 38, scale: 10)),
        Field(name: "n", type: .decimal(precision: 5, scale: 2)),
        Field(name: "s", type: .string), Field(name: "b", type: .bytes),
        Field(name: "day", type: .date), Field(name: "t", type: .timestamp),
        Field(name: "z", type: .timestampLTZ), Field(name: "a", type: .array(.int)),
        Field(name: "o", type: .map(.string, .string)), Field(name: "j", type: .json),
        Field(name: "r", type: .row([Field(name: "x", type: .int)])),
    ])

    /// Made once: evaluation leaves everything but the selection as it is.
    ///
    /// Why `nonisolated(unsafe)` holds: only the expression fuzzer uses it, one input at a time.
    nonisolated(unsafe) static let batch: RecordBatch = {
        let batch = RecordBatch(schema: schema, rowCapacity: rowCount)
        let arena = ByteArena()
        for (field, column) in zip(schema.fields, batch.columns) {
            for row in 0..<rowCount { fill(column, field.type, row, arena) }
            column.hasNulls = true
            column.validity[rowCount - 1] = 0
        }
        batch.rowCount = rowCount
        batch.chunks = arena.takeChunks()
        return batch
    }()

    private static func fill(
        _ column: Column, _ type: LogicalType, _ row: Int, _ arena: ByteArena
    ) {
        let isNull = row == rowCount - 1
        switch column.physical {
        case .bool8: column.booleans[row] = UInt8(row % 2)
        case .int64: column.integers[row] = isNull ? .min : integers(type)[row % 7]
        case .float64: column.doubles[row] = doubles[row % 8]
        case .int128: column.decimals[row] = isNull ? .min : decimals(type)[row % 7]
        case .slice: column.slices[row] = isNull ? .absent : text(type, row, arena)
        }
    }

    private static func integers(_ type: LogicalType) -> [Int64] {
        let (low, high): (Int64, Int64) =
            switch type {
            case .int: (Int64(Int32.min), Int64(Int32.max))
            case .date: (CivilDate.dayRange.lowerBound, CivilDate.dayRange.upperBound)
            case .timestamp, .timestampLTZ:
                (CivilDate.millisecondRange.lowerBound, CivilDate.millisecondRange.upperBound)
            default: (.min, .max)
            }
        return [0, 1, -1, low, high, low + 1, 59]
    }

    private static func decimals(_ type: LogicalType) -> [Int128] {
        guard case .decimal(let precision, _) = type else { return [] }
        let limit =
            precision == 38
            ? DecimalCodec.power(37) * 9 : DecimalCodec.power(precision) - 1
        return [0, 1, -1, limit, -limit, 50, -49]
    }

    private static let doubles: [Double] = [
        0, -0.0, .nan, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0.5,
    ]

    private static func text(_ type: LogicalType, _ row: Int, _ arena: ByteArena) -> ByteSlice {
        let choices: [String]
        switch type {
        case .array: choices = ["[]", "[1,2,null]", "[ -2147483648 ]"]
        case .map: choices = ["{}", "{\"a\":\"b\",\"\":null}", "{\"a\":\"\\u00e4\"}"]
        case .row: choices = ["{}", "{\"x\":1}", "{\"x\":null,\"y\":[]}"]
        case .json: choices = ["null", "[{\"a\":[1]}]", "\"\\ud83d\\ude00\"", "1e400"]
        default:
            choices = [
                "", "a", "ÄöÜß😀", "%_\\", "-12.50", "2024-02-29 23:59:59.999",
                String(repeating: "ab ", count: 120),
            ]
        }
        let bytes = Array(choices[row % choices.count].utf8)
        let target = arena.allocate(bytes.count + ByteArena.padding)
        target.initialize(repeating: 0x31, count: bytes.count + ByteArena.padding)
        target.update(from: bytes, count: bytes.count)
        return ByteSlice(base: target, count: bytes.count)
    }
}
