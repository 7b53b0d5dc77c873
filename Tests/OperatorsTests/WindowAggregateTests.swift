import StreamAPI
import StreamCore
import Testing

@testable import Operators

private func tumbling(
    _ size: Int64, offset: Int64 = 0, lateness: Int64 = 0,
    _ emission: WindowDefinition.Emission = .onWindowClose
) -> WindowDefinition {
    hopping(size, size, offset: offset, lateness: lateness, emission)
}

private func hopping(
    _ size: Int64, _ slide: Int64, offset: Int64 = 0, lateness: Int64 = 0,
    _ emission: WindowDefinition.Emission = .onWindowClose
) -> WindowDefinition {
    WindowDefinition(
        .hopping(sizeMilliseconds: size, slideMilliseconds: slide, offsetMilliseconds: offset),
        allowedLatenessMilliseconds: lateness, emission: emission)
}

/// Small cases by hand.
@Suite struct WindowAggregateTests {
    private let bounds = ["window_start", "window_end", "COUNT(*)"]

    @Test(
        arguments: [
            (0, 10, 0, 0), (9, 10, 0, 0), (10, 10, 0, 10), (-1, 10, 0, -10), (-10, 10, 0, -10),
            (-11, 10, 0, -20), (12, 10, 3, 3), (13, 10, 3, 13), (2, 10, 3, -7), (5, 10, -3, -3),
            (7, 10, -3, 7),
        ] as [(Int64, Int64, Int64, Int64)])
    func aWindowBeginsAtAMultipleOfItsSlideAndTheOffset(
        time: Int64, slide: Int64, offset: Int64, start: Int64
    ) {
        let assigner = WindowAssigner(size: slide, slide: slide, offset: offset)
        #expect(assigner.lastStart(of: time) == start)
    }

    @Test(arguments: [Int64.min, Int64.min + 1, -1, 0, Int64.max - 1, Int64.max])
    func noTimestampTraps(time: Int64) throws {
        for emission in WindowDefinition.Emission.allCases {
            for window in [hopping(7, 3, offset: 2, lateness: .max, emission), tumbling(.max)] {
                let cluster = try WindowCluster(window)
                _ = try cluster.step([TimedRow(time, "a")], watermark: 0)
                _ = try cluster.step([TimedRow(time, "a")], watermark: .max)
            }
            let sessions = WindowDefinition(
                .session(gapMilliseconds: .max), allowedLatenessMilliseconds: 5, emission: emission)
            let cluster = try WindowCluster(sessions)
            _ = try cluster.step([TimedRow(time, "a")], watermark: 0)
            _ = try cluster.step([TimedRow(time, "a")], watermark: .max)
        }
    }

