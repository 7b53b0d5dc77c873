import Testing

@testable import KafkaClient

@Suite struct KafkaErrorTests {
    @Test func descriptionIsTheContextAndTheName() {
        let error = KafkaError(.failed, code: 48, context: "commit of id-0")
        #expect(error.description == "commit of id-0 (INVALID_TXN_STATE)")
    }

    @Test(
        arguments: [
            (0, "NONE"), (-1, "UNKNOWN_SERVER_ERROR"), (1, "OFFSET_OUT_OF_RANGE"),
            (16, "NOT_COORDINATOR"), (47, "INVALID_PRODUCER_EPOCH"),
            (49, "INVALID_PRODUCER_ID_MAPPING"),
            (51, "CONCURRENT_TRANSACTIONS"), (88, "UNSTABLE_OFFSET_COMMIT"),
            (90, "PRODUCER_FENCED"),
            (105, "TRANSACTIONAL_ID_NOT_FOUND"), (120, "TRANSACTION_ABORTABLE"),
            (133, "SHARE_SESSION_LIMIT_REACHED"), (-195, "_TRANSPORT"), (-185, "_TIMED_OUT"),
            (134, "UNKNOWN(134)"), (-999, "UNKNOWN(-999)"), (.max, "UNKNOWN(2147483647)"),
            (.min, "UNKNOWN(-2147483648)"),
        ] as [(Int32, String)])
    func codesHaveKafkasNames(code: Int32, name: String) {
        #expect(KafkaErrorName.of(code) == name)
    }

    @Test(
        arguments: [
            (47, .fenced), (90, .fenced), (49, .fenced), (-144, .fenced), (48, .failed),
            (29, .unauthorized), (53, .unauthorized), (-185, .timedOut), (-195, .unreachable),
            (-187, .unreachable), (3, .unknownTopic), (-188, .unknownTopic), (10, .recordTooLarge),
            (50, .configuration), (-169, .authentication), (2, .corruptRecord),
            (-199, .corruptRecord),
        ] as [(Int32, KafkaError.Kind)])
    func kindsFollowTheCodes(code: Int32, kind: KafkaError.Kind) {
        #expect(KafkaError.Kind.of(code) == kind)
    }
}
