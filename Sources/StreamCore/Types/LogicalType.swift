/// A column's SQL type.
///
/// ROW, ARRAY, MAP and JSON values are carried as JSON text; a path that ends at a scalar inside
/// them is a column of its own, extracted by the decoder.
public indirect enum LogicalType: Hashable, Sendable {
    case boolean
    /// 32 bits by range, stored as 64; arithmetic checks the range.
    case int
    case bigint
    case double
    /// Exact: an integer of up to `precision` digits, `1 ... 38`, divided by ten to the power of
    /// `scale`, `0 ... precision`.
    case decimal(precision: Int, scale: Int)
    case string
    case bytes
    /// Days since 1970-01-01, proleptic Gregorian.
    case date
    /// TIMESTAMP(3): a wall clock's reading, as milliseconds since 1970-01-01 00:00:00 on that clock.
    case timestamp
    /// TIMESTAMP_LTZ(3): an instant, as milliseconds since the epoch.
    case timestampLTZ
    /// INTERVAL DAY TO SECOND(3): milliseconds.
    case intervalDayTime
    /// INTERVAL YEAR TO MONTH: months.
    case intervalYearMonth
    case array(LogicalType)
    /// Key type, value type; a JSON object in the order it was read.
    case map(LogicalType, LogicalType)
    case row([Field])
    /// Any JSON value, passed through as it was read.
    case json

    /// How a column of this type is laid out.
    public var physical: PhysicalType {
        switch self {
        case .boolean: .bool8
        case .int, .bigint, .date, .timestamp, .timestampLTZ, .intervalDayTime, .intervalYearMonth:
            .int64
        case .double: .float64
        case .decimal: .int128
        case .string, .bytes, .array, .map, .row, .json: .slice
        }
    }

    /// Digits of a DECIMAL, at most: what 128 bits hold.
    public static let decimalPrecisionMax = 38
}

/// One named column of a row type.
public struct Field: Hashable, Sendable {
    public let name: String
    public let type: LogicalType
    public let isNullable: Bool
    public init(name: String, type: LogicalType, isNullable: Bool = true) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
    }
}

/// The layout of one value in a ``Column``.
public enum PhysicalType: UInt8, Sendable {
    /// One byte, 0 or 1.
    case bool8
    case int64
    case float64
    /// A ``ByteSlice``.
    case slice
    /// An `Int128`: the unscaled value of a DECIMAL.
    case int128

    /// Bytes per value.
    public var stride: Int {
        switch self {
        case .bool8: 1
        case .int64, .float64: 8
        case .slice: MemoryLayout<ByteSlice>.stride
        case .int128: MemoryLayout<Int128>.stride
        }
    }
}

/// The columns of a batch, in order.
public struct RowSchema: Hashable, Sendable {
    public let fields: [Field]
    public init(_ fields: [Field]) { self.fields = fields }
    public func index(of name: String) -> Int? { fields.firstIndex { $0.name == name } }
}

extension LogicalType: CustomStringConvertible {
    /// SQL's spelling, as Flink prints it.
    public var description: String {
        switch self {
        case .boolean: "BOOLEAN"
        case .int: "INT"
        case .bigint: "BIGINT"
        case .double: "DOUBLE"
        case .decimal(let precision, let scale): "DECIMAL(\(precision), \(scale))"
        case .string: "STRING"
        case .bytes: "BYTES"
        case .date: "DATE"
        case .timestamp: "TIMESTAMP(3)"
        case .timestampLTZ: "TIMESTAMP_LTZ(3)"
        case .intervalDayTime: "INTERVAL DAY TO SECOND(3)"
        case .intervalYearMonth: "INTERVAL YEAR TO MONTH"
        case .json: "JSON"
        case .array(let element): "ARRAY<\(element)>"
        case .map(let key, let value): "MAP<\(key), \(value)>"
        case .row(let fields): "ROW<\(fields.map(\.description).joined(separator: ", "))>"
        }
    }
}

extension Field: CustomStringConvertible {
    public var description: String { "\(name) \(type)\(isNullable ? "" : " NOT NULL")" }
}
