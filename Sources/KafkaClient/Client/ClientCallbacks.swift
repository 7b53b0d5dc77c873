internal import CRDKafka
internal import Observability

/// The functions that librdkafka calls back. Each finds its ``ClientEvents`` in the opaque pointer,
/// which the ``ClientHandle`` keeps alive until librdkafka's threads have ended.
enum ClientCallbacks {
    static func install(in conf: OpaquePointer, _ role: ClientHandle.Role) {
        rd_kafka_conf_set_log_cb(conf) { client, level, facility, line in
            guard let client, let facility, let line else { return }
            ClientCallbacks.events(rd_kafka_opaque(client))?.log(
                level: level, facility: String(cString: facility), text: String(cString: line))
        }
        rd_kafka_conf_set_error_cb(conf) { _, code, reason, opaque in
            let code = rd_kafka_resp_err_t(rawValue: code)
            let context = reason.map { String(cString: $0) } ?? "no reason given"
            ClientCallbacks.events(opaque)?.record(
                error: KafkaError(.of(code.rawValue), code: code.rawValue, context: context))
        }
        guard role == .producer else { return }
        installFailpoints(in: conf)
        // Refused only for a name that is taken. Were it refused, rows would be kept until a flush.
        _ = millrace_count_deliveries(conf)
        rd_kafka_conf_set_dr_msg_cb(conf) { _, message, opaque in
            guard let message, message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
            let topic = message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? "?"
            ClientCallbacks.events(opaque)?.record(
                deliveryFailure: KafkaError(
                    message.pointee.err, "record for \(topic)[\(message.pointee.partition)]"))
        }
    }

    static func events(_ opaque: UnsafeMutableRawPointer?) -> ClientEvents? {
        opaque.map { Unmanaged<ClientEvents>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Lets a drill act the moment that EndTxn has left (failpoint P7). Debug builds only.
    private static func installFailpoints(in conf: OpaquePointer) {
        guard Failpoint.isCompiledIn else { return }
        rd_kafka_conf_interceptor_add_on_new(
            conf, "millrace.failpoints",
            { client, _, _, _, _ in
                rd_kafka_interceptor_add_on_request_sent(
                    client, "millrace.failpoints",
                    { _, _, _, _, key, _, _, _, _ in
                        ClientCallbacks.requestSent(apiKey: key)
                        return RD_KAFKA_RESP_ERR_NO_ERROR
                    }, nil)
            }, nil)
    }

    /// Called on the broker's thread of librdkafka, once a request is on the socket.
    static func requestSent(apiKey: Int16) {
        guard apiKey == WireAPI.endTransaction.rawValue else { return }
        // A planted errno has no call to stand for here: the request has left.
        try? Failpoint.reached(.p7)
    }
}
