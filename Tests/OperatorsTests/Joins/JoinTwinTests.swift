import StreamAPI
import StreamCore
import Testing

@testable import Operators

/// The operator against nested loops, with NULLs, late rows, watermarks, restores and rescaling in
/// between. In one subtask the order of the output is the same, too.
@Suite struct JoinTwinTests {
    private static let windows: [JoinDefinition.Window] = [
        .sliding(size: 20, slide: 20, offset: 0), .sliding(size: 20, slide: 20, offset: -7),
        .sliding(size: 30, slide: 10, offset: 3), .sliding(size: 25, slide: 10, offset: 0),
        .sliding(size: 5, slide: 12, offset: 0), .session(gap: 8), .session(gap: 1),
        .interval(lower: 0, upper: 10), .interval(lower: -15, upper: 5),
        .interval(lower: 3, upper: 3), .interval(lower: -9, upper: -2),
    ]
    private static let keys: [String?] = [
        nil, "", "a", "ab", "b", "customer-00000001", "customer-00000002", "customer-00000001x",
        "ü",
    ]

    @Test(arguments: 0..<176 as Range<UInt64>)
    func everyStepGivesWhatNestedLoopsGive(seed: UInt64) throws {
        var random = AggregateRandom(state: seed)
        let window = Self.windows[Int(seed) % Self.windows.count]
        let kind = JoinDefinition.Kind.allCases[Int(seed) / Self.windows.count % 4]
        let latenesses: [Int64] = window.isInterval ? [0] : [0, 0, 6, 25]
        let lateness = latenesses.randomElement(using: &random) ?? 0
        let hasResidual = Bool.random(using: &random)
        var parallelism = [1, 1, 2, 5].randomElement(using: &random) ?? 1
        let join = try JoinFixture(
            kind, window, lateness: lateness,
            emission: Bool.random(using: &random) ? .onWindowClose : .onWindowEnd,
            residual: hasResidual ? "v % 3 <> w % 3" : nil, parallelism: parallelism)
        var twin = NaiveJoin(join.definition) { !hasResidual || $0 % 3 != $1 % 3 }
        var clock: Int64 = -40
        var number: Int64 = 0
        for step in 0..<40 {
            var expected: [String]
            var actual: [String]
            if Int.random(in: 0..<3, using: &random) > 0 {
                let side = JoinSide.allCases.randomElement(using: &random) ?? .left
                let rows = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    number += 1
                    return JoinRow(
                        Self.keys.randomElement(using: &random) ?? nil, number,
                        clock + Int64.random(in: -30...30, using: &random))
                }
                expected = twin.send(side, rows)
                actual = try join.send(side, rows)
            } else {
                clock += Int64.random(in: 0...15, using: &random)
                let time = step == 39 ? Int64.max : clock - 10
                expected = twin.advance(to: time)
                actual = try join.watermark(time)
            }
            var late = twin.takeLate()
            var actualLate = join.takeLate()
            if parallelism > 1 {
                expected.sort()
                actual.sort()
                late.sort()
                actualLate.sort()
            }
            #expect(actual == expected)
            #expect(actualLate == late)
            if Int.random(in: 0..<6, using: &random) == 0 {
                parallelism = [1, 2, 5].randomElement(using: &random) ?? 1
                try join.restore(try join.snapshot(), parallelism: parallelism)
            }
        }
    }

    /// More keys than the radix sort's threshold, in an order that is not that of their bytes.
    @Test func keysComeOutInTheOrderOfTheirBytes() throws {
        var random = AggregateRandom(state: 7)
        let join = try JoinFixture(.left, .sliding(size: 10, slide: 10, offset: 0))
        let numbers = (0..<3000).shuffled(using: &random)
        for start in stride(from: 0, to: 3000, by: 500) {
            try join.send(
                .left,
                numbers[start..<start + 500].map {
                    JoinRow(
                        "order-\($0 % 2 == 0 ? "" : "long-prefix-beyond-eight-bytes-")\($0)",
                        Int64($0), 5)
                })
        }
        let keys = try join.watermark(9).map { $0.split(separator: " ")[0] }
        #expect(keys.count == 3000)
        let sorted = keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        #expect(keys == sorted)
    }
}
