import StreamAPI
import StreamCore
import Testing

@testable import Operators

@Suite struct JoinSnapshotTests {
    private static let tumbling = JoinDefinition.Window.sliding(size: 10, slide: 10, offset: 0)

    @Test func aSnapshotHasWhatWasThereAtTheBarrierWhateverComesLater() throws {
        let join = try JoinFixture(.left, .interval(lower: 0, upper: 10))
        for number in 0..<3000 as Range<Int64> { try join.left(JoinRow("k\(number)", number, 5)) }
        let snapshots = try join.takeSnapshots()
        // Marks, rows and frees behind the barrier must not show.
        for number in 0..<3000 as Range<Int64> { try join.right(JoinRow("k\(number)", 0, 6)) }
        try join.watermark(2000)
        #expect(join.stateSize.rowCount == 0)
        try join.restore(try JoinFixture.restoredState(snapshots), parallelism: 2)
        #expect(join.stateSize.rowCount == 3000)
        #expect(try join.right(JoinRow("k7", 1, 6)) == ["k7 7 | k7 1 @6"])
        #expect(try join.watermark(1000).count == 2999)
    }

    @Test func whatIsLateStaysLateForEachKeyWhateverInstanceHeldIt() throws {
        let join = try JoinFixture(.full, Self.tumbling, parallelism: 2)
        let keys = (0..<20).map { "k\($0)" }
        for key in keys { try join.left(JoinRow(key, 1, 15)) }
        // One instance is further than the other: it has fired [10, 20).
        try join.subtasks[0].processWatermark(Watermark(rawValue: 19), into: join.output)
        try join.subtasks[1].processWatermark(Watermark(rawValue: 12), into: join.output)
        let fired = Set(join.output.rows.map { String($0.split(separator: " ")[0]) })
        #expect(fired.count > 2 && fired.count < 18)
        try join.restore(try join.snapshot(), parallelism: 1)
        for key in keys { try join.right(JoinRow(key, 2, 15)) }
        #expect(join.takeLate().count == fired.count)
        try join.watermark(12)
        let rest = try join.watermark(19)
        #expect(rest.count == 20 - fired.count)
        #expect(rest.allSatisfy { !fired.contains(String($0.split(separator: " ")[0])) })
    }

    @Test func theEndOfTimeIsNotKeptSoAContinuedRunHasNoLateRows() throws {
        let join = try JoinFixture(.inner, Self.tumbling)
        try join.left(JoinRow("a", 1, 25))
        try join.watermark(20)
        try join.watermark(.max)
        try join.restore(try join.snapshot(), parallelism: 1)
        try join.left(JoinRow("a", 2, 25), JoinRow("a", 3, 9))
        #expect(join.takeLate() == ["3"])
    }

    @Test func rowsAreNeverBehindTheWatermarkThatGoesOnBehindTheJoin() throws {
        let close = try JoinFixture(.left, Self.tumbling, lateness: 7)
        #expect(close.subtasks[0].watermarkDelayMilliseconds == 7)
        let end = try JoinFixture(.left, Self.tumbling, lateness: 7, emission: .onWindowEnd)
        #expect(end.subtasks[0].watermarkDelayMilliseconds == 0)
        let interval = JoinDefinition.Window.interval(lower: -3, upper: 9)
        let delays = try JoinDefinition.Kind.allCases.map {
            try JoinFixture($0, interval).subtasks[0].watermarkDelayMilliseconds
        }
        #expect(delays == [1, 10, 4, 10])
    }

    @Test func rowsOfAnotherJoinAreRefused() throws {
        let join = try JoinFixture(.left, Self.tumbling)
        try join.left(JoinRow("a", 1, 5))
        let restored = try join.snapshot()
        let other = try JoinFixture(.left, .sliding(size: 20, slide: 20, offset: 0))
        let error = #expect(throws: KeyedStateError.self) {
            try other.restore(restored, parallelism: 1)
        }
        #expect(error?.code == .schemaMismatch)
        #expect(error?.message.contains("sliding 10 10 0") == true)
    }

    /// Whatever bytes a file has, a restore ends with rows or with an error.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func damagedBytesGiveAnErrorAndNeverATrap(seed: UInt64) throws {
        var random = AggregateRandom(state: seed)
        let window: JoinDefinition.Window =
            seed % 2 == 0 ? Self.tumbling : .interval(lower: 0, upper: 9)
        let join = try JoinFixture(.full, window)
        for number in 0..<30 as Range<Int64> {
            try join.send(
                number % 3 == 0 ? .right : .left, [JoinRow("key-\(number % 7)", number, number)])
        }
        let groups = try JoinFixture.write(try join.takeSnapshots()[0])
        let schema = try join.takeSnapshots()[0].stateSchema
        let group = try #require(groups.filter { $0.value.count > 40 }.keys.sorted().first)
        for _ in 0..<200 {
            var bytes = try #require(groups[group])
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            if Bool.random(using: &random) {
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            }
            let damaged = bytes
            let state = RestoredState(items: [], stateSchema: schema) {
                $0 == group ? damaged : groups[$0]
            }
            do {
                try join.restore(state, parallelism: 1)
                try join.watermark(.max)
            } catch let error as KeyedStateError {
                #expect(error.code == .corrupt)
            }
        }
    }

    /// A worked example of docs/state-format.md, byte for byte.
    @Test func theBytesAreThoseOfTheDocumentedFormat() throws {
        let join = try JoinFixture(.left, .interval(lower: 0, upper: 10))
        try join.left(JoinRow("ab", 258, 1005))
        try join.right(JoinRow("ab", 1, 1006))
        try join.watermark(1003)
        let groups = try JoinFixture.write(try join.takeSnapshots()[0])
        let bytes = try #require(groups.values.first { $0.count > 12 })
        let expected: [UInt8] =
            [0xeb, 3, 0, 0, 0, 0, 0, 0] + [1, 0, 0, 0]  // watermark 1003, one slice
            + [0xe8, 3, 0, 0, 0, 0, 0, 0]  // from 1000
            + [1, 0, 0, 0] + [3, 0, 0, 0] + [1, 0x61, 0x62]  // one key, 'ab'
            + [1, 0, 0, 0] + [0, 0, 0, 0] + [5, 0, 0, 0] + [1]  // left: key 0, time 5, matched
            + [1] + [2, 1, 0, 0, 0, 0, 0, 0]  // v = 258
            + [1, 0, 0, 0] + [0, 0, 0, 0] + [6, 0, 0, 0] + [0]  // right: not preserved, no mark
            + [1] + [1, 0, 0, 0, 0, 0, 0, 0]
        #expect(bytes == expected)
        #expect(groups.values.filter { $0.count == 12 }.count == JoinFixture.groupCount - 1)
    }
}
