internal import CSimdJSON
internal import StreamCore

/// Makes one column's values of their texts: what fields of CSV, keys, and strings and numbers of
/// JSON have in common.
///
/// Blanks around a text do not count, except for STRING and BYTES. Nothing is rounded, cut or guessed
/// but a DECIMAL's further digits (HALF_UP, as in Flink) and a time's digits behind milliseconds.
struct ScalarParser {
    enum Kind: Equatable {
        case boolean, int, bigint, double, decimal, string, bytes, date, timestamp, timestampLTZ
    }

    let kind: Kind
    /// Of a DECIMAL.
    private var precision = 0
    private var scale = 0

    /// - Returns: Nil for a type that no text stands for.
    init?(_ type: LogicalType) {
        switch type {
        case .boolean: kind = .boolean
        case .int: kind = .int
        case .bigint: kind = .bigint
        case .double: kind = .double
        case .decimal(let precision, let scale):
            kind = .decimal
            self.precision = precision
            self.scale = scale
        case .string: kind = .string
        case .bytes: kind = .bytes
        case .date: kind = .date
        case .timestamp: kind = .timestamp
        case .timestampLTZ: kind = .timestampLTZ
        case .intervalDayTime, .intervalYearMonth, .array, .map, .row, .json: return nil
        }
    }

    /// Reads one value.
    ///
    /// - Parameters:
    ///   - text: Not absent.
    ///   - column: Receives the value in `row`; its validity is left alone.
    ///   - arena: For the bytes of BYTES.
    /// - Returns: Why it is none; nil if it is one.
    // hot
    @inline(__always)
    func parse(
        _ text: ByteSlice, to column: Column, _ row: Int, _ arena: ByteArena
    ) -> RecordFailureCode? {
        switch kind {
        case .string:
            column.slices[row] = text
            return nil
        case .bytes:
            guard let bytes = Base64.decode(text, in: arena) else { return .typeMismatch }
            column.slices[row] = bytes
            return nil
        case .boolean:
            guard let value = ScalarText.boolean(ScalarText.trimmed(text)) else {
                return .typeMismatch
            }
            column.booleans[row] = value ? 1 : 0
            return nil
        case .double: return double(ScalarText.trimmed(text), &column.doubles[row])
        case .decimal: return decimal(ScalarText.trimmed(text), &column.decimals[row])
        case .int, .bigint, .date, .timestamp, .timestampLTZ:
            return integer(ScalarText.trimmed(text), &column.integers[row])
        }
    }

    private func integer(
        _ text: UnsafeBufferPointer<UInt8>, _ value: inout Int64
    ) -> RecordFailureCode? {
        switch kind {
        case .date:
            guard let days = DateCodec.parse(text, allowsPart: false) else { return .typeMismatch }
            value = days
        case .timestamp, .timestampLTZ:
            guard let reading = TimestampCodec.parse(text) else { return .typeMismatch }
            // A wall clock's time with an offset would lose the offset.
            if kind == .timestamp, reading.offsetMilliseconds != nil { return .typeMismatch }
            value = kind == .timestamp ? reading.milliseconds : reading.instant
            // An offset may lead out of the years 0 to 9999.
            guard CivilDate.millisecondRange.contains(value) else { return .numberOutOfRange }
        default:
            return ScalarText.integer(text, bits: kind == .int ? 32 : 64, &value)
        }
        return nil
    }

    private func double(
        _ text: UnsafeBufferPointer<UInt8>, _ value: inout Double
    ) -> RecordFailureCode? {
        switch csimdjson_read_double(text.baseAddress, text.count, &value) {
        case CSIMDJSON_OK: nil
        case CSIMDJSON_RANGE: .numberOutOfRange
        default: .typeMismatch
        }
    }

    private func decimal(
        _ text: UnsafeBufferPointer<UInt8>, _ value: inout Int128
    ) -> RecordFailureCode? {
        if let read = DecimalCodec.parse(text, precision: precision, scale: scale) {
            value = read
            return nil
        }
        var ignored = 0.0
        let code = csimdjson_read_double(text.baseAddress, text.count, &ignored)
        let isNumber = code == CSIMDJSON_RANGE || (code == CSIMDJSON_OK && ignored.isFinite)
        return isNumber ? .numberOutOfRange : .typeMismatch
    }
}
