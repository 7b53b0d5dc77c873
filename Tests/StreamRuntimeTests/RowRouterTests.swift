import StreamCore
import Testing

@testable import StreamRuntime

@Suite struct RowRouterTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `Every row goes to the owner of its key group, in order`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let groupCount = Int.random(in: 1...300, using: &random)
        let targetCount = Int.random(in: 1...min(groupCount, 9), using: &random)
        let router = RowRouter(groupCount: groupCount, targetCount: targetCount, rowCapacity: 8)
        for _ in 0..<5 {
            let selection = SelectionVector(capacity: 400)
            for row in 0..<400 where Bool.random(using: &random) {
                selection.rows[selection.count] = Int32(row)
                selection.count += 1
            }
            router.reserve(selection.count)
            var expected: [[Int32]] = Array(repeating: [], count: targetCount)
            for index in 0..<selection.count {
                let group = Int.random(in: 0..<groupCount, using: &random)
                router.keyGroups[index] = UInt16(group)
                let owner = KeyGroup.subtask(
                    ofGroup: group, groupCount: groupCount, parallelism: targetCount)
                expected[owner].append(selection.rows[index])
            }
            router.sort(selection)
            let sorted = (0..<targetCount).map { Array(router.rows(ofTarget: $0)) }
            #expect(sorted == expected, "seed \(seed)")
        }
    }

    @Test func `An empty selection gives nobody a row`() {
        let router = RowRouter(groupCount: 8, targetCount: 3, rowCapacity: 4)
        router.sort(SelectionVector(capacity: 1))
        #expect((0..<3).allSatisfy { router.rows(ofTarget: $0).isEmpty })
    }
}
