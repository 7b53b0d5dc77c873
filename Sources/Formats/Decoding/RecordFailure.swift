/// Codes of records that a format cannot decode; one page each in docs/errors.md.
package enum RecordFailureCode: String, Sendable, CaseIterable {
    /// Not a JSON object, or not well-formed JSON.
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