    @Test func aWindowIsEmittedWhenTheWatermarkReachesItsLastMillisecond() throws {
        let cluster = try WindowCluster(tumbling(10), select: bounds)
        let rows = [TimedRow(0, "a"), TimedRow(9, "a"), TimedRow(10, "a"), TimedRow(-1, "a")]
        #expect(
            try cluster.step(rows, watermark: 8) == [
                out(-1, "a", .integer(-10), .integer(0), .integer(1))
            ])
        #expect(
            try cluster.step([], watermark: 9) == [
                out(9, "a", .integer(0), .integer(10), .integer(2))
            ])
        #expect(
            try cluster.step([], watermark: .max) == [
                out(19, "a", .integer(10), .integer(20), .integer(1))
            ])
    }

    @Test func keysOfAWindowComeOnceEachNULLAmongThem() throws {
        let cluster = try WindowCluster(tumbling(10))
        let rows = [
            TimedRow(1, "b", 2), TimedRow(2, nil, 3), TimedRow(3, "a", nil), TimedRow(4, "b", 5),
            TimedRow(5, "", 7),
        ]
        #expect(
            Set(try cluster.step(rows, watermark: 9)) == [
                out(9, "b", .integer(2), .integer(7)), out(9, nil, .integer(1), .integer(3)),
                out(9, "a", .integer(1), .null), out(9, "", .integer(1), .integer(7)),
            ])
    }

    @Test func nothingIsEmittedForAnEmptyInputOrSelection() throws {
        let cluster = try WindowCluster(tumbling(10))
        try cluster.process([TimedRow(1, "a")], selected: [])
        try cluster.advance(to: .max)
        #expect(cluster.output.take().isEmpty)
    }

    // MARK: Late rows

    @Test func aRowIsLateFromTheMillisecondThatClosesItsWindow() throws {
        let cluster = try WindowCluster(tumbling(10, lateness: 5))
        #expect(try cluster.step([TimedRow(0, "a")], watermark: 13).isEmpty)
        // The window [0, 10) closes at 9 + 5.
        #expect(
            try cluster.step([TimedRow(9, "a")], watermark: 14) == [
                out(9, "a", .integer(2), .integer(2))
            ])
        #expect(try cluster.step([TimedRow(9, "a", 7), TimedRow(10, "a")]).isEmpty)
        #expect(cluster.output.late == [TimedRow(9, "a", 7)])
        #expect(try cluster.step([], watermark: 24) == [out(19, "a", .integer(1), .integer(1))])
    }

    @Test func lateRowsThatNothingReadsAreCounted() throws {
        let cluster = try WindowCluster(tumbling(10))
        cluster.output.isLateConsumed = false
        try cluster.advance(to: 30)
        _ = try cluster.step([TimedRow(1, "a"), TimedRow(31, "a"), TimedRow(29, "b")])
        #expect(cluster.lateDropped == 2)
        #expect(cluster.output.late.isEmpty)
        #expect(try cluster.step([], watermark: 40) == [out(39, "a", .integer(1), .integer(1))])
    }

    @Test func aLateRowIsNotComputed() throws {
        let cluster = try WindowCluster(tumbling(10), select: ["SUM(10 / n)"])
        try cluster.advance(to: 30)
        #expect(try cluster.step([TimedRow(1, "a", 0)]).isEmpty)
        #expect(cluster.output.late == [TimedRow(1, "a", 0)])
    }

    // MARK: Emission

    @Test func onWindowEndFiresAtTheEndAndAgainForEachRowWithinTheLateness() throws {
        let cluster = try WindowCluster(tumbling(10, lateness: 100, .onWindowEnd))
        #expect(
            try cluster.step([TimedRow(1, "a", 5), TimedRow(2, "b", 1)], watermark: 9).count == 2)
        #expect(
            try cluster.step([TimedRow(3, "a", 6), TimedRow(4, "a", 1), TimedRow(12, "a", 9)]) == [
                out(9, "a", .integer(2), .integer(11)), out(9, "a", .integer(3), .integer(12)),
            ])
        // A key that the window had not seen when it fired.
        #expect(
            try cluster.step([TimedRow(3, "c", 4)]) == [out(9, "c", .integer(1), .integer(4))])
        #expect(try cluster.step([], watermark: 19) == [out(19, "a", .integer(1), .integer(9))])
        #expect(try cluster.step([], watermark: 108).isEmpty)
        #expect(
            try cluster.step([TimedRow(5, "a", 1)]) == [out(9, "a", .integer(4), .integer(13))])
        #expect(try cluster.step([], watermark: 109).isEmpty)
        #expect(try cluster.step([TimedRow(5, "a", 1)]).isEmpty)
        #expect(cluster.output.late == [TimedRow(5, "a", 1)])
    }

    @Test func everyRowEmitsTheWindowSoFarAndNothingAtItsEnd() throws {
        let cluster = try WindowCluster(tumbling(10, .everyRow), select: bounds)
        let rows = [TimedRow(11, "a"), TimedRow(1, "a"), TimedRow(12, "a"), TimedRow(2, "b")]
        #expect(
            try cluster.step(rows, watermark: .max) == [
                out(19, "a", .integer(10), .integer(20), .integer(1)),
                out(9, "a", .integer(0), .integer(10), .integer(1)),
                out(19, "a", .integer(10), .integer(20), .integer(2)),
                out(9, "b", .integer(0), .integer(10), .integer(1)),
            ])
    }

    @Test func itemsMayComputeWithKeysWindowsAndResults() throws {
        let cluster = try WindowCluster(
            tumbling(10),
            select: ["k || '!'", "SUM(n) * 2 + COUNT(*)", "window_end", "MAX(s)", "LISTAGG(s)"])
        let rows = [TimedRow(1, "a", 3, "x"), TimedRow(2, "a", 4, "y")]
        #expect(
            try cluster.step(rows, watermark: 9) == [
                out(9, "a", .text("a!"), .integer(16), .integer(10), .text("y"), .text("x,y"))
            ])
    }

    @Test func aSumThatOverflowsIsLeftOutOfItsWindowAlone() throws {
        let cluster = try WindowCluster(hopping(20, 10), policy: .drop)
        let rows = [
            TimedRow(5, "a", .max), TimedRow(15, "a", 1), TimedRow(16, "b", 1),
            TimedRow(25, "a", 3),
        ]
        #expect(
            Set(try cluster.step(rows, watermark: .max)) == [
                out(9, "a", .integer(1), .integer(.max)), out(19, "b", .integer(1), .integer(1)),
                out(19, "a", .integer(1), .integer(.max)),
                out(29, "b", .integer(1), .integer(1)), out(29, "a", .integer(1), .integer(3)),
                out(39, "a", .integer(1), .integer(3)),
            ])
        #expect(cluster.dropped == 1)
    }

    // MARK: Hopping windows

    @Test func aRowIsInEachWindowThatCoversIt() throws {
        let cluster = try WindowCluster(hopping(10, 5), select: bounds)
        #expect(
            try cluster.step([TimedRow(5, "a"), TimedRow(4, "a")], watermark: .max) == [
                out(4, "a", .integer(-5), .integer(5), .integer(1)),
                out(9, "a", .integer(0), .integer(10), .integer(2)),
                out(14, "a", .integer(5), .integer(15), .integer(1)),
            ])
    }

    @Test func aSlideThatDoesNotDivideTheSizeGivesSomeRowsAWindowMore() throws {
        let cluster = try WindowCluster(hopping(10, 4), select: bounds)
        #expect(
            try cluster.step([TimedRow(8, "a"), TimedRow(10, "b")], watermark: .max) == [
                out(9, "a", .integer(0), .integer(10), .integer(1)),
                out(13, "a", .integer(4), .integer(14), .integer(1)),
                out(13, "b", .integer(4), .integer(14), .integer(1)),
                out(17, "a", .integer(8), .integer(18), .integer(1)),
                out(17, "b", .integer(8), .integer(18), .integer(1)),
            ])
    }

    @Test func aRowJoinsThoseOfItsWindowsThatAreOpen() throws {
        let cluster = try WindowCluster(hopping(10, 5), select: bounds)
        try cluster.advance(to: 9)
        #expect(
            try cluster.step([TimedRow(7, "a")], watermark: .max) == [
                out(14, "a", .integer(5), .integer(15), .integer(1))
            ])
        #expect(cluster.output.late.isEmpty)
    }

    @Test func distinctValuesAreThoseOfEachWindow() throws {
        let cluster = try WindowCluster(hopping(10, 5), select: ["COUNT(DISTINCT n)"])
        let rows = [TimedRow(1, "a", 7), TimedRow(6, "a", 7), TimedRow(7, "a", 8)]
        #expect(
            try cluster.step(rows, watermark: .max).map(\.cells[1]) == [
                .integer(1), .integer(2), .integer(2),
            ])
    }

    // MARK: Bounds and state

    @Test func oneWindowTooManyIsAnErrorOfTheRecord() throws {
        let cluster = try WindowCluster(tumbling(1))
        let rows = (0...Int64(WindowDefinition.openWindowsMax)).map { TimedRow($0, "a") }
        let error = #expect(throws: RecordError.self) { try cluster.process(rows) }
        #expect(error?.code == "E2202")
        #expect(error?.place.offset.rawValue == 1000 + Int64(WindowDefinition.openWindowsMax))
    }

    @Test func aWindowOfManyKeysIsEmittedInBatches() throws {
        let cluster = try WindowCluster(tumbling(10), select: ["COUNT(*)", "LISTAGG(s)"])
        let keys = (0..<5000).map { "key-\($0)" }
        for key in keys { try cluster.process([TimedRow(1, key, 1, key)]) }
        let rows = try cluster.step([], watermark: 9)
        #expect(Set(rows) == Set(keys.map { out(9, $0, .integer(1), .text($0)) }))
        #expect(rows.count == 5000)
        #expect(cluster.output.batchSizes == [2048, 2048, 904])
    }

    @Test func theOrderOfAWindowsRowsDoesNotDependOnThatOfTheInput() throws {
        let keys = (0..<200).map { "key-\($0 * 7919 % 1000)" }
        let forward = try WindowCluster(tumbling(10))
        let backward = try WindowCluster(tumbling(10))
        let rows = keys.map { TimedRow(1, $0) }
        let first = try forward.step(rows, watermark: 9)
        #expect(try backward.step(rows.reversed(), watermark: 9) == first)
        #expect(first.count == 200)
    }

    @Test func stateOfAnotherWindowIsRefusedAndAnotherLatenessIsNot() throws {
        let before = try WindowCluster(tumbling(10))
        _ = try before.step([TimedRow(1, "a")])
        let after = try WindowCluster(tumbling(10, lateness: 7, .onWindowEnd))
        try after.take(over: before)
        #expect(try after.step([], watermark: 9) == [out(9, "a", .integer(1), .integer(1))])
        let other = try WindowCluster(tumbling(20))
        #expect(throws: KeyedStateError.self) { try other.take(over: before) }
        let running = try AggregateFixture(select: ["COUNT(*)", "SUM(n)"])
        _ = try running.snapshot()
        let foreign = RestoredState(items: [], stateSchema: running.schema) { _ in nil }
        #expect(throws: KeyedStateError.self) { try other.open(foreign) }
    }

    /// Whatever the bytes of a key group are, a restore is refused or gives windows.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func damagedWindowsAreRefusedWithoutATrap(seed: UInt64) throws {
        var random = AggregateRandom(state: seed)
        let before = try WindowCluster(tumbling(10), select: ["COUNT(*)", "MAX(s)"])
        _ = try before.step((0..<20).map { TimedRow($0, "key-\($0)", 1, "text") })
        let (schema, groups) = try before.snapshot()
        let damaged = groups.mapValues { bytes -> [UInt8] in
            var bytes = bytes
            guard !bytes.isEmpty else { return bytes }
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
            case 1: bytes.append(0)
            default:
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^=
                    1 << UInt8.random(in: 0..<8, using: &random)
            }
            return bytes
        }
        let after = try WindowCluster(tumbling(10), select: ["COUNT(*)", "MAX(s)"])
        do {
            try after.open(RestoredState(items: [], stateSchema: schema) { damaged[$0] })
            _ = try after.step([], watermark: .max)
        } catch is KeyedStateError {
        }
    }
}
