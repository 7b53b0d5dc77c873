package import KafkaClient
internal import StreamAPI

extension KafkaError {
    /// What the protocol may do about the failed driver call `doing`, as `flush color-counts-2`.
    ///
    /// - Parameter permission: What the call needs, as `Write on topic results`: the broker's answer
    ///   does not name it.
    func transactionError(_ doing: String, permission: String) -> TransactionError {
        let code: TransactionError.Code =
            switch kind {
            case .timedOut: .unanswered
            case .fenced: .fenced
            case .unauthorized, .authentication: .unauthorized
            case .configuration, .unknownTopic, .recordTooLarge: .misconfigured
            case .unreachable: .unreachable
            case .offsetOutOfRange, .corruptRecord: .failed
            case .failed: isRetriable && !requiresAbort && !isFatal ? .unanswered : .failed
            }
        return TransactionError(code, "\(doing): \(description)\(hint(permission))")
    }

    /// What a source, a sink or the preflight throws: a ``FatalError`` where a restart cannot mend
    /// it, else this error with what was being done, for the restart strategy.
    ///
    /// - Parameters:
    ///   - permission: As for ``transactionError(_:permission:)``.
    ///   - unreachableIsFatal: Before the first record, an operator wants to know at once;
    ///     later, brokers come back.
    func failure(
        _ doing: String, permission: String, unreachableIsFatal: Bool = false
    ) -> any Error {
        let message = "\(doing): \(description)\(hint(permission))"
        return switch kind {
        case .unauthorized, .authentication: FatalError(.unauthorized, message)
        case .configuration, .unknownTopic, .recordTooLarge: FatalError(.configuration, message)
        case .offsetOutOfRange: FatalError(.sourceGap, message)
        case .unreachable where unreachableIsFatal, .timedOut where unreachableIsFatal:
            FatalError(
                .unreachable,
                message + "; is a Kafka broker listening there? Check bootstrap.servers, the "
                    + "network, and that security.protocol is what the listener speaks")
        default: KafkaFailure(message: message, cause: self)
        }
    }

    /// What to do, where the error alone does not tell.
    private func hint(_ permission: String) -> String {
        switch kind {
        case .unauthorized: "; the principal of this connection needs \(permission)"
        case .authentication: "; check security.protocol and the sasl.* and ssl.* properties"
        case .recordTooLarge:
            "; raise max.message.bytes of the topic, and message.max.bytes in the connection's "
                + "properties, or drop such records with a filter"
        case .unknownTopic: "; create the topic: it is never created by asking for it"
        case .fenced:
            "; either another runner has taken this transactional id, or the broker timed the "
                + "transaction out: raise transaction_timeout if it is the latter"
        default: ""
        }
    }
}

/// A failure of the Kafka client that a restart may mend.
package struct KafkaFailure: Error, Sendable, CustomStringConvertible {
    /// What was being done, to what, and what the client said.
    package let message: String
    package let cause: KafkaError
    package var description: String { message }
}

/// A wait was ended by `cancel`: the job is being stopped or restarted for another reason.
package struct SinkCancelledError: Error, Sendable, CustomStringConvertible {
    package let operatorID: String
    package var description: String { "the wait of sink \(operatorID) was cancelled" }
}
