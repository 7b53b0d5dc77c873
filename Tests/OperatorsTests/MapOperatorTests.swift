import Expression
import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import Operators

@Suite struct MapOperatorTests {
    private let counters = RecordCounters()

    private func map(
        _ columns: [(String, String)], _ policy: ErrorPolicy = .fail
    ) throws -> MapOperator {
        var typed: [(name: String, expression: TypedExpression)] = []
        for (name, text) in columns { typed.append((name, try MapFixture.typed(text))) }
        let map = MapOperator(columns: typed, errorPolicy: policy, counters: counters)
        try map.open(MapFixture.context("shape"), restored: nil)
        return map
    }

    @Test func givesTheColumnsOfItsListInTheirOrder() throws {
        let map = try map([
            ("n", "number * 2"), ("label", "UPPER(name) || '!'"), ("name", "name"), ("one", "1"),
        ])
        #expect(
            map.outputSchema.fields.map(\.description) == [
                "n INT", "label STRING", "name STRING", "one INT NOT NULL",
            ])
        let output = MapOutput()
        let batch = MapFixture.batch([("a", 1), (nil, 2), ("c", nil)])
        batch.selection.remove(row: 1)
        try map.process(batch, into: output)
        #expect(output.rows == [["2", "A!", "a", "1"], ["NULL", "C!", "c", "1"]])
        #expect(output.batches[0].schema == map.outputSchema)
    }

    @Test func aColumnPassedOnIsTheInputsOwn() throws {
        let map = try map([("a", "number"), ("b", "name"), ("c", "number")])
        let batch = MapFixture.batch([("a", 1)])
        let output = MapOutput()
        try map.process(batch, into: output)
        #expect(output.batches[0].columns[0] === batch.columns[1])
        #expect(output.batches[0].columns[2] === batch.columns[1])
        #expect(output.batches[0].origin === batch.origin)
        #expect("\(output.batches[0].place(ofRow: 0))" == "events[1]@100")
    }

    @Test func textsOutliveTheNextBatchWhileTheirChunksAreHeld() throws {
        let map = try map([("upper", "UPPER(name)"), ("constant", "'fixed'")])
        let output = MapOutput()
        try map.process(MapFixture.batch([("first", 1)]), into: output)
        let slice = output.batches[0].columns[0].slices[0]
        let held = output.batches[0].chunks
        try map.process(MapFixture.batch([("other", 1), ("more", 2)]), into: output)
        #expect(slice.text == "FIRST")
        #expect(output.rows == [["FIRST", "fixed"], ["OTHER", "fixed"], ["MORE", "fixed"]])
        withExtendedLifetime(held) {}
    }

    @Test func aLargerBatchThanTheFirstIsComputedToo() throws {
        let map = try map([("n", "number + 1")])
        let output = MapOutput()
        try map.process(MapFixture.batch([("a", 1)]), into: output)
        try map.process(MapFixture.batch((0..<300).map { ("x", $0) }), into: output)
        try map.process(MapFixture.batch([("a", 7)]), into: output)
        #expect(output.rows.count == 302)
        #expect(output.rows[300] == ["300"])
        #expect(output.rows[301] == ["8"])
    }

    @Test func aRecordWithoutAValueFailsTheJobAndIsNamed() throws {
        #expect(throws: RecordError.self) {
            try map([("n", "number"), ("m", "CAST(name AS INT)")])
                .process(MapFixture.batch([("1", 1), ("x", 2)]), into: MapOutput())
        }
    }

    @Test func aDroppedRecordIsDroppedFromEveryColumn() throws {
        let map = try map(
            [("q", "100 / number"), ("n", "CAST(name AS INT)"), ("p", "number")], .drop)
        let output = MapOutput()
        try map.process(MapFixture.batch([("1", 5), ("x", 2), ("3", 0), ("4", nil)]), into: output)
        #expect(output.rows == [["20", "1", "5"], ["NULL", "4", "NULL"]])
        #expect(counters.dropped.load(ordering: .relaxed) == 2)
        try map.process(MapFixture.batch([("x", 2), ("y", 0)]), into: output)
        #expect(output.batches.count == 1)
        #expect(counters.dropped.load(ordering: .relaxed) == 4)
    }
}
