import Checkpointing
import StreamAPI
import StreamCore
import StreamTesting
import Testing

/// The simulated coordinator answers as the real one was measured to.
@Suite struct SimulatedCoordinatorTests {
    private func coordinator() -> (SimulatedCoordinator, ProducerIdentity) {
        var coordinator = SimulatedCoordinator(slotCount: 1, timeoutMilliseconds: 100)
        let producer = coordinator.initProducer(0)
        return (coordinator, producer ?? Words.producer(slot: 9, epoch: 9))
    }

    private func code(_ answer: SimulatedCoordinator.Answer) -> Int16 {
        switch answer {
        case .done: 0
        case .concurrent: 51
        case .fenced: 90
        case .refused(let code): code
        }
    }

    private func end(
        _ coordinator: inout SimulatedCoordinator, _ producer: ProducerIdentity
    ) -> Int16 {
        code(coordinator.endTransaction(0, producer))
    }

    @Test func endTransactionFollowsTheTable() {
        var (coordinator, producer) = coordinator()
        let whenEmpty = end(&coordinator, producer)
        #expect(whenEmpty == 48)
        _ = coordinator.add(0, producer, offset: 0, at: 0)
        let whenOngoing = end(&coordinator, producer)
        #expect(whenOngoing == 0)
        let whenPrepared = end(&coordinator, producer)
        #expect(whenPrepared == 51)
        coordinator.completeCommits()
        let whenComplete = end(&coordinator, producer)
        #expect(whenComplete == 0)
        let byStranger = end(&coordinator, Words.producer(slot: 5, epoch: 1))
        #expect(byStranger == 49)
        _ = coordinator.initProducer(0)
        let afterFence = end(&coordinator, producer)
        #expect(afterFence == 47)
    }

    @Test func aTimeOutAbortsAndBumpsTheEpoch() {
        var (coordinator, producer) = coordinator()
        _ = coordinator.add(0, producer, offset: 3, marker: EveryPairTests.id, at: 10)
        coordinator.sweep(at: 110)
        #expect(coordinator.readMarker() == .unstable)
        coordinator.sweep(at: 111)
        #expect(coordinator.readMarker() == .absent)
        let answer = end(&coordinator, producer)
        #expect(answer == 47)
        let isAccepted = coordinator.add(0, producer, offset: 4, at: 111)
        #expect(!isAccepted)
        #expect(coordinator.newlyCommitted == [])
    }

    @Test func theMarkerBecomesVisibleWithTheRecords() {
        var (coordinator, producer) = coordinator()
        _ = coordinator.add(0, producer, offset: 3, marker: EveryPairTests.id, at: 0)
        _ = coordinator.endTransaction(0, producer)
        #expect(coordinator.readMarker() == .unstable)
        let whileCommitting = coordinator.initProducer(0)
        #expect(whileCommitting == nil)
        coordinator.completeCommits()
        #expect(coordinator.readMarker() == .value(EveryPairTests.id))
        #expect(coordinator.newlyCommitted == [3])
    }

    @Test func aSecondTransactionInAnEpochIsNoticed() {
        var (coordinator, producer) = coordinator()
        for _ in 0..<2 {
            _ = coordinator.add(0, producer, offset: 1, at: 0)
            _ = coordinator.endTransaction(0, producer)
            coordinator.completeCommits()
        }
        #expect(coordinator.reusedEpoch == 0)
    }
}

@Suite struct SimulatedStoreTests {
    /// Over all cuts: what was synced is always there, what was not is sometimes.
    @Test func aPowerCutTakesOnlyWhatWasNotSynced() {
        let other = CheckpointID(attempt: Attempt(rawValue: 1), sequence: 2)
        var survivals = 0
        for seed in 0..<64 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            var store = SimulatedStore()
            for id in [EveryPairTests.id, other] {
                store.write(CheckpointFacts(id: id), sourceOffset: 0)
                store.rename(id)
            }
            store.sync(EveryPairTests.id)
            store.losePower(&random)
            #expect(store.listing.contains { $0.id == EveryPairTests.id })
            if store.listing.contains(where: { $0.id == other }) { survivals += 1 }
        }
        #expect(survivals > 0)
        #expect(survivals < 64)
    }

    @Test func anAttemptIsCreatedOnce() {
        var store = SimulatedStore()
        let first = store.createAttempt(Attempt(rawValue: 1))
        #expect(first)
        let again = store.createAttempt(Attempt(rawValue: 1))
        #expect(!again)
    }
}
