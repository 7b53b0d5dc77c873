import Expression
import StateBackends
import StreamAPI
import StreamCore
import Testing

@testable import Operators

@Suite struct AggregateOperatorTests {
    /// Rows of `k` and `n`; the other columns are NULL.
    private func rows(_ pairs: [(String?, Int64?)]) -> [[Cell]] {
        pairs.map { key, number in
            [
                key.map { .text($0) } ?? .null, number.map { .integer($0) } ?? .null, .null, .null,
                .null, .null,
            ]
        }
    }

    @Test func aCountOfAKeyIsOneToNInInputOrderAcrossBatches() throws {
        let fixture = try AggregateFixture(select: ["COUNT(*)"])
        let input = rows([("a", 1), ("b", 1), ("a", 1), ("a", 1)])
        #expect(
            try fixture.process(batch(aggregateInput, input)) == [
                [.text("a"), .integer(1)], [.text("b"), .integer(1)], [.text("a"), .integer(2)],
                [.text("a"), .integer(3)],
            ])
        #expect(
            try fixture.process(batch(aggregateInput, input)).map(\.last) == [
                .integer(4), .integer(2), .integer(5), .integer(6),
            ])
        #expect(fixture.output.places.first == "events[1]@1000")
    }

    @Test func nullIsAGroupOfItsOwn() throws {
        let fixture = try AggregateFixture(select: ["COUNT(*)", "COUNT(n)"])
        let input = rows([(nil, 1), ("", 1), (nil, nil), ("NULL", nil)])
        #expect(
            try fixture.process(batch(aggregateInput, input)) == [
                [.null, .integer(1), .integer(1)], [.text(""), .integer(1), .integer(1)],
                [.null, .integer(2), .integer(1)], [.text("NULL"), .integer(1), .integer(0)],
            ])
    }

    @Test func aggregatesOfNothingButNULLAreNULLAndNULLsAreIgnored() throws {
        let fixture = try AggregateFixture(select: ["SUM(n)", "MIN(n)", "MAX(n)", "AVG(n)"])
        let input = rows([("a", nil), ("a", 7), ("a", nil), ("a", -2)])
        #expect(
            try fixture.process(batch(aggregateInput, input)).map { Array($0.dropFirst()) } == [
                [.null, .null, .null, .null],
                [.integer(7), .integer(7), .integer(7), .integer(7)],
                [.integer(7), .integer(7), .integer(7), .integer(7)],
                [.integer(5), .integer(-2), .integer(7), .integer(2)],
            ])
    }

    @Test func averagesOfIntegersTruncateTowardsZero() throws {
        let fixture = try AggregateFixture(select: ["AVG(n)"])
        let input = rows([("a", -3), ("a", -4), ("b", 3), ("b", 4)])
        #expect(
            try fixture.process(batch(aggregateInput, input)).map(\.last) == [
                .integer(-3), .integer(-3), .integer(3), .integer(3),
            ])
    }

    @Test func anItemMayBeAnExpressionOfAggregatesAndKeys() throws {
        let fixture = try AggregateFixture(select: ["SUM(n) * 2 + COUNT(*)", "MAX(n)"])
        let input = rows([("a", 5), ("a", 6)])
        #expect(
            try fixture.process(batch(aggregateInput, input)) == [
                [.text("a"), .integer(11), .integer(5)], [.text("a"), .integer(24), .integer(6)],
            ])
    }

    @Test func aKeyMayBeSeveralExpressions() throws {
        let fixture = try AggregateFixture(keys: ["UPPER(k)", "n % 2"], select: ["COUNT(*)"])
        let input = rows([("a", 1), ("A", 3), ("a", 2), ("a", nil)])
        #expect(
            try fixture.process(batch(aggregateInput, input)) == [
                [.text("A"), .integer(1), .integer(1)], [.text("A"), .integer(1), .integer(2)],
                [.text("A"), .integer(0), .integer(1)], [.text("A"), .null, .integer(1)],
            ])
    }

    @Test func noRowIsEmittedForAnEmptySelection() throws {
        let fixture = try AggregateFixture(select: ["COUNT(*)"])
        #expect(try fixture.process(batch(aggregateInput, rows([("a", 1)]), selected: [])).isEmpty)
        #expect(fixture.aggregate.stateSize.keyCount == 0)
    }

    // MARK: Overflow

    @Test func aSumThatOverflowsFailsWithThePlace() throws {
        let fixture = try AggregateFixture(select: ["COUNT(*)", "SUM(n)"])
        _ = try fixture.process(batch(aggregateInput, rows([("a", .max)])))
        let error = #expect(throws: RecordError.self) {
            _ = try fixture.process(batch(aggregateInput, rows([("b", 1), ("a", 1)])))
        }
        #expect(error?.code == "E2102")
        #expect(error?.place.description == "events[1]@1001")
    }

    @Test func aDroppedOverflowChangesNoAggregate() throws {
        let fixture = try AggregateFixture(
            select: ["COUNT(*)", "SUM(n)", "AVG(n)", "MAX(n)"], policy: .drop)
        let most = Int64.max
        let input = rows([("a", most), ("a", 1), ("a", -1), ("b", 3), ("a", 2), ("a", 1)])
        let expected: [[Int64]] = [
            [1, most, most, most], [2, most - 1, (most - 1) / 2, most], [1, 3, 3, 3],
            [3, most, most / 3, most],
        ]
        let output = try fixture.process(batch(aggregateInput, input))
        #expect(
            output.map { Array($0.dropFirst()) } == expected.map { $0.map { Cell.integer($0) } })
        #expect(fixture.dropped == 2)
    }

    @Test func sumsNearTheEndsOfTheirTypeAreExact() throws {
        let fixture = try AggregateFixture(select: ["SUM(n)"])
        let input = rows([("a", .max), ("a", .min), ("a", .min + 1), ("b", .min), ("b", .max)])
        let expected: [Int64] = [.max, -1, .min, .min, -1]
        let output = try fixture.process(batch(aggregateInput, input))
        #expect(output.map { $0[1] } == expected.map { Cell.integer($0) })
    }

    // MARK: Failing expressions

    @Test func aRecordWithoutAKeyOrArgumentIsDroppedBeforeItChangesAnything() throws {
        let fixture = try AggregateFixture(
            keys: ["10 / n"], select: ["COUNT(*)", "SUM(100 / (n - 1))"], policy: .drop)
        let input = rows([("x", 2), ("x", 0), ("x", 1), ("x", 2)])
        #expect(
            try fixture.process(batch(aggregateInput, input)).map { Array($0.dropFirst()) } == [
                [.integer(1), .integer(100)], [.integer(2), .integer(200)],
            ])
        #expect(fixture.dropped == 2)
    }

    @Test func aRecordWithoutAKeyFailsWithItsPlace() throws {
        let fixture = try AggregateFixture(keys: ["10 / n"], select: ["COUNT(*)"])
        let error = #expect(throws: RecordError.self) {
            _ = try fixture.process(batch(aggregateInput, rows([("x", 1), ("x", 0)])))
        }
        #expect(error?.code == "E2101")
        #expect(error?.place.description == "events[1]@1001")
    }

    @Test func stateOfAnotherAggregateIsRefused() throws {
        let before = try AggregateFixture(select: ["COUNT(*)"])
        _ = try before.process(batch(aggregateInput, rows([("a", 1)])))
        let groups = try before.snapshot()
        let restored = RestoredState(items: [], stateSchema: before.schema) { groups[$0] }
        #expect(throws: KeyedStateError.self) {
            _ = try AggregateFixture(select: ["SUM(n)"], restored: restored)
        }
    }
}
