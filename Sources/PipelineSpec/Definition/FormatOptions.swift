package import StreamCore

/// What a format says beside its name; the defaults are Flink's.
package struct FormatOptions: Hashable, Sendable {
    /// Flink's `json.timestamp-format.standard`: how times are written.
    package enum TimestampFormat: String, Hashable, Sendable, CaseIterable {
        case sql
        case iso8601 = "iso-8601"
    }

    /// Of CSV: ASCII each.
    package var fieldDelimiter = UInt8(ascii: ",")
    /// Nil: quotes are text.
    package var quoteCharacter: UInt8? = UInt8(ascii: "\"")
    package var escapeCharacter: UInt8?
    /// The unquoted field that is NULL; nil: none is.
    package var nullLiteral: String?
    /// Between the elements of an ARRAY or a ROW in one field.
    package var arrayElementDelimiter = UInt8(ascii: ";")
    package var allowsComments = false
    package var timestampFormat = TimestampFormat.sql

    package init() {}
}

/// The columns that a source takes of its records' keys (Flink's `key.format` and `key.fields`).
package struct SourceKey: Hashable, Sendable {
    package let format: RecordFormat
    package let options: FormatOptions
    /// In the order of the key, under their names in the schema.
    package let fields: [Field]
    /// What the columns' names begin with and the key's own do not (Flink's `key.fields-prefix`).
    package let prefix: String

    package func contains(_ name: String) -> Bool { fields.contains { $0.name == name } }
}
