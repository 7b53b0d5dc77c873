/// A fixed-capacity vector of values of one type, with one validity byte a row.
///
/// Validity is a byte, not a bit: kernels combine masks with plain vector ANDs and never shift
/// (docs/decisions/0002). `values` holds `physical.stride` bytes a row. A column is filled by the
/// thread that owns its batch and read by the same.
public final class Column {
    public let type: LogicalType
    public let physical: PhysicalType
    public let capacity: Int
    public let values: UnsafeMutableRawPointer
    /// 1 where the row has a value, 0 where it is NULL. Meaningless while ``hasNulls`` is false.
    public let validity: UnsafeMutablePointer<UInt8>
    /// False: no selected row is NULL and `validity` need not be read.
    public var hasNulls = false

    public init(type: LogicalType, capacity: Int) {
        precondition(capacity > 0)
        self.type = type
        self.physical = type.physical
        self.capacity = capacity
        values = .allocate(byteCount: capacity * physical.stride, alignment: 64)
        validity = .allocate(capacity: capacity)
        validity.initialize(repeating: 1, count: capacity)
    }

    deinit {
        values.deallocate()
        validity.deallocate()
    }

    /// BOOLEAN values, one byte each.
    @inlinable public var booleans: UnsafeMutablePointer<UInt8> {
        values.assumingMemoryBound(to: UInt8.self)
    }
    /// INT, BIGINT, DATE, TIMESTAMP, TIMESTAMP_LTZ and INTERVAL values.
    @inlinable public var integers: UnsafeMutablePointer<Int64> {
        values.assumingMemoryBound(to: Int64.self)
    }
    @inlinable public var doubles: UnsafeMutablePointer<Double> {
        values.assumingMemoryBound(to: Double.self)
    }
    /// Unscaled DECIMAL values.
    @inlinable public var decimals: UnsafeMutablePointer<Int128> {
        values.assumingMemoryBound(to: Int128.self)
    }
    /// STRING, BYTES, ROW, ARRAY, MAP and JSON values.
    @inlinable public var slices: UnsafeMutablePointer<ByteSlice> {
        values.assumingMemoryBound(to: ByteSlice.self)
    }

    @inlinable public func isNull(_ row: Int) -> Bool { hasNulls && validity[row] == 0 }
}
