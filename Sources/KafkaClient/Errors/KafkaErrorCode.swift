/// The codes that this client acts on, by Kafka's names. Everything else is only printed.
enum KafkaErrorCode {
    static let unknownServerError: Int32 = -1
    static let none: Int32 = 0
    static let offsetOutOfRange: Int32 = 1
    static let corruptMessage: Int32 = 2
    static let unknownTopicOrPartition: Int32 = 3
    static let leaderNotAvailable: Int32 = 5
    static let notLeaderOrFollower: Int32 = 6
    static let requestTimedOut: Int32 = 7
    static let messageTooLarge: Int32 = 10
    static let networkException: Int32 = 13
    static let coordinatorLoadInProgress: Int32 = 14
    static let coordinatorNotAvailable: Int32 = 15
    static let notCoordinator: Int32 = 16
    static let topicAuthorizationFailed: Int32 = 29
    static let groupAuthorizationFailed: Int32 = 30
    static let clusterAuthorizationFailed: Int32 = 31
    static let unsupportedSASLMechanism: Int32 = 33
    static let unsupportedVersion: Int32 = 35
    static let invalidProducerEpoch: Int32 = 47
    static let invalidTransactionState: Int32 = 48
    static let invalidProducerIDMapping: Int32 = 49
    static let invalidTransactionTimeout: Int32 = 50
    static let concurrentTransactions: Int32 = 51
    static let transactionalIDAuthorizationFailed: Int32 = 53
    static let operationNotAttempted: Int32 = 55
    static let saslAuthenticationFailed: Int32 = 58
    static let unstableOffsetCommit: Int32 = 88
    static let producerFenced: Int32 = 90
    static let transactionalIDNotFound: Int32 = 105

    /// Answers of brokers that do not know yet who leads a partition.
    static let withoutLeader: Set<Int32> = [leaderNotAvailable, notLeaderOrFollower]
}
