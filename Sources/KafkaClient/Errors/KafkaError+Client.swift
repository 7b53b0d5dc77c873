internal import CRDKafka

extension KafkaError.Kind {
    /// What a code means to a caller, whoever reported it.
    static func of(_ code: Int32) -> KafkaError.Kind {
        switch rd_kafka_resp_err_t(rawValue: code) {
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            RD_KAFKA_RESP_ERR__RESOLVE:
            return .unreachable
        case RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
            return .timedOut
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL:
            return .authentication
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            return .unknownTopic
        case RD_KAFKA_RESP_ERR__BAD_MSG: return .corruptRecord
        case RD_KAFKA_RESP_ERR__FENCED: return .fenced
        case RD_KAFKA_RESP_ERR__INVALID_ARG: return .configuration
        default: return ofBroker(code)
        }
    }

    private static func ofBroker(_ code: Int32) -> KafkaError.Kind {
        switch code {
        case KafkaErrorCode.corruptMessage: .corruptRecord
        case KafkaErrorCode.unknownTopicOrPartition: .unknownTopic
        case KafkaErrorCode.messageTooLarge: .recordTooLarge
        case KafkaErrorCode.topicAuthorizationFailed, KafkaErrorCode.groupAuthorizationFailed,
            KafkaErrorCode.clusterAuthorizationFailed,
            KafkaErrorCode.transactionalIDAuthorizationFailed:
            .unauthorized
        case KafkaErrorCode.unsupportedSASLMechanism, KafkaErrorCode.saslAuthenticationFailed:
            .authentication
        case KafkaErrorCode.invalidProducerEpoch, KafkaErrorCode.invalidProducerIDMapping,
            KafkaErrorCode.producerFenced:
            .fenced
        case KafkaErrorCode.invalidTransactionTimeout: .configuration
        default: .failed
        }
    }
}

extension KafkaError {
    /// The error of a call that reports a bare code.
    init(_ code: rd_kafka_resp_err_t, _ context: String) {
        self.init(
            .of(code.rawValue), code: code.rawValue,
            context: "\(context): \(String(cString: rd_kafka_err2str(code)))")
    }

    /// Takes ownership of `error`, as every librdkafka call that returns one asks.
    init(consuming error: OpaquePointer, _ context: String) {
        defer { rd_kafka_error_destroy(error) }
        let code = rd_kafka_error_code(error).rawValue
        self.init(
            .of(code), code: code, isFatal: rd_kafka_error_is_fatal(error) != 0,
            isRetriable: rd_kafka_error_is_retriable(error) != 0,
            requiresAbort: rd_kafka_error_txn_requires_abort(error) != 0,
            context: "\(context): \(String(cString: rd_kafka_error_string(error)))")
    }

    /// The same error with another text around it, or as another kind.
    func with(kind: Kind? = nil, context: String) -> KafkaError {
        KafkaError(
            kind ?? self.kind, code: code, isFatal: isFatal, isRetriable: isRetriable,
            requiresAbort: requiresAbort, context: context)
    }
}
