internal import Expression
package import StreamAPI
package import StreamCore

/// A row for each element of an ARRAY, or for each member of a MAP: the row's columns and the element's
/// (Flink's `CROSS JOIN UNNEST`, and `LEFT JOIN` where rows without elements are kept).
///
/// Rows go out in the order of the input and of the elements, in batches of at most
/// ``StreamCore/RecordBatch/rowCapacityDefault`` rows: a row of millions of elements needs no more
/// memory than its bytes. Each keeps its record's origin and event time. A row whose array cannot be
/// read is one error; an element that is not of its declared type is an error of its own, and the
/// others of the array go out.
///
/// - Threading: one subtask.
/// - Source: Flink `UnnestRowsFunction` behind a `StreamExecCorrelate`.
package final class UnnestOperator: StreamOperator {
    private let definition: UnnestDefinition
    private let collection: CompiledExpression
    private let reader: CollectionReader
    private let elements: MapOperator
    private let select: MapOperator?
    private let arena = ByteArena()
    private var failures: RowFailures
    /// The rows of the batch that is unnested.
    private var input = SelectionVector(capacity: RecordBatch.rowCapacityDefault)
    private let rows: UnnestRows

    /// - Parameters:
    ///   - errorPolicy: For a record whose array, or an element of it, has no value.
    ///   - counters: The subtask's; dropped records are added to it.
    package init(
        _ definition: UnnestDefinition, errorPolicy: ErrorPolicy, counters: RecordCounters
    ) {
        self.definition = definition
        collection = CompiledExpression(definition.collection)
        reader = CollectionReader(isMap: definition.isMap)
        func map(_ columns: [UnnestDefinition.Column]) -> MapOperator {
            MapOperator(
                columns: columns.map { ($0.name, $0.expression) }, errorPolicy: errorPolicy,
                counters: counters)
        }
        elements = map(definition.columns)
        select = definition.select.map(map)
        failures = RowFailures(policy: errorPolicy, counters: counters)
        rows = UnnestRows(rowCapacity: RecordBatch.rowCapacityDefault)
    }

    package func open(_ context: OperatorContext, restored: RestoredState?) throws {
        failures.operatorID = context.operatorID
        try elements.open(context, restored: nil)
        try select?.open(context, restored: nil)
    }

    package func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        let texts = try failures.retrying(batch) { () throws(EvaluationError) in
            try collection.evaluate(batch: batch)
        }
        rows.begin(batch, definition, chunks: collection.takeChunks())
        // Rows that fail leave the batch's selection meanwhile.
        if input.capacity < batch.rowCapacity {
            input = SelectionVector(capacity: batch.rowCapacity)
        }
        input.copy(from: batch.selection)
        for index in 0..<input.count {
            try unnest(input.rows[index], texts, of: batch, into: output)
        }
        try flush(into: output)
        try failures.emit(into: output)
    }

    private func unnest(
        _ row: Int32, _ texts: Column, of batch: RecordBatch, into output: any OperatorOutput
    ) throws {
        var isEmpty = true
        if !texts.isNull(Int(row)) {
            guard try begin(texts.slices[Int(row)], row, batch) else { return }
            var ordinality: Int64 = 0
            while reader.next() {  // hot
                ordinality &+= 1
                rows.append(row, key: reader.key, element: reader.value, ordinality)
                if rows.isFull { try flush(into: output) }
            }
            isEmpty = ordinality == 0
        }
        guard isEmpty, definition.keepsEmpty else { return }
        rows.appendEmpty(row)
        if rows.isFull { try flush(into: output) }
    }

    /// - Returns: False for a row that was dropped or went to the side output.
    private func begin(_ text: ByteSlice, _ row: Int32, _ batch: RecordBatch) throws -> Bool {
        let beginning = reader.begin(text, arena)
        guard beginning != .good else { return true }
        try failures.resolve(UnnestOperator.error(beginning, definition, row), in: batch)
        return false
    }

    private static func error(
        _ beginning: CollectionReader.Beginning, _ definition: UnnestDefinition, _ row: Int32
    ) -> EvaluationError {
        guard beginning == .tooManyMembers else {
            return EvaluationError(
                .badJSON, failedRows: [row],
                message: "`of` is not a value of \(definition.collection.type)")
        }
        return EvaluationError(
            .tooManyMembers, failedRows: [row],
            message: "the MAP has more than \(CollectionReader.memberCountMax) members; "
                + "declare an ARRAY of ROWs, or set on_error: drop")
    }

    private func flush(into output: any OperatorOutput) throws {
        if definition.isMap { rows.keep(arena.takeChunks()) }
        guard let batch = rows.take(definition) else { return }
        elements.nameElements(by: batch.columns[Unnesting.ordinalityColumn])
        guard let select else { return try elements.process(batch, into: output) }
        select.nameElements(by: batch.columns[Unnesting.ordinalityColumn])
        try elements.process(batch, into: SelectOutput(select, output))
    }
}

/// Passes what the elements' map gives to the map of `select`; a few words a batch.
private final class SelectOutput: OperatorOutput {
    private let select: MapOperator
    private let output: any OperatorOutput

    init(_ select: MapOperator, _ output: any OperatorOutput) {
        self.select = select
        self.output = output
    }

    func emit(_ batch: RecordBatch) throws { try select.process(batch, into: output) }
    func emit(_ batch: RecordBatch, to port: OutputPort) throws {
        try output.emit(batch, to: port)
    }
    func isConsumed(_ port: OutputPort) -> Bool { output.isConsumed(port) }
}
