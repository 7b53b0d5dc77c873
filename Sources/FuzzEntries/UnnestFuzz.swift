internal import Expression
internal import Operators
internal import StreamAPI
internal import StreamCore

/// ARRAY and MAP values, unnested.
///
/// Invariant: nothing traps, and what cannot be read is dropped.
enum UnnestFuzz {
    static func run(_ collection: TypedExpression) {
        guard let unnesting = Unnesting(collection) else { return }
        let parts = unnesting.parts(isWhole: false) + [unnesting.ordinality]
        var columns: [UnnestDefinition.Column] = []
        for (index, part) in parts.enumerated() {
            guard let expression = try? unnesting.expression(for: part, timeZone: .utc) else {
                return
            }
            columns.append(.init(name: "c\(index)", expression: expression))
        }
        let unnest = UnnestOperator(
            UnnestDefinition(
                collection: collection, keepsEmpty: true, inputColumns: [0], columns: columns,
                select: nil), errorPolicy: .drop, counters: RecordCounters())
        let batch = ExtremeRows.batch
        batch.selection.selectAll(batch.rowCount)
        do {
            try unnest.process(batch, into: BytesOutput())
        } catch {
            preconditionFailure("a record that is dropped fails the job: \(error)")
        }
    }
}
