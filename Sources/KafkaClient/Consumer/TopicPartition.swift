internal import CRDKafka
internal import Glibc
package import StreamCore

/// A partition of a topic.
package struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
    package let topic: String
    package let partition: PartitionIndex
    package init(topic: String, partition: PartitionIndex) {
        self.topic = topic
        self.partition = partition
    }
    package var description: String { "\(topic)[\(partition.rawValue)]" }
}

/// Sole owner of a list that librdkafka takes and fills.
final class TopicPartitionList {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(places: [TopicPartition], offsets: [Int64]? = nil) {
        pointer = rd_kafka_topic_partition_list_new(Int32(clamping: places.count))
        for (index, place) in places.enumerated() {
            let element = rd_kafka_topic_partition_list_add(
                pointer, place.topic, place.partition.rawValue)
            if let offsets, let element { element.pointee.offset = offsets[index] }
        }
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }

    /// Text beside an offset; librdkafka copies it on sending and frees it with the list.
    func setMetadata(_ metadata: String, at index: Int) {
        precondition(index >= 0 && index < Int(pointer.pointee.cnt))
        let copy = strdup(metadata)
        pointer.pointee.elems[index].metadata = copy.map { UnsafeMutableRawPointer($0) }
        pointer.pointee.elems[index].metadata_size = copy.map { strlen($0) } ?? 0
    }

    /// What librdkafka has filled in, in list order.
    var elements: [(place: TopicPartition, offset: Int64, error: rd_kafka_resp_err_t)] {
        TopicPartitionList.elements(of: UnsafePointer(pointer))
    }

    static func elements(
        of list: UnsafePointer<rd_kafka_topic_partition_list_t>
    ) -> [(place: TopicPartition, offset: Int64, error: rd_kafka_resp_err_t)] {
        UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt)).map {
            let topic = $0.topic.map { String(cString: $0) } ?? ""
            let partition = PartitionIndex(rawValue: $0.partition)
            return (TopicPartition(topic: topic, partition: partition), $0.offset, $0.err)
        }
    }
}
