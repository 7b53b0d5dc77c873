import StreamCore
import Testing

@testable import KafkaClient

@Suite struct ClientEventsTests {
    private func error(_ code: Int32, _ context: String) -> KafkaError {
        KafkaError(.of(code), code: code, context: context)
    }

    @Test func allBrokersDownDoesNotHideTheReason() {
        let events = ClientEvents()
        events.record(error: error(-195, "a:1: Connection refused"))
        events.record(error: error(-187, "1/1 brokers are down"))
        #expect(events.lastError?.context == "a:1: Connection refused")
    }

    @Test func oldErrorExplainsNothing() {
        let events = ClientEvents()
        let life = ClientEvents.errorLifeMilliseconds
        events.record(error: error(-195, "a:1: Connection refused"), now: 100)
        #expect(events.recentError(now: 100 + life) != nil)
        #expect(events.recentError(now: 101 + life) == nil)
        events.record(error: error(-187, "1/1 brokers are down"), now: 101 + life)
        #expect(events.recentError(now: 101 + life)?.code == -187)
    }

    @Test func firstFailedDeliveryIsKeptAndAllAreCounted() {
        let events = ClientEvents()
        for index in 0..<3 { events.record(deliveryFailure: error(10, "record \(index)")) }
        #expect(events.deliveryFailures.count == 3)
        #expect(events.deliveryFailures.first?.context == "record 0")
    }

    @Test func onlyWhatNoReconnectingMendsIsLasting() {
        let events = ClientEvents()
        events.record(error: error(-195, "lost"))
        events.record(error: error(30, "the group only names the reader"))
        #expect(events.lastingError == nil)
        events.record(error: error(3, "missing"))
        events.record(error: error(29, "denied"))
        #expect(events.lastingError?.context == "missing")
    }

    @Test func logPassesSoManyLinesAPeriodAndCountsTheRest() {
        var budget = LogBudget()
        for _ in 0..<ClientEvents.logLinesPerPeriodMax {
            #expect(budget.take(now: 100) == .pass(suppressed: 0))
        }
        for _ in 0..<5 { #expect(budget.take(now: 9_000) == .suppress) }
        let next = 100 + ClientEvents.logPeriodMilliseconds
        #expect(budget.take(now: next) == .pass(suppressed: 5))
        #expect(budget.take(now: next) == .pass(suppressed: 0))
    }

    @Test func pausesDoubleUpToTheirMaximumAndEndAtTheDeadline() {
        var backOff = BackOff(firstMilliseconds: 20, maxMilliseconds: 100)
        let pauses = (0..<5).map { _ in backOff.pause(now: 0, deadline: 1_000) }
        #expect(pauses == [20, 40, 80, 100, 100])
        #expect(backOff.pause(now: 970, deadline: 1_000) == 30)
        #expect(backOff.pause(now: 1_000, deadline: 1_000) == nil)
    }
}

@Suite struct WireAddressTests {
    @Test(arguments: [
        ("localhost:9092", "localhost:9092"), ("localhost", "localhost:9092"),
        (" a.example:1 ", "a.example:1"), ("PLAINTEXT://a:5", "a:5"), ("[::1]:7", "[::1]:7"),
        ("[fe80::1]", "[fe80::1]:9092"), ("::1", "[::1]:9092"),
    ])
    func addressesAreRead(text: String, expected: String) {
        #expect(WireAddress(text)?.description == expected)
    }

    @Test(arguments: ["", " ", ":9092", "a:", "a:0", "a:65536", "a:-1", "a:x", "[::1", "[::1]x"])
    func othersAreNot(text: String) {
        #expect(WireAddress(text) == nil)
    }

    @Test func listsKeepTheirOrderAndLeaveOutWhatIsNoAddress() {
        #expect(WireAddress.list("b:1, ,a:2,:3").map(\.description) == ["b:1", "a:2"])
    }
}
