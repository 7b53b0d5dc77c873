import Checkpointing
import StreamCore
import StreamTesting
import Testing

private func chk(_ sequence: UInt32) -> CheckpointID {
    CheckpointID(attempt: Attempt(rawValue: 1), sequence: sequence)
}

@Suite struct PendingCheckpointTests {
    /// Whatever the order, with repeats and strangers mixed in, every message has one receipt.
    @Test(arguments: 0..<100 as Range<UInt64>)
    func countsEverySubtaskOnceInAnyOrder(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let subtasks = (0..<1 + random.below(8)).map { SubtaskID(vertex: 1, index: UInt16($0)) }
        let stranger = SubtaskID(vertex: 9, index: 0)
        let events = (subtasks + subtasks + [stranger]).shuffled(using: &random)
        var pending = PendingCheckpoint(
            id: chk(7), kind: .checkpoint, at: 0, subtasks: subtasks, sinkSubtasks: [])
        var seen: Set<SubtaskID> = []
        for subtask in events {
            let receipt = pending.acknowledged(by: subtask)
            if subtask == stranger {
                #expect(receipt == .unknownSubtask)
            } else {
                #expect(receipt == (seen.insert(subtask).inserted ? .accepted : .duplicate))
            }
        }
        #expect(pending.missingSubtasks.isEmpty)
    }

    @Test func aCheckpointOfNobodyIsAProgrammerError() async {
        await #expect(processExitsWith: .failure) {
            _ = PendingCheckpoint(
                id: CheckpointID(attempt: Attempt(rawValue: 1), sequence: 1), kind: .checkpoint,
                at: 0, subtasks: [], sinkSubtasks: [])
        }
    }
}

@Suite struct CheckpointRequestDeciderTests {
    private let idle = CheckpointRequestDecider.Situation(
        hasPending: false, canSeal: true, hasNextWriter: true, isUrgent: false)

    @Test func waitsForTheInterval() {
        var decider = CheckpointRequestDecider(intervalMilliseconds: 100, minPauseMilliseconds: 0)
        decider.started(at: 50)
        #expect(decider.decide(idle, at: 149) == nil)
        #expect(decider.decide(idle, at: 150) == .checkpoint)
        #expect(decider.nextDeadlineMilliseconds == 150)
    }

    @Test func theMinimumPauseCountsFromTheEndOfTheLastOne() {
        var decider = CheckpointRequestDecider(intervalMilliseconds: 100, minPauseMilliseconds: 80)
        decider.started(at: 0)
        decider.triggered(.checkpoint, at: 100)
        decider.ended(at: 150)
        #expect(decider.decide(idle, at: 229) == nil)
        #expect(decider.decide(idle, at: 230) == .checkpoint)
    }

    @Test func urgencyAndRequestsDoNotWaitForTheInterval() {
        var decider = CheckpointRequestDecider(intervalMilliseconds: 100, minPauseMilliseconds: 0)
        decider.started(at: 0)
        var urgent = idle
        urgent.isUrgent = true
        #expect(decider.decide(urgent, at: 1) == .checkpoint)
        decider.request()
        #expect(decider.decide(idle, at: 1) == .checkpoint)
        decider.triggered(.checkpoint, at: 1)
        #expect(decider.decide(idle, at: 2) == nil)
    }

    @Test func neverTwoAtATimeAndNeverWithoutAPlaceToSeal() {
        var decider = CheckpointRequestDecider(intervalMilliseconds: nil, minPauseMilliseconds: 0)
        decider.requestFinal()
        var situation = idle
        situation.hasPending = true
        #expect(decider.decide(situation, at: 0) == nil)
        situation = idle
        situation.canSeal = false
        #expect(decider.decide(situation, at: 0) == nil)
    }

    @Test func theFinalCheckpointNeedsNoNextWriterAndIsTheLast() {
        var decider = CheckpointRequestDecider(intervalMilliseconds: 10, minPauseMilliseconds: 0)
        decider.started(at: 0)
        decider.requestFinal()
        var situation = idle
        situation.hasNextWriter = false
        #expect(decider.decide(situation, at: 0) == .final)
        decider.triggered(.final, at: 0)
        #expect(decider.decide(idle, at: 1_000) == nil)
        #expect(decider.nextDeadlineMilliseconds == nil)
    }
}

@Suite struct CheckpointFailureBudgetTests {
    @Test func countsConsecutiveFailuresOnly() {
        var budget = CheckpointFailureBudget(tolerable: 1)
        let isFirstTolerated = budget.failed()
        #expect(isFirstTolerated)
        budget.completed()
        let isNextTolerated = budget.failed()
        #expect(isNextTolerated)
        let isSecondInARowTolerated = budget.failed()
        #expect(!isSecondInARowTolerated)
    }

    @Test func zeroToleratesNone() {
        var budget = CheckpointFailureBudget(tolerable: 0)
        let isTolerated = budget.failed()
        #expect(!isTolerated)
    }
}

@Suite struct CompletedCheckpointStoreTests {
    @Test func keepsTheNewestCommittedAndDeletesTheRest() {
        var store = CompletedCheckpointStore(numRetained: 2, committed: [chk(1)], abandoned: [])
        let deletedAtTwo = store.committed(chk(2))
        #expect(deletedAtTwo == [])
        let deletedAtThree = store.committed(chk(3))
        #expect(deletedAtThree == [chk(1)])
        #expect(store.committed == [chk(2), chk(3)])
    }

    @Test func whatWasRolledBackGoesOnceANewerOneIsCommittedAndNotBefore() {
        var store = CompletedCheckpointStore(
            numRetained: 1, committed: [chk(1)], abandoned: [chk(2), chk(9)])
        let deletedAtThree = store.committed(chk(3))
        #expect(deletedAtThree == [chk(1), chk(2)])
        let deletedAtTen = store.committed(chk(10))
        #expect(deletedAtTen == [chk(3), chk(9)])
    }
}
