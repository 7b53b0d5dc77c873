internal import KafkaClient
internal import StreamAPI
internal import StreamCore

extension KafkaSource {
    /// The splits of a restart: the checkpoint's, all of them, and partitions that are new since
    /// then from their earliest offset.
    ///
    /// A partition is never left out because a metadata answer lacks it: that would be silent loss.
    func restore(_ states: [[UInt8]], _ topics: [TopicState]) throws -> [KafkaPartitionSplit] {
        let splits = try states.map(decode).sorted {
            ($0.topic, $0.partition.rawValue) < ($1.topic, $1.partition.rawValue)
        }
        var next: [KafkaPartitionSplit] = []
        for split in splits {
            let state = try checkIdentity(of: split, topics)
            guard
                next.last.map({ $0.topic != split.topic || $0.partition != split.partition })
                    ?? true
            else {
                throw FatalError(
                    .snapshotCorrupt,
                    "the checkpoint has \(split.topic)[\(split.partition.rawValue)] twice")
            }
            let place = TopicPartition(topic: split.topic, partition: split.partition)
            try check(
                split.offset, of: place, against: state.ends(of: split),
                origin: "the checkpoint wants")
            next.append(state.split(Int(split.partition.rawValue), at: split.offset))
        }
        return next + topics.flatMap { newPartitions(besides: next, $0) }
    }

    /// That the checkpoint's split is of a topic of the source, and of this life of it.
    ///
    /// - Returns: What the cluster says of the topic.
    private func checkIdentity(
        of split: KafkaPartitionSplit, _ topics: [TopicState]
    ) throws -> TopicState {
        guard let state = topics.first(where: { $0.topic == split.topic }) else {
            throw FatalError(
                .configuration,
                "source \(operatorID.rawValue) reads \(configuration.topics), but its checkpoint "
                    + "also has offsets of \(split.topic); name that topic too, or give a source of "
                    + "other topics another name")
        }
        let isSameLife =
            split.topicID.isEmpty || state.topicID.isEmpty || split.topicID == state.topicID
        guard isSameLife, Int(split.partition.rawValue) < state.partitions.count else {
            let why =
                isSameLife
                ? "it has \(state.partitions.count) partitions and the checkpoint knows partition "
                    + "\(split.partition.rawValue)"
                : "its topic id is another one"
            throw FatalError(
                .sourceGap,
                "source \(operatorID.rawValue): topic \(state.topic) is not the one of the "
                    + "checkpoint: \(why). It was deleted and made again; the checkpoint's offsets "
                    + "mean nothing in it. Start a new life with --fresh, or restore the topic")
        }
        return state
    }

    /// That a partition still has the record at `offset`, or ends exactly there.
    func check(
        _ offset: Offset, of place: TopicPartition, against ends: TopicState.PartitionEnds,
        origin: String
    ) throws {
        if offset < ends.earliest {
            let gone = ends.earliest.rawValue - offset.rawValue
            throw FatalError(
                .sourceGap,
                "source \(operatorID.rawValue): \(origin) \(place)@\(offset.rawValue), but the "
                    + "earliest there is \(ends.earliest.rawValue): \(gone) records are gone "
                    + "(retention). Restore them, or accept the loss with --fresh")
        }
        // Behind the last stable offset is still right when the isolation level was another one.
        guard try offset <= ends.end || offset <= highWatermark(of: place) else {
            throw FatalError(
                .sourceGap,
                "source \(operatorID.rawValue): \(origin) \(place)@\(offset.rawValue), but the log "
                    + "ends at \(ends.end.rawValue): the topic was deleted and made again, or the "
                    + "cluster lost its end. Start a new life with --fresh")
        }
    }

    private func highWatermark(of place: TopicPartition) throws -> Offset {
        try asking(place.topic) { () throws(KafkaError) in
            let uncommitted = try KafkaAdmin(
                configuration: connection.client, isolation: .readUncommitted)
            return try uncommitted.watermarks(of: place).end
        }
    }

    private func newPartitions(
        besides known: [KafkaPartitionSplit], _ state: TopicState
    ) -> [KafkaPartitionSplit] {
        let knownNumbers = Set(
            known.filter { $0.topic == state.topic }.map { Int($0.partition.rawValue) })
        return state.partitions.indices.filter { !knownNumbers.contains($0) }.map { index in
            let split = state.split(index, at: state.partitions[index].earliest)
            logNew(split)
            return split
        }
    }
}
