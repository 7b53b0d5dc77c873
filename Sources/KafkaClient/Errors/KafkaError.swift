/// A failed call of the Kafka client.
///
/// Callers act on ``kind``; people read ``description``. No value of a property is ever in it.
package struct KafkaError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What the caller may do about it.
    package enum Kind: Sendable, Equatable {
        /// A property is unknown, denied, owned by the runner or out of range (exit code 78).
        case configuration
        /// No broker could be reached; the context has address and reason (exit code 69).
        case unreachable
        /// TLS or SASL refused us (exit code 77).
        case authentication
        /// An ACL is missing (exit code 77).
        case unauthorized
        /// The topic or the partition does not exist.
        case unknownTopic
        /// A record that was asked for is gone, or was never there (exit code 81).
        case offsetOutOfRange(wanted: Int64, earliest: Int64)
        /// A batch of the log fails its checksum.
        case corruptRecord
        /// Another producer took the transactional id, or the broker timed the transaction out. The
        /// client instance is dead for ever.
        case fenced
        /// The outcome is not known: repeat the same call. Never abort after it.
        case timedOut
        /// The record is larger than `message.max.bytes` of the client or of the topic.
        case recordTooLarge
        /// Everything else; `requiresAbort` and `isFatal` say what is left to do.
        case failed
    }

    package let kind: Kind
    /// librdkafka's number: negative for the client's own, positive for the broker's.
    package let code: Int32
    /// Kafka's name for the code, as `INVALID_PRODUCER_EPOCH`; librdkafka's start with `_`.
    package let name: String
    /// The client instance can do nothing more but be freed.
    package let isFatal: Bool
    /// The same call may succeed later.
    package let isRetriable: Bool
    /// The open transaction must be aborted.
    package let requiresAbort: Bool
    /// What was being done, to what, and what the client said, in one line.
    package let context: String
    /// The row number of a record that `produce` refused.
    package var row: Int32?

    package init(
        _ kind: Kind, code: Int32, isFatal: Bool = false, isRetriable: Bool = false,
        requiresAbort: Bool = false, context: String
    ) {
        self.kind = kind
        self.code = code
        self.name = KafkaErrorName.of(code)
        self.isFatal = isFatal
        self.isRetriable = isRetriable
        self.requiresAbort = requiresAbort
        self.context = context
    }

    package var description: String { "\(context) (\(name))" }
}
