import Checkpointing
import Testing

@Suite struct RestartStrategyTests {
    @Test func noneFailsAtOnce() {
        var strategy = RestartStrategy(.none)
        #expect(strategy.decide(failedAtMilliseconds: 0, jitter: 0) == .fail)
    }

    @Test func fixedDelayRestartsAsOftenAsItSays() {
        var strategy = RestartStrategy(.fixedDelay(attempts: 2, delayMilliseconds: 500))
        #expect(
            strategy.decide(failedAtMilliseconds: 0, jitter: 1) == .restart(afterMilliseconds: 500))
        #expect(
            strategy.decide(failedAtMilliseconds: 1, jitter: 1) == .restart(afterMilliseconds: 500))
        #expect(strategy.decide(failedAtMilliseconds: 2, jitter: 1) == .fail)
    }

    @Test func exponentialDelayGrowsByTheMultiplierUpToItsMaximum() {
        var strategy = RestartStrategy(.exponentialDelay(.init(jitterFactor: 0)))
        var delays: [Int64] = []
        for _ in 0..<13 {
            guard
                case .restart(let delay) = strategy.decide(failedAtMilliseconds: 0, jitter: 1)
            else { break }
            delays.append(delay)
        }
        #expect(delays.prefix(4) == [1_000, 1_500, 2_250, 3_375])
        #expect(delays.suffix(2) == [60_000, 60_000])
    }

    @Test func jitterVariesTheDelayByItsShareAndStaysWithinTheBounds() {
        var up = RestartStrategy(.exponentialDelay(.init(initialBackoffMilliseconds: 1_000)))
        var down = up
        #expect(
            up.decide(failedAtMilliseconds: 0, jitter: 1) == .restart(afterMilliseconds: 1_100))
        // Never below the first backoff, as in Flink.
        #expect(
            down.decide(failedAtMilliseconds: 0, jitter: -1) == .restart(afterMilliseconds: 1_000))
        #expect(
            down.decide(failedAtMilliseconds: 0, jitter: -1) == .restart(afterMilliseconds: 1_350))
    }

    @Test func aLongQuietRunResetsTheBackoffAndTheCount() {
        let settings = RestartStrategy.ExponentialDelay(
            resetBackoffThresholdMilliseconds: 10_000, jitterFactor: 0, attemptsMax: 2)
        var strategy = RestartStrategy(.exponentialDelay(settings))
        _ = strategy.decide(failedAtMilliseconds: 0, jitter: 0)
        #expect(
            strategy.decide(failedAtMilliseconds: 5_000, jitter: 0)
                == .restart(afterMilliseconds: 1_500))
        // The 1,500 ms of waiting are not running.
        #expect(strategy.decide(failedAtMilliseconds: 16_499, jitter: 0) == .fail)
        #expect(
            strategy.decide(failedAtMilliseconds: 28_000, jitter: 0)
                == .restart(afterMilliseconds: 1_000))
    }

    @Test func anAbsurdMultiplierDoesNotOverflow() {
        let settings = RestartStrategy.ExponentialDelay(backoffMultiplier: 1e300, jitterFactor: 1)
        var strategy = RestartStrategy(.exponentialDelay(settings))
        for _ in 0..<5 { _ = strategy.decide(failedAtMilliseconds: 0, jitter: 1) }
        #expect(
            strategy.decide(failedAtMilliseconds: 0, jitter: 1)
                == .restart(afterMilliseconds: 60_000))
    }

    @Test func theLongestDelayIsTheStrategysOwn() {
        #expect(RestartStrategy(.none).longestDelayMilliseconds == 0)
        #expect(RestartStrategy(.fixedDelay()).longestDelayMilliseconds == 1_000)
        #expect(RestartStrategy(.exponentialDelay()).longestDelayMilliseconds == 60_000)
    }
}

@Suite struct TimeoutChainTests {
    private func chain(timeout: Int64, brokerMax: Int64? = 900_000) -> TimeoutChain {
        TimeoutChain(
            intervalMilliseconds: 10_000, checkpointTimeoutMilliseconds: 60_000,
            longestRestartDelayMilliseconds: 60_000, transactionTimeoutMilliseconds: timeout,
            brokerMaxMilliseconds: brokerMax)
    }

    @Test func aChainThatHoldsHasNoFinding() {
        #expect(chain(timeout: 130_001).findings() == [])
    }

    @Test func aTimeoutAboveTheBrokersIsAnErrorWithBothNumbers() {
        let findings = chain(timeout: 900_001).findings()
        #expect(findings.map(\.severity) == [.error])
        #expect(findings[0].message.contains("900001 ms"))
        #expect(findings[0].message.contains("900000 ms"))
        #expect(findings[0].message.contains("transaction.max.timeout.ms"))
    }

    @Test func aSumThatReachesTheTimeoutIsAWarningWithEveryNumber() {
        let findings = chain(timeout: 130_000).findings()
        #expect(findings.map(\.severity) == [.warning])
        for number in ["10000", "60000", "130000"] {
            #expect(findings[0].message.contains(number))
        }
    }

    @Test func aTimeoutNotAboveTheIntervalIsAnErrorAndSaysNothingElse() {
        let findings = chain(timeout: 10_000).findings()
        #expect(findings == [.timeoutNotAboveInterval(timeout: 10_000, interval: 10_000)])
    }

    @Test func numbersThatOverflowTheSumAreInfinite() {
        var chain = chain(timeout: .max, brokerMax: nil)
        chain.checkpointTimeoutMilliseconds = .max
        #expect(chain.findings().map(\.severity) == [.warning])
    }
}
