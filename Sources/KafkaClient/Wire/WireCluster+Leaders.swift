internal import StreamCore

/// Requests that the leaders of partitions answer.
extension WireCluster {
    /// Asks the leaders of all partitions of some topics who writes there, until each has told or the
    /// time is over.
    func describeProducers(
        topics: [String]
    ) -> Outcome<[DescribeProducersRequest.Partition]> {
        repeated { deadline throws(WireError) in
            let metadata = try sendToAny(MetadataRequest(topics: topics), deadline)
            if let code = try denial(metadata.topics.map(\.errorCode), .metadata) {
                return .refused(code: code)
            }
            var found: [DescribeProducersRequest.Partition] = []
            for (leader, partitions) in try byLeader(metadata) {
                found += try send(
                    DescribeProducersRequest(partitions: partitions), to: leader, deadline)
            }
            if let code = try denial(found.map(\.errorCode), .describeProducers) {
                return .refused(code: code)
            }
            return .decided(found)
        }
    }

    /// - Returns: A code that no repeat mends.
    /// - Throws: For the first code after which the same may succeed.
    private func denial(_ codes: [Int16], _ api: WireAPI) throws(WireError) -> Int16? {
        guard let code = codes.first(where: { $0 != 0 }) else { return nil }
        guard KafkaError.Kind.of(Int32(code)) != .unauthorized else { return code }
        throw .broker(code: code, during: "\(api)")
    }

    private func byLeader(
        _ metadata: MetadataRequest.Response
    ) throws(WireError) -> [WireAddress: [(topic: String, indexes: [Int32])]] {
        var led: [WireAddress: [(topic: String, indexes: [Int32])]] = [:]
        for topic in metadata.topics {
            var indexes: [WireAddress: [Int32]] = [:]
            for partition in topic.partitions {
                guard let leader = metadata.brokers[partition.leader] else {
                    throw .unexpected("\(topic.name)[\(partition.index)] has no leader")
                }
                indexes[leader, default: []].append(partition.index)
            }
            for (leader, indexes) in indexes {
                led[leader, default: []].append((topic.name, indexes))
            }
        }
        return led
    }
}
