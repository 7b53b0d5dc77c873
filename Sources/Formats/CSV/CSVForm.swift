package import StreamCore

/// What a column's type is in a row of CSV.
package enum CSVForm {
    /// The type whose texts stand in the fields: the column's own, STRING for JSON, and for ARRAYs and
    /// ROWs of scalars.
    ///
    /// - Returns: Nil for a type without a form: INTERVAL, MAP, and what has more than one level, as in
    ///   Flink's `CsvRowSchemaConverter`.
    package static func field(_ type: LogicalType) -> LogicalType? {
        switch type {
        case .json: return .string
        case .array(let element): return ScalarWriter(element) == nil ? nil : .string
        case .row(let fields):
            let isFlat = !fields.isEmpty && fields.allSatisfy { ScalarWriter($0.type) != nil }
            return isFlat ? .string : nil
        default: return ScalarWriter(type) == nil ? nil : type
        }
    }
}
