import StreamAPI
import StreamCore
import Testing

@testable import Formats

@Suite struct SideOutputTests {
    @Test func `Records that cannot be decoded are kept with their bytes and what is wrong`() throws
    {
        let fixture = TextFixture(policy: .sideOutput)
        let decoder = try fixture.csv([Field(name: "n", type: .int)])
        let raw = rawBatch(["1", "x", "\"", "4"].map { Array($0.utf8) } + [nil])
        let batch = try decoder.decode(raw)
        #expect((0..<batch.selection.count).map { batch.selection.rows[$0] } == [0, 3])
        #expect(fixture.dropped == 0)

        let errors = try #require(decoder.takeErrors().first)
        #expect(errors.schema == RecordErrors.schema)
        #expect(errors.selection.count == 3)
        let lines = (0..<3).map { row in
            let field = errors.columns[3].isNull(row) ? "-" : errors.columns[3].slices[row].text
            return "\(errors.place(ofRow: row)) \(errors.columns[0].slices[row].text) "
                + "\(errors.columns[2].slices[row].text) \(field)"
        }
        #expect(
            lines == [
                "events[3]@101 E2003 source n", "events[3]@102 E2001 source -",
                "events[3]@104 E2007 source -",
            ])
        #expect(errors.columns[1].slices[0].text.contains("field n is not a INT"))
        #expect(errors.origin.values[0].text == "x")
        #expect(errors.origin.values[2].isAbsent)
        #expect(decoder.takeErrors().isEmpty)
    }

    @Test func `A batch without failures has no errors`() throws {
        let fixture = TextFixture(policy: .sideOutput)
        let decoder = try fixture.csv([Field(name: "n", type: .int)])
        #expect(try decoder.decode(rawBatch([Array("5".utf8)])).selection.count == 1)
        #expect(decoder.takeErrors().isEmpty)
    }
}
