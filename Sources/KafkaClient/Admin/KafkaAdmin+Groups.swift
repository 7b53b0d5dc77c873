internal import CRDKafka
package import StreamCore

extension KafkaAdmin {
    /// Offsets that a group has committed, by place; nil where it has none.
    ///
    /// - Throws: `timedOut` while a transaction on the group is open: an unstable offset is no
    ///   answer.
    package func committedOffsets(
        ofGroup group: String, places: [TopicPartition],
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> [TopicPartition: Offset?] {
        let context = "committed offsets of group \"\(group)\""
        let list = TopicPartitionList(places: places)
        var question = rd_kafka_ListConsumerGroupOffsets_new(group, list.pointer)
        defer { rd_kafka_ListConsumerGroupOffsets_destroy(question) }
        let request = Request(
            operation: RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, context: context,
            timeoutMilliseconds: timeoutMilliseconds, requiresStableOffsets: true)
        return try perform(request) { options, queue in
            rd_kafka_ListConsumerGroupOffsets(client.pointer, &question, 1, options, queue)
        } read: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_ListConsumerGroupOffsets_result(event)
            let groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count)
            return try found(try elements(of: groups, count, context), context)
        }
    }

    /// Commits offsets of a group that has no members, for lag tools. Never read back.
    ///
    /// - Throws: `failed` (UNKNOWN_MEMBER_ID) if the group has members now.
    package func commitOffsets(
        _ offsets: [(place: TopicPartition, offset: Offset)], group: String,
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) {
        guard !offsets.isEmpty else { return }
        let context = "commit of offsets of group \"\(group)\""
        let list = TopicPartitionList(
            places: offsets.map(\.place), offsets: offsets.map(\.offset.rawValue))
        var question = rd_kafka_AlterConsumerGroupOffsets_new(group, list.pointer)
        defer { rd_kafka_AlterConsumerGroupOffsets_destroy(question) }
        let request = Request(
            operation: RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, context: context,
            timeoutMilliseconds: timeoutMilliseconds)
        try perform(request) { options, queue in
            rd_kafka_AlterConsumerGroupOffsets(client.pointer, &question, 1, options, queue)
        } read: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_AlterConsumerGroupOffsets_result(event)
            let groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(result, &count)
            for element in try elements(of: groups, count, context)
            where element.error != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw KafkaError(element.error, "\(context), \(element.place)")
            }
        }
    }

    /// The partitions of the one group in an answer.
    private func elements(
        of groups: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, _ context: String
    ) throws(KafkaError) -> [(place: TopicPartition, offset: Int64, error: rd_kafka_resp_err_t)] {
        guard count == 1, let group = groups?[0] else {
            throw failure(RD_KAFKA_RESP_ERR__BAD_MSG, context)
        }
        if let error = rd_kafka_group_result_error(group) {
            throw failure(rd_kafka_error_code(error), context)
        }
        return rd_kafka_group_result_partitions(group).map(TopicPartitionList.elements(of:)) ?? []
    }
}
