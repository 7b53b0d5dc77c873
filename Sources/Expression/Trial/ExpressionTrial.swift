package import StreamCore

/// One evaluation of one expression, to see what it gives.
package struct ExpressionTrial {
    package let type: LogicalType
    package let isNullable: Bool
    private let shown: TypedExpression

    /// Checks an expression over the columns of `schema`.
    package init(_ text: String, over schema: RowSchema) throws(ExpressionErrors) {
        let syntax = try ExpressionParser.parse(text)
        let scope = SchemaScope(schema)
        let typed = try ExpressionChecker.check(syntax, in: scope)
        type = typed.type
        isNullable = typed.isNullable
        var checker = Checker(scope: scope, keys: nil, timeZone: .utc)
        let site = CallSite(
            name: "JSON_STRING", range: typed.range, arguments: [(syntax, .value(typed))])
        guard case .value(let json) = checker.jsonText(site) else {
            throw ExpressionErrors(checker.errors)
        }
        shown = json
    }

    /// The value for a row of that schema, as JSON: `"grey"`, `3`, `null`.
    ///
    /// - Parameter row: Nil where the schema has no columns.
    package func value(on row: SampleRow?) throws(EvaluationError) -> String {
        let batch = row?.batch ?? Self.oneRow()
        let compiled = CompiledExpression(shown)
        let column = try compiled.evaluate(batch: batch)
        return withExtendedLifetime((compiled, row)) {
            column.isNull(0) ? "null" : column.slices[0].text
        }
    }

    private static func oneRow() -> RecordBatch {
        let batch = RecordBatch(schema: RowSchema([]), rowCapacity: 1)
        batch.rowCount = 1
        batch.selection.selectAll(1)
        return batch
    }
}
