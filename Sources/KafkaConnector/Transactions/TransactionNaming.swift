package import StreamAPI
package import StreamCore

/// The names that a job has in Kafka.
package enum TransactionNaming {
    /// The id of a slot of the pool: `<prefix>-<slot>`.
    package static func transactionalID(prefix: String, slot: Int) -> String { "\(prefix)-\(slot)" }

    /// Where a job's commit marker lies: group `__millrace.<job>.marker`, partition 0 of the first
    /// of the output topics by name.
    ///
    /// - Parameter outputTopics: Not empty.
    package static func marker(jobName: String, outputTopics: [String]) -> MarkerAddress {
        guard let topic = outputTopics.min() else {
            preconditionFailure("a job with transactions has an output topic")
        }
        return MarkerAddress(
            group: "__millrace.\(jobName).marker", topic: topic,
            partition: PartitionIndex(rawValue: 0))
    }

    /// What the marker says to people: job and attempt.
    package static func markerMetadata(jobName: String, attempt: Attempt) -> String {
        "\(jobName) attempt \(attempt.rawValue)"
    }
}
