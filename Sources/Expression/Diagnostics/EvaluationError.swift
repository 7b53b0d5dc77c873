/// Rows for which an expression has no value: a division by zero, an overflow, a bad cast.
///
/// Only selected rows raise it. Thrown out of ``CompiledExpression/evaluate(batch:)``; the operator
/// adds the record's place, or removes ``failedRows`` from the selection and evaluates again.
package struct EvaluationError: Error, Hashable, Sendable {
    /// A stable code with a page in docs/errors.md.
    package enum Code: String, Sendable, CaseIterable {
        case divisionByZero = "E2101"
        /// A result outside the range of its type; never wrapped.
        case overflow = "E2102"
        /// A value that CAST cannot turn into the target type.
        case badCast = "E2103"
        /// A LIKE pattern, taken from data, with a wrong escape.
        case badPattern = "E2104"
        /// A text longer than ``CompiledExpression/valueByteCountMax``.
        case valueTooLong = "E2105"
        /// A row whose event time is NULL.
        case nullEventTime = "E2106"
        /// A value that a function does not take: the root of a negative number.
        case badArgument = "E2111"
        /// A text that is not JSON, or a value in it that is missing or of another type.
        case badJSON = "E2112"
        /// A MAP with more members than ``CollectionReader/memberCountMax`` is to be unnested.
        case tooManyMembers = "E2120"
    }

    package let code: Code
    /// The first row that failed, an index into the batch.
    package let row: Int
    /// Every selected row that failed in the same kernel, ascending; the first is ``row``.
    package let failedRows: [Int32]
    /// What went wrong and what to do, in one line; quotes at most 256 bytes of a value, escaped.
    package let message: String

    package init(_ code: Code, failedRows: [Int32], message: String) {
        precondition(!failedRows.isEmpty)
        self.code = code
        self.row = Int(failedRows[0])
        self.failedRows = failedRows
        self.message = message
    }
}
