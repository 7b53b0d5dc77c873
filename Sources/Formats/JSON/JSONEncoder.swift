package import StreamCore

/// `format: json` of a sink: one object a row, with the columns in order and NULL as null.
///
/// Numbers, booleans and strings as in JSON; ROW, ARRAY, MAP and JSON are the JSON text that they
/// carry, as it is; BYTES in base64, DATE and TIMESTAMP as strings, as Flink writes them; DECIMAL as a
/// number with all digits of its scale. A DOUBLE is the shortest text that reads back as the same
/// value, in Java's form (`1.5`, `3.0`, `1.0E10`), so that results can be compared with Flink's; NaN
/// and the infinities, which JSON lacks, are strings, as Jackson writes them.
///
/// - Threading: one thread; one instance per sink subtask.
/// - Cost: one pass over the selected rows; allocates chunks of a megabyte only.
package final class JSONEncoder: RowEncoder {
    /// How a column is written, and the most bytes that takes, names aside.
    enum Kind {
        case boolean, integer, double, string, json, base64
        /// Without quotes: DECIMAL. In quotes: DATE, TIMESTAMP.
        case number, quoted

        var isSlice: Bool {
            switch self {
            case .string, .json, .base64: true
            case .boolean, .integer, .double, .number, .quoted: false
            }
        }
        var byteCountMax: Int {
            switch self {
            case .boolean: 5
            case .integer: 20
            case .double: 34
            case .string, .base64: 4
            case .json: 4
            case .number, .quoted: max(DecimalCodec.byteCountMax, TimestampCodec.byteCountMax) + 2
            }
        }
    }

    /// Where each output column stands in the batches.
    let indices: [Int]
    let prefixes: FieldPrefixes
    let writers: UnsafeMutablePointer<FieldWriter>
    let hasSlices: Bool
    let arena = ByteArena()
    /// Bytes of a row whose slices are all empty, at most.
    let fixedByteCountMax: Int

    /// Every column of the batches, in their order.
    ///
    /// - Parameter schema: Of every batch to come; no INTERVAL.
    package convenience init(schema: RowSchema) {
        self.init(
            columns: schema.fields.enumerated().map { ($1.name, $0, $1.type) })
    }

    /// - Parameters:
    ///   - columns: The object's fields, in order: name, index of the column in every batch to come,
    ///     and its type; no INTERVAL.
    ///   - timestampForm: Flink's `json.timestamp-format.standard`.
    package init(
        columns: [(name: String, index: Int, type: LogicalType)],
        timestampForm: TimestampCodec.Form = .sql
    ) {
        let kinds = columns.map { Kind($0.type) }
        hasSlices = kinds.contains(where: \.isSlice)
        indices = columns.map(\.index)
        let prefixes = FieldPrefixes(columns.map(\.name))
        self.prefixes = prefixes
        writers = .allocate(capacity: max(1, columns.count))
        for (number, position) in prefixes.positions.enumerated() {
            (writers + number).initialize(
                to: FieldWriter(
                    kind: kinds[number],
                    scalar: ScalarWriter(columns[number].type, form: timestampForm),
                    prefix: UnsafePointer(prefixes.words + position.start),
                    prefixWordCount: position.wordCount, prefixByteCount: position.byteCount,
                    values: UnsafeRawPointer(prefixes.words), validity: nil))
        }
        fixedByteCountMax =
            prefixes.byteCountMax + kinds.reduce(0) { $0 + $1.byteCountMax } + 2
    }

    deinit { writers.deallocate() }

    /// Bytes of value that `count` bytes of a slice become, at most.
    static func expanded(_ kind: Kind, _ count: Int) -> Int {
        switch kind {
        case .string: count * 6 + 2  // every byte a \u00xx
        case .base64: (count + 2) / 3 * 4 + 2
        case .json: count
        case .boolean, .integer, .double, .number, .quoted: 0
        }
    }

    /// Whether values of a type have a form in JSON: all but INTERVAL.
    package static func canWrite(_ type: LogicalType) -> Bool {
        type.physical == .slice || ScalarWriter(type) != nil
    }
}

extension JSONEncoder.Kind {
    init(_ type: LogicalType) {
        switch type {
        case .boolean: self = .boolean
        case .int, .bigint: self = .integer
        case .double: self = .double
        case .string: self = .string
        case .bytes: self = .base64
        case .row, .array, .map, .json: self = .json
        case .decimal: self = .number
        case .date, .timestamp, .timestampLTZ: self = .quoted
        case .intervalDayTime, .intervalYearMonth:
            preconditionFailure("\(type) has no form in JSON; the checker refuses it")
        }
    }
}

/// What stands before each value: `{"color":`, `,"total":`. Whole words of 8 bytes are copied, so each
/// is padded to such; the next text overwrites what is too much.
final class FieldPrefixes {
    let words: UnsafeMutablePointer<UInt64>
    /// By field: where its words begin, how many there are, and the bytes that count.
    let positions: [(start: Int, wordCount: Int, byteCount: Int)]
    /// Bytes that all of them touch.
    var byteCountMax: Int { positions.reduce(0) { $0 + $1.wordCount * 8 } }

    init(_ names: [String]) {
        let texts = names.enumerated().map { index, name in
            Array((index == 0 ? "{" : ",").utf8) + FieldPrefixes.quoted(name) + Array(":".utf8)
        }
        var start = 0
        positions = texts.map { text in
            defer { start += (text.count + 7) / 8 }
            return (start, (text.count + 7) / 8, text.count)
        }
        words = .allocate(capacity: max(1, start))
        words.initialize(repeating: 0, count: max(1, start))
        for (text, position) in zip(texts, positions) {
            UnsafeMutableRawPointer(words + position.start).copyMemory(
                from: text, byteCount: text.count)
        }
    }

    deinit { words.deallocate() }

    private static func quoted(_ name: String) -> [UInt8] {
        let utf8 = Array(name.utf8)
        return [UInt8](unsafeUninitializedCapacity: utf8.count * 6 + 2) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            count = utf8.withUnsafeBufferPointer {
                JSONText.write($0.baseAddress, $0.count, to: base) - base
            }
        }
    }
}
