internal import Expression
internal import StreamCore

/// Reads the SQL types of a source's `schema`: `STRING NOT NULL`, `ARRAY<ROW<id BIGINT, tag STRING>>`.
///
/// The grammar is that of CAST.
struct SQLTypeText {
    struct Failure: Error {
        let message: String
        let help: String?
        /// Of the whole text.
        let utf8Offset: Int
    }

    /// - Returns: The type, and whether NULL may occur.
    static func parse(_ text: String) throws(Failure) -> (type: LogicalType, isNullable: Bool) {
        do throws(ExpressionError) {
            return try SQLTypeParser.parse(text)
        } catch {
            throw Failure(
                message: error.message, help: error.help, utf8Offset: error.range.lowerBound)
        }
    }
}
