import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import Expression
@testable import Operators

@Suite struct UnnestOperatorTests {
    private func rows(_ column: String, _ texts: [String?]) -> [[Cell]] {
        texts.enumerated().map { index, text in
            UnnestFixture.row(Int64(index), column, text.map { .text($0) } ?? .null)
        }
    }

    @Test func anElementIsARowInTheOrderOfTheArray() throws {
        let fixture = try UnnestFixture("tags", as: ["tag"], hasOrdinality: true)
        #expect(
            try fixture.process(rows("tags", [#"["b","a"]"#, #" [ "c" ] "#]))
                == ["0 b 1", "0 a 2", "1 c 1"])
    }

    @Test func nullAndEmptyArraysGiveNoRowOrOneWithNulls() throws {
        let input = rows("tags", [nil, "[]", #"["a"]"#, "[ ]", "[null]"])
        let plain = try UnnestFixture("tags", as: ["tag"], hasOrdinality: true)
        #expect(try plain.process(input) == ["2 a 1", "4 NULL 1"])
        let left = try UnnestFixture("tags", as: ["tag"], hasOrdinality: true, keepsEmpty: true)
        #expect(
            try left.process(input)
                == ["0 NULL NULL", "1 NULL NULL", "2 a 1", "3 NULL NULL", "4 NULL 1"])
    }

    @Test func theFieldsOfARowAreColumns() throws {
        let fixture = try UnnestFixture("lines", hasOrdinality: true)
        let input = rows(
            "lines",
            [
                #"[{"sku":"x","n":1,"price":2.5,"at":"1970-01-01 00:00:01"},null,{"n":2,"sku":null}]"#
            ])
        #expect(
            try fixture.process(input)
                == ["0 x 1 250 1000 1", "0 NULL NULL NULL NULL 2", "0 NULL 2 NULL NULL 3"])
    }

    @Test func aWholeRowIsAColumnOfWhichFieldsCanBeRead() throws {
        let fixture = try UnnestFixture(
            "lines", as: ["line"], isWhole: true,
            select: ["line.sku || '!'", "line.n + id", "line"])
        let input = rows("lines", [nil, #"[{"sku":"x", "n":41}]"#])
        #expect(try fixture.process(input) == [#"x! 42 {"sku":"x", "n":41}"#])
    }

    @Test func aMapGivesKeyAndValueOfEachMember() throws {
        let fixture = try UnnestFixture("attributes", hasOrdinality: true)
        let input = rows("attributes", [#"{"a":1,"b\n":null}"#, "{}", nil])
        #expect(try fixture.process(input) == ["0 a 1 1", "0 b\n NULL 2"])
        let numbered = try UnnestFixture("numbered", as: ["n", "text"], keepsEmpty: true)
        #expect(
            try numbered.process(rows("numbered", [#"{"7":"x","-1":"y"}"#, "{}"]))
                == ["0 7 x", "0 -1 y", "1 NULL NULL"])
    }

    @Test func ofMembersWithOneNameTheLastCounts() throws {
        let fixture = try UnnestFixture("attributes")
        #expect(
            try fixture.process(rows("attributes", [#"{"a":1,"b":2,"\u0061":3,"c":4}"#]))
                == ["0 b 2", "0 a 3", "0 c 4"])
    }

    @Test func arraysOfArraysAreUnnestedTwice() throws {
        let outer = try UnnestFixture("nested", as: ["inner"], passing: [])
        #expect(try outer.process(rows("nested", ["[[1,2],[],[3]]"])) == ["[1,2]", "[]", "[3]"])
    }

    @Test func anExpressionMayMakeTheArray() throws {
        let fixture = try UnnestFixture(
            "SPLIT(tags[0], ' ')", as: ["word"], select: ["UPPER(word)"])
        #expect(try fixture.process(rows("tags", [#"["to be"]"#, #"[]"#])) == ["TO", "BE"])
    }

    @Test func quotesAndBracketsInsideTextsAreNoBorders() throws {
        let fixture = try UnnestFixture("tags", as: ["tag"], passing: [])
        let text = #"["],[","\"","\\","{}","a,b", "\\\"]" ]"#
        #expect(
            try fixture.process(rows("tags", [text]))
                == ["],[", "\"", "\\", "{}", "a,b", "\\\"]"])
    }

    @Test func onlySelectedRowsAreUnnestedAndKeepTheirTimesAndPlaces() throws {
        let fixture = try UnnestFixture("tags", as: ["tag"])
        let input = UnnestFixture.batch(
            rows("tags", [#"["a"]"#, "[", #"["b","c"]"#]), selected: [0, 2])
        #expect(try fixture.process(input) == ["0 a", "2 b", "2 c"])
        #expect(
            fixture.errors.places == ["events[1]@1000", "events[1]@1002", "events[1]@1002"])
    }

    @Test func eventTimesGoOn() throws {
        let fixture = try UnnestFixture("tags", as: ["tag"])
        let output = WindowOutput()
        try fixture.unnest.process(
            UnnestFixture.batch(rows("tags", [#"["a"]"#, #"["b","c"]"#])), into: output)
        #expect(output.take().map(\.time) == [0, 100, 100])
    }

    @Test func rowsKeepTheirRecordsKeyValueAndHeaders() throws {
        let fixture = try UnnestFixture("tags", as: ["tag"])
        let output = OriginOutput()
        let input = UnnestFixture.batch(rows("tags", [#"["a"]"#, #"["b","c"]"#]))
        let arena = ByteArena()
        let headers = input.origin.makeHeaders()
        for row in 0..<2 {
            input.origin.keys[row] = arena.append(text: "key-\(row)")
            input.origin.values[row] = arena.append(text: "value-\(row)")
            headers[row] = arena.append(text: "headers-\(row)")
        }
        try fixture.unnest.process(input, into: output)
        #expect(
            output.texts == [
                "key-0 value-0 headers-0", "key-1 value-1 headers-1", "key-1 value-1 headers-1",
            ])
        // Behind a repartitioning there are none, and none of the batch before come up again.
        let rows = UnnestFixture.batch(rows("tags", [#"["d"]"#]))
        let moved = try #require(rows.copySelected())
        output.texts = []
        try fixture.unnest.process(moved, into: output)
        #expect(output.texts == ["  "])
    }

    @Test func manyElementsGoOutInBatchesOfBoundedSize() throws {
        let count = 3 * RecordBatch.rowCapacityDefault + 5
        let fixture = try UnnestFixture("nested", as: ["inner"], hasOrdinality: true)
        let text = "[" + (0..<count).map { "[\($0)]" }.joined(separator: ",") + "]"
        let made = try fixture.process(rows("nested", ["[[7]]", text, "[[8]]"]))
        #expect(made.count == count + 2)
        #expect(made[count] == "1 [\(count - 1)] \(count)")
        #expect(made.last == "2 [8] 1")
        #expect(fixture.output.batchSizes.allSatisfy { $0 <= RecordBatch.rowCapacityDefault })
        #expect(fixture.output.batchSizes.count == 4)
    }

    // MARK: What goes wrong

    @Test func aTextThatIsNoArrayFailsTheJobWithItsPlace() throws {
        let fixture = try UnnestFixture("tags", as: ["tag"])
        let error = #expect(throws: RecordError.self) {
            try fixture.process(rows("tags", [#"["a"]"#, #"{"a":1}"#]))
        }
        #expect(error?.code == "E2112")
        #expect(error?.place.description == "events[1]@1001")
        #expect(error?.message == "`of` is not a value of ARRAY<STRING>")
    }

    @Test func anElementOfAnotherTypeIsAnErrorOfItsOwn() throws {
        let input = rows("lines", [#"[{"n":1},{"n":"x"},{"sku":"y"},{"n":2}]"#, "nonsense"])
        let dropping = try UnnestFixture("lines", policy: .drop)
        #expect(try dropping.process(input) == ["0 NULL 1 NULL NULL", "0 NULL 2 NULL NULL"])
        #expect(dropping.counters.dropped.load(ordering: .relaxed) == 3)
        let aside = try UnnestFixture("lines", policy: .sideOutput)
        #expect(try aside.process(input).count == 2)
        let codes = aside.errors.sideRows[.errors]?.map { $0[0] }
        #expect(codes == [.text("E2112"), .text("E2112"), .text("E2112")])
        let named = ["in element 2", "in element 3", "ARRAY"]
        let messages = aside.errors.sideRows[.errors]?.map { "\($0[1])" } ?? []
        #expect(zip(messages, named).allSatisfy { $0.contains($1) }, "\(messages)")
    }

    @Test func whatFailsInSelectNamesItsElement() throws {
        let input = rows("lines", [#"[{"n":4}]"#, #"[{"n":1},{"n":0},{"n":2}]"#])
        let aside = try UnnestFixture(
            "lines", as: ["line"], isWhole: true, select: ["12 / line.n"], policy: .sideOutput)
        #expect(try aside.process(input) == ["3", "12", "6"])
        let messages = aside.errors.sideRows[.errors]?.map { "\($0[1])" } ?? []
        #expect(messages.count == 1 && messages[0].contains("in element 2"), "\(messages)")
        let failing = try UnnestFixture(
            "lines", as: ["line"], isWhole: true, select: ["12 / line.n"])
        let error = #expect(throws: RecordError.self) { try failing.process(input) }
        #expect(error?.message.hasSuffix("; in element 2") == true)
        #expect(error?.place.description == "events[1]@1001")
    }

    @Test func aRowThatIsKeptWithoutElementsNamesNone() throws {
        let failing = try UnnestFixture(
            "tags", as: ["tag"], keepsEmpty: true, select: ["1 / (id - id)"])
        let error = #expect(throws: RecordError.self) { try failing.process(rows("tags", ["[]"])) }
        #expect(error?.message.contains("element") == false)
    }

    @Test func aMapHasABoundOfMembers() throws {
        let fixture = try UnnestFixture("attributes", passing: [], policy: .drop)
        func text(_ count: Int) -> String {
            "{" + (0..<count).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
        }
        let most = CollectionReader.memberCountMax
        #expect(try fixture.process(rows("attributes", [text(most)])).count == most)
        #expect(try fixture.process(rows("attributes", [text(most + 1)])).isEmpty)
        #expect(fixture.counters.dropped.load(ordering: .relaxed) == 1)
    }
}

/// Keeps what the rows' origins hold.
private final class OriginOutput: OperatorOutput {
    var texts: [String] = []

    func emit(_ batch: RecordBatch) throws {
        for row in 0..<batch.rowCount {
            let headers = batch.origin.headers?[row] ?? .absent
            texts.append(
                "\(batch.origin.keys[row].text) \(batch.origin.values[row].text) \(headers.text)")
        }
    }
    func emit(_ batch: RecordBatch, to port: OutputPort) throws {}
    func isConsumed(_ port: OutputPort) -> Bool { false }
}
