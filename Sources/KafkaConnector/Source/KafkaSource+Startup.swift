internal import KafkaClient
internal import Observability
internal import StreamAPI
internal import StreamCore

extension KafkaSource {
    /// The splits of a first start: every mode becomes a number per partition before the first
    /// record, so that checkpoint 0 holds it.
    func start(_ topics: [TopicState]) throws -> [KafkaPartitionSplit] { try topics.flatMap(start) }

    private func start(_ state: TopicState) throws -> [KafkaPartitionSplit] {
        let offsets: [Offset] =
            switch configuration.startup {
            case .earliest: state.partitions.map(\.earliest)
            case .latest: state.partitions.map(\.end)
            case .timestamp(let milliseconds): try offsets(at: milliseconds, state)
            case .committed: try committedOffsets(state)
            case .offsets(let given): try Self.givenOffsets(given, state, operatorID)
            }
        return offsets.enumerated().map { state.split($0.offset, at: $0.element) }
    }

    /// The end of the partition where no record is that young.
    private func offsets(at milliseconds: Int64, _ state: TopicState) throws -> [Offset] {
        let found = try asking(state.topic) { () throws(KafkaError) in
            try admin.offsets(atTimestampMilliseconds: milliseconds, of: state.places)
        }
        return zip(state.places, state.partitions).map { place, ends in
            (found[place] ?? nil) ?? ends.end
        }
    }

    private func committedOffsets(_ state: TopicState) throws -> [Offset] {
        let group = configuration.groupID
        let committed = try asking(state.topic) { () throws(KafkaError) in
            try admin.committedOffsets(ofGroup: group, places: state.places)
        }
        return try zip(state.places, state.partitions).map { place, ends in
            guard let offset = committed[place] ?? nil else {
                Log.warning(
                    "no committed offset: reading from the earliest",
                    ["partition": place.description, "group": group])
                return ends.earliest
            }
            try check(offset, of: place, against: ends, origin: "group \(group) has committed")
            return offset
        }
    }

    /// - Throws: ``FatalError`` (78) for an offset or a partition that is not there.
    static func givenOffsets(
        _ given: [PartitionIndex: Offset], _ state: TopicState, _ operatorID: OperatorID
    ) throws(FatalError) -> [Offset] {
        for (partition, offset) in given.sorted(by: { $0.key < $1.key }) {
            let number = partition.rawValue
            guard number >= 0, Int(number) < state.partitions.count else {
                throw FatalError(
                    .configuration,
                    "source \(operatorID.rawValue): startup.offsets names partition \(number), but "
                        + "\(state.topic) has partitions 0 to \(state.partitions.count - 1)")
            }
            let ends = state.partitions[Int(number)]
            guard offset >= ends.earliest, offset <= ends.end else {
                throw FatalError(
                    .configuration,
                    "source \(operatorID.rawValue): startup.offsets asks for "
                        + "\(state.topic)[\(number)]@\(offset.rawValue), but there are offsets "
                        + "\(ends.earliest.rawValue) to \(ends.end.rawValue)")
            }
        }
        return state.partitions.enumerated().map { index, ends in
            given[PartitionIndex(rawValue: Int32(index))] ?? ends.earliest
        }
    }
}
