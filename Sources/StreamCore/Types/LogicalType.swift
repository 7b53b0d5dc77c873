/// A column's SQL type.
///
/// ROW and ARRAY values are carried as the JSON text they were read from; a path that ends at a
/// scalar inside them is a column of its own, extracted by the decoder.
public indirect enum LogicalType: Hashable, Sendable {
    case boolean
    /// 32 bits by range, stored as 64; arithmetic checks the range.
    case int
    case bigint
    case double
    case string
    case bytes
    case array(LogicalType)
    case row([Field])

    /// How a column of this type is laid out.
    public var physical: PhysicalType {
        switch self {
        case .boolean: .bool8
        case .int, .bigint: .int64
        case .double: .float64
        case .string, .bytes, .array, .row: .slice
        }
    }
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

    /// Bytes per value.
    public var stride: Int {
        switch self {
        case .bool8: 1
        case .int64, .float64: 8
        case .slice: MemoryLayout<ByteSlice>.stride
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
        case .string: "STRING"
        case .bytes: "BYTES"
        case .array(let element): "ARRAY<\(element)>"
        case .row(let fields): "ROW<\(fields.map(\.description).joined(separator: ", "))>"
        }
    }
}

extension Field: CustomStringConvertible {
    public var description: String { "\(name) \(type)\(isNullable ? "" : " NOT NULL")" }
}
