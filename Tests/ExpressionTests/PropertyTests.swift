import StreamCore
import Testing

@testable import Expression

/// Random expressions over random rows: the kernels agree with the naive evaluator, value by value
/// and error by error.
@Suite struct PropertyTests {
    @Test(arguments: Array(1...60) as [UInt64])
    func kernelsAgreeWithTheNaiveEvaluator(seed: UInt64) throws {
        var generator = RandomExpressions(random: SplitMix64(state: seed))
        for _ in 0..<12 {
            let text = generator.expression(Int.random(in: 1...4, using: &generator.random))
            let rows = (0..<Int.random(in: 1...24, using: &generator.random)).map { _ in
                generator.row()
            }
            try compare(text, rows, &generator.random, seed)
        }
    }

    /// The same over ARRAY, MAP, ROW and JSON values.
    @Test(arguments: Array(1...40) as [UInt64])
    func kernelsOfNestedValuesAgreeWithTheNaiveEvaluator(seed: UInt64) throws {
        var generator = RandomNested(random: SplitMix64(state: seed))
        for _ in 0..<24 {
            let text = generator.expression()
            let rows = (0..<Int.random(in: 1...24, using: &generator.random)).map { _ in
                generator.row()
            }
            try compare(text, rows, &generator.random, seed, RandomNested.schema)
        }
    }

    private func compare(
        _ text: String, _ rows: [[Value]], _ random: inout SplitMix64, _ seed: UInt64,
        _ schema: RowSchema = RandomExpressions.schema
    ) throws {
        let typed = try typed(text, schema)
        let batch = makeBatch(schema, rows)
        let isSelected = rows.map { _ in Int.random(in: 0..<4, using: &random) > 0 }
        if Bool.random(using: &random) {
            for row in rows.indices where !isSelected[row] {
                batch.selection.remove(row: Int32(row))
            }
        }
        let selected = (0..<batch.selection.count).map { Int(batch.selection.rows[$0]) }
        var expected: [Int: Result<Value, NaiveEvaluator.Failure>] = [:]
        for row in selected {
            var naive = NaiveEvaluator(row: rows[row])
            do {
                expected[row] = .success(try naive.value(typed))
            } catch let failure as NaiveEvaluator.Failure {
                expected[row] = .failure(failure)
            }
        }
        let compiled = CompiledExpression(typed)
        let column = try evaluate(compiled, batch, expected, "seed \(seed): \(text)")
        for row in selected {
            guard case .success(let value)? = expected[row] else { continue }
            #expect(column?.value(row) == value, "seed \(seed), row \(rows[row]): \(text)")
            if !typed.isNullable {
                #expect(value != .null, "seed \(seed): \(text) is not nullable")
            }
        }
        // The column's slices point into memory of the expression.
        withExtendedLifetime(compiled) {}
        checkFilter(typed, rows, selected, expected, "seed \(seed): \(text)", schema)
    }

    /// Evaluates, taking out the rows that fail, which must be just those that should.
    private func evaluate(
        _ compiled: CompiledExpression, _ batch: RecordBatch,
        _ expected: [Int: Result<Value, NaiveEvaluator.Failure>], _ note: String
    ) throws -> Column? {
        var failing = Set(
            expected.compactMap { row, result in
                if case .failure = result { row } else { nil }
            })
        #expect(failing.isEmpty || compiled.typed.canFail, "\(note) cannot fail")
        for _ in 0...batch.rowCount {
            do {
                let column = try compiled.evaluate(batch: batch)
                #expect(failing.isEmpty, "\(note): rows \(failing) should fail")
                return column
            } catch {
                if case .failure(let failure)? = expected[error.row] {
                    #expect(failure.code == error.code, "\(note): row \(error.row)")
                }
                for row in error.failedRows {
                    #expect(
                        failing.remove(Int(row)) != nil,
                        "\(note): row \(row) should not fail: \(error.message)")
                    batch.selection.remove(row: row)
                }
            }
        }
        Issue.record("\(note): still failing")
        return nil
    }

    /// The same expression as a filter keeps just the rows that are TRUE.
    private func checkFilter(
        _ typed: TypedExpression, _ rows: [[Value]], _ selected: [Int],
        _ expected: [Int: Result<Value, NaiveEvaluator.Failure>], _ note: String,
        _ schema: RowSchema
    ) {
        guard typed.type == .boolean else { return }
        let batch = makeBatch(schema, rows)
        for row in rows.indices where !selected.contains(row) {
            batch.selection.remove(row: Int32(row))
        }
        let predicate = CompiledPredicate(typed)
        for _ in 0...rows.count {
            do {
                try predicate.apply(to: batch)
                break
            } catch {
                for row in error.failedRows { batch.selection.remove(row: row) }
            }
        }
        let kept = (0..<batch.selection.count).map { Int(batch.selection.rows[$0]) }
        let wanted = selected.filter {
            if case .success(true)? = expected[$0] { true } else { false }
        }
        #expect(kept == wanted, "\(note) as a filter")
    }
}
