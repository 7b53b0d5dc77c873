import Expression
import StreamAPI
import StreamCore
import Testing

@testable import Operators

/// A column of each type that aggregates take.
private let typedInput = RowSchema([
    Field(name: "k", type: .string), Field(name: "m", type: .decimal(precision: 10, scale: 2)),
    Field(name: "w", type: .decimal(precision: 38, scale: 0)), Field(name: "t", type: .date),
    Field(name: "at", type: .timestamp), Field(name: "z", type: .timestampLTZ),
    Field(name: "v", type: .intervalDayTime), Field(name: "y", type: .bytes),
    Field(name: "d", type: .double), Field(name: "n", type: .bigint),
    Field(name: "s", type: .string), Field(name: "b", type: .boolean),
])

/// A row of one key with some columns, the others NULL.
private func row(_ cells: [String: Cell], key: String = "a") -> [Cell] {
    typedInput.fields.map { $0.name == "k" ? .text(key) : cells[$0.name] ?? .null }
}

/// Small cases by hand: every function, with NULLs, nothing, and ties.
@Suite struct AggregateTypesTests {
    /// The last row's result of one call.
    private func last(_ call: String, _ rows: [[Cell]]) throws -> Cell {
        let fixture = try AggregateFixture(select: [call], of: typedInput)
        return try #require(try fixture.process(batch(typedInput, rows)).last)[1]
    }

