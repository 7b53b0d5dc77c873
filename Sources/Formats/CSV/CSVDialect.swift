/// How fields of CSV are divided and quoted; Flink's `csv.` options.
package struct CSVDialect: Hashable, Sendable {
    /// `csv.field-delimiter`: one ASCII character.
    package var delimiter = UInt8(ascii: ",")
    /// `csv.quote-character`; nil: `csv.disable-quote-character`.
    package var quote: UInt8? = UInt8(ascii: "\"")
    /// `csv.escape-character`: what follows it is text, but `0`, `n`, `r` and `t` are the control
    /// characters (as in Jackson).
    package var escape: UInt8?
    /// `csv.null-literal`: the unquoted text that is NULL.
    package var nullLiteral: [UInt8]?
    /// `csv.array-element-delimiter`: between the elements of an ARRAY or a ROW in one field.
    package var elementDelimiter = UInt8(ascii: ";")
    /// `csv.allow-comments`: a record that begins with `#` is none.
    package var allowsComments = false

    package init() {}
}
