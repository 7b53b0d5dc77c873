import StreamCore
import Testing

@testable import Expression

/// The clock and chance, both decided by the test.
@Suite struct VolatileTests {
    /// 2026-01-02 03:04:05.678 UTC, and the words 1, 2, 3, ... times a constant.
    private static let environment = EvaluationEnvironment(
        now: { 1_767_323_045_678 },
        fillRandom: { words in
            for index in words.indices {
                words[index] = UInt64(index + 1) &* 0x0123_4567_89AB_CDEF
            }
        })

    private static let schema = RowSchema([Field(name: "i", type: .int)])

    private func values(
        _ text: String, _ rows: [[Value]] = [[1], [2], [3]]
    ) throws -> [Value] {
        let compiled = CompiledExpression(
            try typed(text, Self.schema), environment: Self.environment)
        let batch = makeBatch(Self.schema, rows)
        let column = try compiled.evaluate(batch: batch)
        return withExtendedLifetime((compiled, batch)) { rows.indices.map { column.value($0) } }
    }

    @Test(arguments: [
        ("NOW()", 1_767_323_045_678), ("CURRENT_TIMESTAMP", 1_767_323_045_678),
        ("CURRENT_ROW_TIMESTAMP()", 1_767_323_045_678), ("PROCTIME()", 1_767_323_045_678),
        ("LOCALTIMESTAMP", 1_767_323_045_678), ("CURRENT_DATE", 20_455),
        ("UNIX_TIMESTAMP()", 1_767_323_045), ("current_date", 20_455),
    ])
    func theClockIsReadOnceABatch(text: String, value: Int64) throws {
        #expect(try values(text) == [.integer(value), .integer(value), .integer(value)])
    }

    @Test(arguments: [
        ("NOW()", LogicalType.timestampLTZ), ("LOCALTIMESTAMP", .timestamp),
        ("CURRENT_DATE", .date), ("UNIX_TIMESTAMP()", .bigint), ("RAND()", .double),
        ("RAND_INTEGER(5)", .int), ("UUID()", .string),
    ])
    func theyAreNotDeterministicAndNotFolded(text: String, type: LogicalType) throws {
        let expression = try typed(text)
        #expect(expression.type == type)
        #expect(!expression.isDeterministic && !expression.isNullable)
        #expect(try !typed("CASE WHEN \(text) IS NULL THEN 1 ELSE 2 END").isDeterministic)
        #expect(try typed("LOWER('a')").isDeterministic)
    }

    @Test func beforeTheEpochTimesAreRoundedDown() throws {
        let environment = EvaluationEnvironment(now: { -1 }, fillRandom: { _ in })
        for (text, value) in [("CURRENT_DATE", Int64(-1)), ("UNIX_TIMESTAMP()", -1)] {
            let compiled = CompiledExpression(try typed(text), environment: environment)
            let batch = makeBatch(RowSchema([]), [[]])
            #expect(try compiled.evaluate(batch: batch).value(0) == .integer(value))
        }
    }

    @Test func chanceGivesEachRowAnotherValueWithinItsRange() throws {
        let doubles = try values("RAND()")
        #expect(Set(doubles).count == 3)
        for value in doubles {
            guard case .double(let number) = value else { continue }
            #expect(number >= 0 && number < 1)
        }
        #expect(
            try values("UUID()") == [
                "01234567-89ab-4def-8246-8acf13579bde",
                "0369d036-9d03-49cd-848d-159e26af37bc",
                "05b05b05-b05b-45ab-86d3-a06d3a06d39a",
            ])
        let bounded = try values("RAND_INTEGER(10)", (0..<100).map { _ in [1] })
        for value in bounded {
            guard case .integer(let number) = value else { continue }
            #expect((0..<10).contains(number))
        }
    }

    /// What java.util.Random gives for the seeds: `new Random(42).nextDouble()`, `.nextInt(10)`.
    @Test func seededSequencesAreJavas() throws {
        var random = JavaRandom(seed: 42)
        #expect(random.double() == 0.7275636800328681)
        #expect(random.double() == 0.6832234717598454)
        var integers = JavaRandom(seed: 42)
        #expect((0..<5).map { _ in integers.integer(below: 10) } == [0, 3, 8, 4, 0])
        #expect(try values("RAND(42)")[0] == 0.7275636800328681)
        #expect(
            try values("RAND_INTEGER(42, 10)", Array(repeating: [1], count: 5)) == [0, 3, 8, 4, 0])
        // The sequence goes on in the next batch.
        let compiled = CompiledExpression(try typed("RAND_INTEGER(42, 10)", Self.schema))
        let first = try compiled.evaluate(batch: makeBatch(Self.schema, [[1], [1]])).value(1)
        let second = try compiled.evaluate(batch: makeBatch(Self.schema, [[1]])).value(0)
        #expect(first == 3 && second == 8)
    }

    @Test func aBoundBelowOneIsAnErrorOfItsRow() throws {
        let compiled = CompiledExpression(try typed("RAND_INTEGER(i)", Self.schema))
        do {
            _ = try compiled.evaluate(batch: makeBatch(Self.schema, [[1], [0], [nil], [-3]]))
            Issue.record("two rows have no bound")
        } catch {
            #expect(error.code == .badArgument && error.failedRows == [1, 3])
        }
        #expect(codes("RAND(i)", Self.schema) == ["E1107"])
    }

    @Test func theirPlacesInATextAreKnown() throws {
        let syntax = try ExpressionParser.parse("a > NOW() OR LOWER(UUID()) = \"CURRENT_DATE\"")
        #expect(syntax.volatileCalls.map(\.name) == ["NOW", "UUID"])
        #expect(syntax.volatileCalls.map(\.range) == [4..<7, 19..<23])
    }
}
