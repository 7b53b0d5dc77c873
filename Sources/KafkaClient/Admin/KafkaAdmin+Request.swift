internal import CRDKafka

extension KafkaAdmin {
    /// What one call of librdkafka's Admin API needs besides its arguments.
    struct Request {
        let operation: rd_kafka_admin_op_t
        /// What is being done, for messages.
        let context: String
        let timeoutMilliseconds: Int32
        /// Wait for open transactions on the group rather than give an unstable offset.
        var requiresStableOffsets = false
        /// Of the broker to ask; nil where librdkafka finds it.
        var brokerID: Int32?
    }

    /// Sends a request and waits for its one answer.
    ///
    /// - Parameters:
    ///   - submit: Makes the call with the options and the queue for the answer.
    ///   - read: Takes what is wanted out of the answer, which is freed after.
    func perform<Answer>(
        _ request: Request, submit: (_ options: OpaquePointer, _ queue: OpaquePointer) -> Void,
        read: (_ event: OpaquePointer) throws(KafkaError) -> Answer
    ) throws(KafkaError) -> Answer {
        guard let queue = rd_kafka_queue_new(client.pointer),
            let options = rd_kafka_AdminOptions_new(client.pointer, request.operation)
        else { throw failure(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, request.context) }
        defer {
            rd_kafka_AdminOptions_destroy(options)
            rd_kafka_queue_destroy(queue)
        }
        try configure(options, request)
        submit(options, queue)
        let wait = request.timeoutMilliseconds + Self.answerGraceMilliseconds
        guard let event = rd_kafka_queue_poll(queue, wait) else {
            throw failure(RD_KAFKA_RESP_ERR__TIMED_OUT, request.context)
        }
        defer { rd_kafka_event_destroy(event) }
        let code = rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw failure(code, request.context) }
        return try read(event)
    }

    /// librdkafka answers by itself when the request's timeout is over; this is for its threads.
    private static let answerGraceMilliseconds: Int32 = 1_000

    private func configure(_ options: OpaquePointer, _ request: Request) throws(KafkaError) {
        var code = rd_kafka_AdminOptions_set_request_timeout(
            options, request.timeoutMilliseconds, nil, 0)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR, let brokerID = request.brokerID {
            code = rd_kafka_AdminOptions_set_broker(options, brokerID, nil, 0)
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, request.context) }
        guard request.requiresStableOffsets else { return }
        if let error = rd_kafka_AdminOptions_set_require_stable_offsets(options, 1) {
            throw KafkaError(consuming: error, request.context)
        }
    }
}
