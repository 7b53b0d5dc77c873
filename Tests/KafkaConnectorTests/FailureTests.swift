import KafkaClient
import StreamAPI
import Testing

@testable import KafkaConnector

@Suite("What a failed call of the client means for the job")
struct FailureTests {
    static let codes: [(KafkaError.Kind, TransactionError.Code)] = [
        (.timedOut, .unanswered), (.fenced, .fenced), (.unauthorized, .unauthorized),
        (.authentication, .unauthorized), (.configuration, .misconfigured),
        (.unknownTopic, .misconfigured), (.recordTooLarge, .misconfigured),
        (.unreachable, .unreachable), (.failed, .failed),
    ]

    @Test("each kind has its code for the protocol", arguments: codes)
    func code(kind: KafkaError.Kind, code: TransactionError.Code) {
        let error = KafkaError(kind, code: 1, context: "flush")
        #expect(error.transactionError("flush jobs-0", permission: "Write").code == code)
    }

    @Test("a retriable failure is unanswered, unless the transaction must be aborted")
    func retriable() {
        let retriable = KafkaError(.failed, code: 1, isRetriable: true, context: "commit")
        #expect(retriable.transactionError("commit", permission: "").code == .unanswered)
        let doomed = KafkaError(
            .failed, code: 1, isRetriable: true, requiresAbort: true, context: "commit")
        #expect(doomed.transactionError("commit", permission: "").code == .failed)
    }

    @Test("a missing permission is named and decides the exit code")
    func unauthorized() {
        let error = KafkaError(.unauthorized, code: 29, context: "reading events[0]")
        let failure = error.failure("source events", permission: "Read on topic events")
        let fatal = failure as? FatalError
        #expect(fatal?.exitCode == .unauthorized)
        #expect(fatal?.message.contains("needs Read on topic events") == true)
    }

    @Test("a lost broker stops the job only before the first record")
    func unreachable() {
        let error = KafkaError(.unreachable, code: -195, context: "127.0.0.1:1 refused")
        let before = error.failure("main", permission: "", unreachableIsFatal: true)
        #expect((before as? FatalError)?.exitCode == .unreachable)
        #expect((before as? FatalError)?.message.contains("Check bootstrap.servers") == true)
        #expect(error.failure("main", permission: "") is KafkaFailure)
    }
}
