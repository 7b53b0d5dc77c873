internal import Expression
internal import StreamCore

/// Expressions: read, typed, compiled, and evaluated on rows of extreme values.
///
/// What is no expression of a row may be one of an aggregate's `select`: ``AggregateFuzz``. An ARRAY or MAP
/// is unnested: ``UnnestFuzz``.
///
/// Invariants: no text traps; every error has a range inside the text; a failed row is a selected one, so
/// that leaving out what fails comes to an end; a STRING is UTF-8 and within its limit.
enum ExpressionFuzz {
    static func run(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        _ = rowCount(text)
    }

    /// Runs one text.
    ///
    /// - Returns: For how many rows it can be computed; 0 for what is no expression.
    static func rowCount(_ text: String) -> Int {
        guard let syntax = parse(text) else { return 0 }
        let batch = ExtremeRows.batch
        guard let typed = check(syntax, text) else { return AggregateFuzz.rowCount(syntax) }
        UnnestFuzz.run(typed)
        batch.selection.selectAll(batch.rowCount)
        evaluate(CompiledExpression(typed), batch)
        let rowCount = batch.selection.count
        guard typed.type == .boolean else { return rowCount }
        batch.selection.selectAll(batch.rowCount)
        filter(CompiledPredicate(typed), batch)
        return rowCount
    }

    private static func parse(_ text: String) -> SyntaxNode? {
        do throws(ExpressionErrors) {
            return try ExpressionParser.parse(text)
        } catch {
            verify(error, text)
            return nil
        }
    }

    private static func check(_ syntax: SyntaxNode, _ text: String) -> TypedExpression? {
        do throws(ExpressionErrors) {
            return try ExpressionChecker.check(syntax, in: SchemaScope(ExtremeRows.schema))
        } catch {
            verify(error, text)
            return nil
        }
    }

    private static func verify(_ errors: ExpressionErrors, _ text: String) {
        precondition(!errors.errors.isEmpty, "a failure without an error")
        for error in errors.errors {
            precondition(error.range.lowerBound >= 0, "a range before the text")
            precondition(error.range.upperBound <= text.utf8.count, "a range behind the text")
        }
    }

    private static func evaluate(_ expression: CompiledExpression, _ batch: RecordBatch) {
        while batch.selection.count > 0 {
            do throws(EvaluationError) {
                return verify(try expression.evaluate(batch: batch), batch)
            } catch {
                leaveOut(error, batch)
            }
        }
    }

    private static func filter(_ predicate: CompiledPredicate, _ batch: RecordBatch) {
        while batch.selection.count > 0 {
            do throws(EvaluationError) {
                return try predicate.apply(to: batch)
            } catch {
                leaveOut(error, batch)
            }
        }
    }

    private static func leaveOut(_ error: EvaluationError, _ batch: RecordBatch) {
        let before = batch.selection.count
        for row in error.failedRows { batch.selection.remove(row: row) }
        precondition(
            batch.selection.count == before - error.failedRows.count, "a failed row is not selected"
        )
    }

    private static func verify(_ column: Column, _ batch: RecordBatch) {
        guard column.type == .string else { return }
        for index in 0..<batch.selection.count {
            let row = Int(batch.selection.rows[index])
            guard !column.isNull(row) else { continue }
            let text = column.slices[row]
            precondition(text.count <= CompiledExpression.valueByteCountMax, "a text too long")
            precondition(String(validating: text.buffer, as: UTF8.self) != nil, "no UTF-8")
        }
    }
}
