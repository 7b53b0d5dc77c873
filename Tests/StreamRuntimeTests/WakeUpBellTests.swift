import Foundation
import StreamAPI
import Testing

@Suite struct WakeUpBellTests {
    @Test(.timeLimit(.minutes(2))) func aRingBeforeTheWaitEndsIt() {
        let bell = WakeUpBell()
        bell.ring()
        bell.wait(.seconds(86_400))
    }

    @Test(.timeLimit(.minutes(2))) func aRingFromAnotherThreadEndsTheWait() {
        let bell = WakeUpBell()
        Thread.detachNewThread { bell.ring() }
        bell.wait(.seconds(86_400))
    }

    /// Also one that has passed.
    @Test(.timeLimit(.minutes(2)), arguments: [Duration.milliseconds(20), .zero, .seconds(-5)])
    func withoutARingTheWaitEndsAfterItsLimit(limit: Duration) {
        let bell = WakeUpBell()
        let waited = ContinuousClock().measure { bell.wait(limit) }
        #expect(waited >= limit)
    }

    @Test(.timeLimit(.minutes(2))) func aLimitThatNoClockCanHoldIsALimit() {
        let bell = WakeUpBell()
        bell.ring()
        bell.wait(.seconds(Int64.max))
    }
}
