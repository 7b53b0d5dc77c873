/// Codes of records that a format cannot decode; one page each in docs/errors.md.
package enum RecordFailureCode: String, Sendable, CaseIterable {
    /// Not what the format says: no well-formed JSON object, no row of CSV.
    case malformed = "E2001"
    /// A NOT NULL field is missing or null.
    case missingField = "E2002"
    /// A field has a value of another type.
    case typeMismatch = "E2003"
    /// A number that its column's type cannot hold.
    case numberOutOfRange = "E2004"
    /// More than ``JSONDecoder/depthMax`` levels.
    case tooDeep = "E2005"
    case notUTF8 = "E2006"
    /// A tombstone or an empty value.
    case noValue = "E2007"
    /// Longer than ``JSONDecoder/documentByteCountMax``.
    case tooLong = "E2008"
}

/// One record, or a part of it, that could not be decoded.
struct RecordFailure {
    /// In the raw batch.
    let row: Int32
    let code: RecordFailureCode
    /// Of the decoder's columns; nil: the record as a whole.
    var column: Int?
    /// Byte of the record's part, for the excerpt in the message.
    var position = 0
    /// What the code alone does not say.
    var reason = Reason.none

    /// Why a record is no row of CSV.
    enum Reason: Equatable {
        case none
        case openQuote, textBehindQuote, quoteInField, openEscape, severalRows
        /// So many fields were found.
        case fieldCount(Int, expected: Int)
    }
}
