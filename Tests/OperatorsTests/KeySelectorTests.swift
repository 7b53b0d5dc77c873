import Expression
import StreamAPI
import StreamCore
import Testing

@testable import Operators

@Suite struct KeySelectorTests {
    private func selector(_ keys: [String]) throws -> KeySelector {
        KeySelector(
            try AggregateFixture.definition(keys: keys, select: ["COUNT(*)"], aggregateInput).keys
                .map(
                    \.expression),
            maxParallelism: 128)
    }

    private func keys(_ texts: [String], _ rows: [[Cell]]) throws -> [[UInt8]] {
        let selector = try selector(texts)
        let input = batch(aggregateInput, rows)
        try selector.evaluate(input)
        selector.encodeKeys(of: input)
        return (0..<rows.count).map { Array(selector.keys[$0].buffer) }
    }

    /// The bytes are in every snapshot: a change here makes old state unreadable.
    @Test func canonicalBytesAreThoseOfTheStateFormat() throws {
        let row: [Cell] = [
            .text("ab"), .integer(-2), .double(1.5), .boolean(true), .integer(7), .text(""),
        ]
        let none = [Cell](repeating: .null, count: 6)
        #expect(try keys(["k"], [row, none]) == [[1, 97, 98], [0]])
        #expect(
            try keys(["k", "n", "b", "s"], [row, none]) == [
                [1, 2, 0, 0, 0, 97, 98, 1, 254, 255, 255, 255, 255, 255, 255, 255, 1, 1, 1],
                [0, 0, 0, 0],
            ])
        #expect(try keys(["d"], [row]) == [[1, 0, 0, 0, 0, 0, 0, 248, 63]])
    }

    @Test func equalDoublesAreOneKey() throws {
        let rows: [[Cell]] = [0.0, -0.0, .nan, -.nan].map {
            [.null, .null, .double($0), .null, .null, .null]
        }
        let all = try keys(["d"], rows)
        #expect(all[0] == all[1])
        #expect(all[2] == all[3])
        #expect(all[0] != all[2])
    }

    @Test(arguments: Array(0...40))
    func keysOfEveryLengthAreCopiedWhole(length: Int) throws {
        let text = String(repeating: "x", count: max(0, length - 1)) + (length > 0 ? "y" : "")
        let row: [Cell] = [.text(text), .null, .null, .null, .null, .null]
        #expect(try keys(["k"], [row, row]) == [[1] + Array(text.utf8), [1] + Array(text.utf8)])
    }

    @Test func groupsFollowTheSelectionAndRowsWithoutAKeyGoToGroupZero() throws {
        let selector = try selector(["10 / n"])
        let rows: [[Cell]] = [2, 0, 5, 0, 1].map {
            [.null, .integer($0), .null, .null, .null, .null]
        }
        let input = batch(aggregateInput, rows, selected: [0, 1, 2, 4])
        let groups = UnsafeMutablePointer<UInt16>.allocate(capacity: 4)
        defer { groups.deallocate() }
        selector.assignKeyGroups(of: input, into: groups)
        let expected = [5, 2, 10].map { quotient -> UInt16 in
            let key = [1] + withUnsafeBytes(of: Int64(quotient).littleEndian) { Array($0) }
            let hash = key.withUnsafeBytes { StableHash.xxh3($0.baseAddress, $0.count) }
            return UInt16(KeyGroup.index(ofHash: hash, groupCount: 128))
        }
        #expect(
            [groups[0], groups[1], groups[2], groups[3]] == [
                expected[0], 0, expected[1], expected[2],
            ])
        #expect(input.selection.count == 4)
    }
}
