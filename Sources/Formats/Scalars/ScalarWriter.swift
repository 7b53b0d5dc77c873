internal import StreamCore

/// Writes one column's values as the texts that ``ScalarParser`` reads: what keys, fields of CSV and
/// most of JSON have in common.
struct ScalarWriter {
    enum Kind: Equatable {
        case boolean, integer, double, date, decimal, timestamp
        /// BYTES.
        case base64
        /// The bytes of a STRING.
        case text
    }

    let kind: Kind
    /// Of a DECIMAL.
    private var scale = 0
    /// Of a timestamp.
    private var form = TimestampCodec.Form.sql
    private var isInstant = false

    /// - Parameter form: How times are written.
    /// - Returns: Nil for a type without such a text: INTERVAL, ARRAY, MAP, ROW, JSON.
    init?(_ type: LogicalType, form: TimestampCodec.Form = .sql) {
        switch type {
        case .boolean: kind = .boolean
        case .int, .bigint: kind = .integer
        case .double: kind = .double
        case .decimal(_, let scale):
            kind = .decimal
            self.scale = scale
        case .string: kind = .text
        case .bytes: kind = .base64
        case .date: kind = .date
        case .timestamp, .timestampLTZ:
            kind = .timestamp
            self.form = form
            isInstant = type == .timestampLTZ
        case .intervalDayTime, .intervalYearMonth, .array, .map, .row, .json: return nil
        }
    }

    var isSlice: Bool { kind == .text || kind == .base64 }

    /// Bytes of a value that is no slice, at most.
    var byteCountMax: Int {
        switch kind {
        case .boolean: 5
        case .integer: 20
        case .double: 34
        case .decimal: DecimalCodec.byteCountMax
        case .date: DateCodec.byteCountMax
        case .timestamp: TimestampCodec.byteCountMax
        case .base64, .text: 0
        }
    }

    /// Bytes of the text of a slice of `count` bytes.
    func byteCount(ofSlice count: Int) -> Int {
        kind == .base64 ? Base64.textByteCount(of: count) : count
    }

    /// - Parameter values: The column's.
    /// - Returns: The end of what was written.
    // hot
    @inline(__always)
    func write(
        _ values: UnsafeRawPointer, _ row: Int, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        switch kind {
        case .integer: IntegerText.write(load(values, row), to: start)
        case .double: JSONText.writeUnquoted(load(values, row) as Double, to: start)
        case .boolean: JSONText.write((load(values, row) as UInt8) != 0, to: start)
        case .decimal:
            start + DecimalCodec.write(load(values, row), scale: scale, to: start)
        case .date: start + DateCodec.write(load(values, row), to: start)
        case .timestamp:
            start + TimestampCodec.write(load(values, row), form, isInstant: isInstant, to: start)
        case .base64: Base64.write(load(values, row), to: start)
        case .text: Self.copy(load(values, row), to: start)
        }
    }

    @inline(__always)
    private func load<Value>(_ values: UnsafeRawPointer, _ row: Int) -> Value {
        values.load(fromByteOffset: row &* MemoryLayout<Value>.stride, as: Value.self)
    }

    @inline(__always)
    private static func copy(
        _ slice: ByteSlice, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        guard let base = slice.base else { return start }
        start.update(from: base, count: slice.count)
        return start + slice.count
    }
}