    @Test func decimalsAreSummedExactlyAndAveragedWithSixDigits() throws {
        let rows = [Cell.decimal(150), .null, .decimal(-25), .decimal(1)].map { row(["m": $0]) }
        #expect(try last("SUM(m)", rows) == .decimal(126))
        // 1.26 / 3 = 0.42
        #expect(try last("AVG(m)", rows) == .decimal(420_000))
        #expect(try last("MIN(m)", rows) == .decimal(-25))
        #expect(try last("MAX(m)", rows) == .decimal(150))
        #expect(try last("FIRST_VALUE(m)", rows) == .decimal(150))
        #expect(try last("LAST_VALUE(m)", rows) == .decimal(1))
        #expect(try last("SUM(m)", [row([:])]) == .null)
        #expect(try last("AVG(m)", [row([:])]) == .null)
        let fixture = try AggregateFixture(select: ["SUM(m)", "AVG(m)", "AVG(w)"], of: typedInput)
        #expect(
            fixture.definition.outputSchema.fields.dropFirst().map { "\($0.type)" } == [
                "DECIMAL(38, 2)", "DECIMAL(38, 6)", "DECIMAL(38, 6)",
            ])
    }

    @Test func averagesOfDecimalsRoundHalfUpAwayFromZero() throws {
        // 2/3 and -2/3 with six digits; and ties: 1/128 is 0.0078125.
        #expect(
            try last("AVG(w)", [2, 0, 0].map { row(["w": .decimal($0)]) }) == .decimal(666_667))
        #expect(
            try last("AVG(w)", [-2, 0, 0].map { row(["w": .decimal($0)]) }) == .decimal(-666_667))
        let zeros = (0..<127).map { _ in row(["w": .decimal(0)]) }
        #expect(try last("AVG(w)", zeros + [row(["w": .decimal(1)])]) == .decimal(7813))
        #expect(try last("AVG(w)", zeros + [row(["w": .decimal(-1)])]) == .decimal(-7813))
        #expect(try last("AVG(m)", [1, 0].map { row(["m": .decimal($0)]) }) == .decimal(5000))
    }

    @Test func aDecimalSumOfMoreThan38DigitsFailsWithThePlace() throws {
        let most = Int128("99999999999999999999999999999999999999") ?? 0
        let fixture = try AggregateFixture(
            select: ["COUNT(*)", "SUM(w)"], of: typedInput, policy: .drop)
        let rows = [most, 1, -1, 1, 1].map { row(["w": .decimal($0)]) }
        #expect(
            try fixture.process(batch(typedInput, rows)).map { Array($0.dropFirst()) } == [
                [.integer(1), .decimal(most)], [.integer(2), .decimal(most - 1)],
                [.integer(3), .decimal(most)],
            ])
        #expect(fixture.dropped == 2)
        let failing = try AggregateFixture(select: ["SUM(w)"], of: typedInput)
        let error = #expect(throws: RecordError.self) {
            _ = try failing.process(batch(typedInput, rows))
        }
        #expect(error?.code == "E2102")
        #expect(error?.place.description == "events[1]@1001")
    }

    @Test func aDecimalAverageThatItsScaleLeavesNoRoomForFails() throws {
        let most = Int128("99999999999999999999999999999999999999") ?? 0
        let fixture = try AggregateFixture(select: ["AVG(w)"], of: typedInput, policy: .drop)
        let rows = [most, 7, most / 10_000_000].map { row(["w": .decimal($0)]) }
        let output = try fixture.process(batch(typedInput, rows)).map { $0[1] }
        #expect(fixture.dropped == 1)
        let mean = (7 + most / 10_000_000) / 2 * 1_000_000
        #expect(output == [.decimal(7_000_000), .decimal(mean)])
    }

    @Test(arguments: ["t", "at", "z", "v"])
    func timesHaveALeastAGreatestAFirstAndALast(column: String) throws {
        let rows = [Cell.null, .integer(5), .integer(-9), .integer(7), .null].map {
            row([column: $0])
        }
        #expect(try last("MIN(\(column))", rows) == .integer(-9))
        #expect(try last("MAX(\(column))", rows) == .integer(7))
        #expect(try last("FIRST_VALUE(\(column))", rows) == .integer(5))
        #expect(try last("LAST_VALUE(\(column))", rows) == .integer(7))
        #expect(try last("COUNT(DISTINCT \(column))", rows + rows) == .integer(3))
    }

    @Test func bytesAndTextsAreKeptByValue() throws {
        let rows = ["b", "", "ab", "b"].map { row(["y": .text($0), "s": .text($0)]) }
        for column in ["y", "s"] {
            #expect(try last("MIN(\(column))", rows) == .text(""))
            #expect(try last("MAX(\(column))", rows) == .text("b"))
            #expect(try last("FIRST_VALUE(\(column))", [row([:])] + rows) == .text("b"))
            #expect(try last("LAST_VALUE(\(column))", rows + [row([:])]) == .text("b"))
            #expect(try last("COUNT(DISTINCT \(column))", rows + [row([:])]) == .integer(3))
        }
        #expect(try last("FIRST_VALUE(b)", [row(["b": .boolean(false)])]) == .boolean(false))
    }

    @Test func listsJoinTextsInTheOrderOfArrival() throws {
        let rows = [Cell.null, .text("b"), .text(""), .text("a"), .text("b"), .null].map {
            row(["s": $0])
        }
        #expect(try last("LISTAGG(s)", rows) == .text("b,,a,b"))
        #expect(try last("LISTAGG(s, '; ')", rows) == .text("b; ; a; b"))
        #expect(try last("LISTAGG(s, '')", rows) == .text("bab"))
        #expect(try last("LISTAGG(DISTINCT s)", rows) == .text("b,,a"))
        #expect(try last("LISTAGG(s)", [row([:])]) == .null)
        #expect(try last("LISTAGG(s)", [row(["s": .text("")])]) == .text(""))
    }

    @Test func aListThatIsTooLongFailsAndChangesNothing() throws {
        let fixture = try AggregateFixture(
            select: ["COUNT(*)", "LISTAGG(s)"], of: typedInput, policy: .drop)
        let half = String(repeating: "x", count: Accumulator.valueByteCountMax / 2)
        let rows = [half, half, "y", "z"].map { row(["s": .text($0)]) }
        let output = try fixture.process(batch(typedInput, rows))
        #expect(output.map { $0[1] } == [.integer(1), .integer(2), .integer(3)])
        #expect(output.last?[2] == .text(half + ",y,z"))
        #expect(fixture.dropped == 1)
        let failing = try AggregateFixture(select: ["LISTAGG(s)"], of: typedInput)
        let error = #expect(throws: RecordError.self) {
            _ = try failing.process(batch(typedInput, rows))
        }
        #expect(error?.code == "E2105")
    }

    @Test func distinctValuesCountOnce() throws {
        let rows = [3, 3, -1, 4, 3, 4].map { row(["n": .integer($0), "d": .double(Double($0))]) }
        #expect(try last("COUNT(DISTINCT n)", rows + [row([:])]) == .integer(3))
        #expect(try last("SUM(DISTINCT n)", rows) == .integer(6))
        #expect(try last("AVG(DISTINCT n)", rows) == .integer(2))
        #expect(try last("SUM(DISTINCT d)", rows) == .double(6))
        #expect(try last("MAX(DISTINCT n)", rows) == .integer(4))
        let zeros = [0.0, -0.0, .nan, .nan].map { row(["d": .double($0)]) }
        #expect(try last("COUNT(DISTINCT d)", zeros) == .integer(2))
        let money = [1, 1, 2].map { row(["m": .decimal($0)]) }
        #expect(try last("SUM(DISTINCT m)", money) == .decimal(3))
    }

    @Test func aSetThatIsTooLargeFailsAndChangesNothing() throws {
        let fixture = try AggregateFixture(
            select: ["COUNT(*)", "COUNT(DISTINCT s)"], of: typedInput, policy: .drop)
        let third = Accumulator.valueByteCountMax / 3
        let rows = ["a", "b", "c", "a"].map {
            row(["s": .text(String(repeating: $0, count: third))])
        }
        let output = try fixture.process(batch(typedInput, rows))
        #expect(
            output.map { Array($0.dropFirst()) } == [
                [.integer(1), .integer(1)], [.integer(2), .integer(2)],
                [.integer(3), .integer(2)],
            ])
        #expect(fixture.dropped == 1)
    }

    @Test func variancesAreThoseOfTheDefinition() throws {
        let rows = [2, 4, 4, 4, 5, 5, 7, 9].map { row(["d": .double($0)]) }
        #expect(try last("VAR_POP(d)", rows) == .double(4))
        #expect(try last("STDDEV_POP(d)", rows) == .double(2))
        #expect(try last("VAR_SAMP(d)", rows) == .double(32.0 / 7))
        #expect(try last("STDDEV_SAMP(d)", rows) == .double((32.0 / 7).squareRoot()))
        for call in ["VAR_POP", "STDDEV_POP"] {
            #expect(try last("\(call)(d)", [row([:])]) == .null)
            #expect(try last("\(call)(d)", [row(["d": .double(3)])]) == .double(0))
        }
        for call in ["VAR_SAMP", "STDDEV_SAMP"] {
            #expect(try last("\(call)(d)", [row(["d": .double(3)])]) == .null)
        }
        #expect(try last("VAR_POP(n)", [1, 2].map { row(["n": .integer($0)]) }) == .double(0.25))
        // 0.01 and 0.03
        #expect(
            try last("VAR_POP(m)", [1, 3].map { row(["m": .decimal($0)]) }) == .double(0.0001))
    }

    /// Where SUM(x * x) - SUM(x) * SUM(x) / COUNT(x), which Flink computes, gives 0 or less.
    @Test func aVarianceFarFromZeroKeepsItsDigits() throws {
        let rows = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16].map { row(["d": .double($0)]) }
        #expect(try last("VAR_POP(d)", rows) == .double(22.5))
    }

    // MARK: FILTER

    @Test func aFilterLeavesRowsOutOfItsCallAlone() throws {
        let fixture = try AggregateFixture(
            select: [
                "COUNT(*)", "COUNT(*) FILTER (WHERE n > 1)", "SUM(n) FILTER (WHERE s = 'x')",
                "COUNT(DISTINCT n) FILTER (WHERE b)",
            ], of: typedInput)
        let rows: [[Cell]] = [
            row(["n": .integer(1), "s": .text("x"), "b": .boolean(true)]),
            row(["n": .integer(2), "s": .text("y"), "b": .null]),
            row(["n": .null, "s": .text("x"), "b": .boolean(true)]),
            row(["n": .integer(5), "s": .text("x"), "b": .boolean(false)]),
            row(["n": .integer(1), "s": .null, "b": .boolean(true)]),
        ]
        #expect(
            try fixture.process(batch(typedInput, rows)).map { Array($0.dropFirst()) } == [
                [.integer(1), .integer(0), .integer(1), .integer(1)],
                [.integer(2), .integer(1), .integer(1), .integer(1)],
                [.integer(3), .integer(1), .integer(1), .integer(1)],
                [.integer(4), .integer(2), .integer(6), .integer(1)],
                [.integer(5), .integer(2), .integer(6), .integer(1)],
            ])
        #expect(
            fixture.definition.outputSchema.fields.dropFirst().map(\.isNullable) == [
                false, false, true, false,
            ])
    }

    @Test func anArgumentIsComputedOnlyWhereTheFilterIsTrue() throws {
        let fixture = try AggregateFixture(
            select: ["SUM(10 / n) FILTER (WHERE n <> 0)", "COUNT(*)"], of: typedInput)
        let rows = [0, 5, 0].map { row(["n": .integer($0)]) }
        #expect(
            try fixture.process(batch(typedInput, rows)).map { Array($0.dropFirst()) } == [
                [.null, .integer(1)], [.integer(2), .integer(2)], [.integer(2), .integer(3)],
            ])
    }

    @Test func aRecordThatFailsBehindAFilterIsDroppedAndTheOthersStay() throws {
        let fixture = try AggregateFixture(
            select: ["COUNT(*)", "SUM(10 / n) FILTER (WHERE s = 'x')"], of: typedInput,
            policy: .drop)
        let rows: [[Cell]] = [
            row(["n": .integer(0), "s": .text("y")]), row(["n": .integer(0), "s": .text("x")]),
            row(["n": .null, "s": .text("x")]), row(["n": .integer(2), "s": .text("x")]),
        ]
        #expect(
            try fixture.process(batch(typedInput, rows)).map { Array($0.dropFirst()) } == [
                [.integer(1), .null], [.integer(2), .null], [.integer(3), .integer(5)],
            ])
        #expect(fixture.dropped == 1)
        #expect(fixture.output.places == ["events[1]@1000", "events[1]@1002", "events[1]@1003"])
    }

    // MARK: Forged sets

    /// A set may come from a file: whatever its bytes are, reading it stays inside them.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func aDamagedSetIsReadWithoutLeavingIt(seed: UInt64) {
        var random = AggregateRandom(state: seed)
        var bytes = (0..<Int.random(in: 0...64, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        if bytes.count > 8 { bytes.replaceSubrange(4..<8, with: [UInt8(seed % 4), 0, 0, 0]) }
        bytes.withUnsafeBufferPointer { buffer in
            let set = DistinctSet(ByteSlice(base: buffer.baseAddress, count: buffer.count))
            #expect(!set.contains(ByteSlice(base: buffer.baseAddress, count: 1)) || bytes.count > 8)
            var total = 0
            set.forEach { total += $0.count }
            #expect(total <= bytes.count)
        }
    }
}
