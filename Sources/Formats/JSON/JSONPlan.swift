internal import CSimdJSON
internal import StreamCore

/// The wanted paths, compiled; owner of the C decoder.
final class JSONPlan {
    let decoder: OpaquePointer

    init(_ columns: [JSONColumn]) throws(FormatError) {
        guard let decoder = csimdjson_new() else {
            throw FormatError("out of memory for the JSON decoder")
        }
        self.decoder = decoder
        for column in columns { try add(column) }
    }

    deinit { csimdjson_free(decoder) }

    private func add(_ column: JSONColumn) throws(FormatError) {
        guard let type = csimdjson_type(column.field.type) else {
            throw FormatError(
                "column \(column.field.name): format json cannot read \(column.field.type); "
                    + "read it as STRING")
        }
        var node: Int32 = 0
        for step in column.path {
            node = extend(node, by: step)
            guard node >= 0 else {
                throw FormatError(
                    "column \(column.field.name): its path has more than \(JSONDecoder.depthMax) "
                        + "steps, or an index below 0")
            }
        }
        guard csimdjson_column_at(decoder, node, type, column.field.isNullable ? 0 : 1) >= 0 else {
            throw FormatError("column \(column.field.name): another column has the same path")
        }
    }

    private func extend(_ node: Int32, by step: JSONColumn.Step) -> Int32 {
        switch step {
        case .field(let name):
            var name = name
            return name.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) {
                    csimdjson_member(decoder, node, $0.baseAddress, $0.count)
                }
            }
        case .element(let index):
            guard let index = UInt32(exactly: index) else { return -1 }
            return csimdjson_element(decoder, node, index)
        }
    }
}

extension csimdjson_type {
    init?(_ type: LogicalType) {
        switch type {
        case .boolean: self = CSIMDJSON_BOOL
        case .int: self = CSIMDJSON_INT
        case .bigint: self = CSIMDJSON_BIGINT
        case .double: self = CSIMDJSON_DOUBLE
        case .string: self = CSIMDJSON_STRING
        case .row: self = CSIMDJSON_OBJECT
        case .array: self = CSIMDJSON_ARRAY
        // A JSON object's keys are strings.
        case .map(.string, _): self = CSIMDJSON_OBJECT
        case .decimal: self = CSIMDJSON_NUMBER
        case .bytes, .date, .timestamp, .timestampLTZ: self = CSIMDJSON_TEXT
        case .json: self = CSIMDJSON_ANY
        case .map, .intervalDayTime, .intervalYearMonth: return nil
        }
    }

    /// Whether the value arrives as its text, and Swift converts it.
    var isStaged: Bool { self == CSIMDJSON_NUMBER || self == CSIMDJSON_TEXT }
}
