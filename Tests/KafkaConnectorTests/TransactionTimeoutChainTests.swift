import KafkaConnector
import Testing

@Suite("TransactionTimeoutChain: times that must fit into each other")
struct TransactionTimeoutChainTests {
    static let chain = TransactionTimeoutChain(
        checkpointIntervalMilliseconds: 10_000, checkpointTimeoutMilliseconds: 60_000,
        restartDelayMilliseconds: 30_000)

    @Test("fits when the sum is below the transaction's and that is not above the broker's")
    func fits() {
        #expect(
            Self.chain.check(
                transactionTimeoutMilliseconds: 100_001, brokerMaxMilliseconds: 100_001) == nil)
    }

    @Test("above the broker's maximum is an error with both numbers")
    func aboveBroker() {
        let finding = Self.chain.check(
            transactionTimeoutMilliseconds: 900_001, brokerMaxMilliseconds: 900_000)
        guard case .error(let message) = finding else { return #expect(Bool(false)) }
        #expect(message.contains("900001 ms") && message.contains("900000 ms"))
    }

    @Test("not above the interval is an error")
    func notAboveInterval() {
        let finding = Self.chain.check(
            transactionTimeoutMilliseconds: 10_000, brokerMaxMilliseconds: nil)
        guard case .error = finding else { return #expect(Bool(false)) }
    }

    @Test("a sum that is not below it is a warning with every number")
    func warning() {
        let finding = Self.chain.check(
            transactionTimeoutMilliseconds: 100_000, brokerMaxMilliseconds: 900_000)
        guard case .warning(let message) = finding else { return #expect(Bool(false)) }
        for number in ["10000 ms", "60000 ms", "30000 ms", "100000 ms"] {
            #expect(message.contains(number))
        }
    }

    @Test("numbers that overflow are too large, not a trap")
    func overflow() {
        let chain = TransactionTimeoutChain(
            checkpointIntervalMilliseconds: 1, checkpointTimeoutMilliseconds: .max,
            restartDelayMilliseconds: .max)
        let finding = chain.check(transactionTimeoutMilliseconds: 5, brokerMaxMilliseconds: nil)
        guard case .warning = finding else { return #expect(Bool(false)) }
    }
}
