import StreamCore
import Testing

@Suite struct IdentifierTests {
    @Test func markerOffsetHoldsAttemptAboveSequence() {
        let id = CheckpointID(attempt: Attempt(rawValue: 3), sequence: 17)
        #expect(id.markerOffset == 3 * 4_294_967_296 + 17)
        #expect(CheckpointID(markerOffset: id.markerOffset) == id)
        #expect(id.description == "3-17")
    }

    @Test func largestAttemptStillGivesAValidOffset() {
        let id = CheckpointID(attempt: CheckpointID.attemptMax, sequence: .max)
        #expect(id.markerOffset == .max)
        #expect(CheckpointID(markerOffset: .max) == id)
        #expect(CheckpointID(markerOffset: -1) == nil)
    }

    @Test func laterAttemptIsAboveEverySequenceOfAnEarlierOne() {
        let old = CheckpointID(attempt: Attempt(rawValue: 1), sequence: .max)
        let new = CheckpointID(attempt: Attempt(rawValue: 2), sequence: 0)
        #expect(old < new)
        #expect(old.markerOffset < new.markerOffset)
    }

    /// Whatever the parallelism, each key group belongs to exactly one subtask, the one that
    /// `KeyGroup.subtask` names.
    @Test(arguments: [1, 2, 3, 5, 7, 64, 127, 128])
    func keyGroupRangesPartitionTheGroups(parallelism: Int) {
        var owner = [Int](repeating: -1, count: 128)
        for index in 0..<parallelism {
            let range = KeyGroupRange(subtask: index, parallelism: parallelism, groupCount: 128)
            for group in range.lower..<range.upper {
                #expect(owner[group] == -1)
                owner[group] = index
            }
        }
        for group in 0..<128 {
            #expect(
                owner[group]
                    == KeyGroup.subtask(ofGroup: group, groupCount: 128, parallelism: parallelism))
        }
    }

    @Test func keyGroupUsesTheWholeRangeAndNothingElse() {
        #expect(KeyGroup.index(ofHash: 0, groupCount: 128) == 0)
        #expect(KeyGroup.index(ofHash: .max, groupCount: 128) == 127)
        #expect(
            KeyGroup.index(ofHash: .max, groupCount: KeyGroup.countMax) == KeyGroup.countMax - 1)
        #expect(KeyGroup.index(ofHash: 1 << 63, groupCount: 128) == 64)
    }
}
