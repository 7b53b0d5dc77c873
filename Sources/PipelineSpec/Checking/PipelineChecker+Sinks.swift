internal import StreamCore
internal import YAML

extension PipelineChecker {
    func checkSink(_ id: String) {
        guard let operatorNode = graph[id], let object = operatorNode.object else { return }
        switch object.kind {
        case "file": checkFileSink(operatorNode, object)
        case "dead_letter": checkDeadLetterSink(operatorNode, object)
        default: checkKafkaSink(operatorNode, object)
        }
    }

    private func checkKafkaSink(_ operatorNode: OperatorGraph.Operator, _ object: DecodedObject) {
        let connection = connection(of: object)
        let guarantee = guarantee(object)
        guard let input = operatorNode.input, let stream = streams[input] else { return }
        let (format, options) = format(object, "format") ?? (.json, FormatOptions())
        let record = record(object, stream)
        guard let (key, keyOptions) = sinkKey(object, stream),
            let value = sinkValue(object, format, key, stream),
            object.isComplete, let connection, let record
        else { return }
        let kafka = KafkaSinkDefinition(
            address: TopicAddress(
                connection: connection.id, topic: object["topic"]?.text ?? ""),
            key: key, keyOptions: keyOptions, record: record)
        sinks.append(
            SinkDefinition(
                id: operatorNode.id, position: position(operatorNode.keyRange),
                inputs: operatorNode.inputs.map(\.address), connector: .kafka(kafka),
                format: format, formatOptions: options, value: value, guarantee: guarantee))
    }

    func guarantee(_ object: DecodedObject) -> SinkDefinition.Guarantee {
        guard let value = object["delivery_guarantee"], let text = value.text else {
            return configuration.checkpointing?.mode == .exactlyOnce ? .exactlyOnce : .atLeastOnce
        }
        let guarantee = SinkDefinition.Guarantee(rawValue: text) ?? .atLeastOnce
        guard guarantee == .exactlyOnce else { return guarantee }
        // A bad interval was reported; this would be a consequence.
        if settings["execution.checkpointing.interval"] == nil,
            rootNode["config"]?["execution.checkpointing.interval"] == nil
        {
            decoder.report(
                .exactlyOnceWithoutCheckpoints, at: value.node.range, path: value.path,
                "`exactly_once` needs checkpoints, and checkpointing is off",
                help: "set execution.checkpointing.interval and execution.checkpointing.dir")
        } else if configuration.checkpointing?.mode == .atLeastOnce {
            decoder.report(
                .exactlyOnceWithoutCheckpoints, at: value.node.range, path: value.path,
                "`exactly_once` needs checkpoints of mode EXACTLY_ONCE",
                help: "execution.checkpointing.mode: EXACTLY_ONCE")
        }
        return guarantee
    }

    // MARK: Across operators

    func checkTopicLoops() {
        for sink in sinks {
            let object = graph[sink.id]?.object
            guard object?["allow_loop"]?.boolean != true, let topic = object?["topic"],
                let written = sink.topicWritten,
                let source = sources.first(where: { reads($0, written) })
            else { continue }
            decoder.report(
                .topicLoop, at: topic.node.range, path: topic.path,
                "the topic `\(written.topic)` is read by the source `\(source.id)` of the same pipeline",
                help: sink.kafka == nil
                    ? "write another topic"
                    : "write another topic; if the loop is meant, allow_loop: true")
        }
    }

    private func reads(_ source: SourceDraft, _ written: TopicAddress) -> Bool {
        switch source.connector {
        case .kafka(let kafka):
            kafka.reads(written.topic) && isSameCluster(kafka.connection, written.connection)
        case .file: false
        }
    }

    private func isSameCluster(_ a: String, _ b: String) -> Bool {
        if a == b { return true }
        func servers(_ id: String) -> String? {
            connections[id]?.properties.first { $0.name == "bootstrap.servers" }?.value
        }
        return servers(a) != nil && servers(a) == servers(b)
    }

    func checkExactlyOnce() {
        let exact = sinks.filter { $0.guarantee == .exactlyOnce }
        let transactional = exact.compactMap { sink in sink.topicWritten.map { (sink.id, $0) } }
        if let (firstID, first) = transactional.first {
            for (id, other) in transactional where other.connection != first.connection {
                reportSeveralConnections(firstID, first, id, other)
            }
        }
        guard let checkpointing = configuration.checkpointing else { return }
        var checked: Set<String> = []
        for (_, address) in transactional where checked.insert(address.connection).inserted {
            checkTimeouts(address.connection, checkpointing)
        }
    }

    private func reportSeveralConnections(
        _ firstID: String, _ first: TopicAddress, _ id: String, _ other: TopicAddress
    ) {
        guard let value = graph[id]?.object?["connection"] else { return }
        decoder.report(
            .severalExactlyOnceConnections, at: value.node.range, path: value.path,
            "exactly-once sinks of one job must use one connection in this version; "
                + "`\(firstID)` uses `\(first.connection)`",
            help: "use `\(first.connection)`, or delivery_guarantee: at_least_once")
    }

    /// interval + timeout + longest restart delay < `transaction_timeout`.
    private func checkTimeouts(_ id: String, _ checkpointing: CheckpointingConfiguration) {
        guard let connection = connections[id],
            // A bad interval has been reported.
            let interval = settings["execution.checkpointing.interval"],
            interval.value.milliseconds != nil
        else { return }
        let given = (root["connections"]?.map ?? []).first { $0.key == id }?.value.object
        let value = given?["transaction_timeout"] ?? interval.value
        let chain = TimeoutChain(checkpointing, configuration.restartStrategy, connection)
        if chain.transaction <= chain.interval {
            decoder.report(
                .transactionShorterThanInterval, at: value.node.range, path: value.path,
                "`transaction_timeout` (\(chain.transactionText)) is not longer than the checkpoint "
                    + "interval (\(chain.intervalText)): every transaction would time out",
                help: "raise `transaction_timeout`, or checkpoint more often")
        } else if chain.sum >= chain.transaction {
            decoder.report(
                .timeoutChain, at: value.node.range, path: value.path,
                "\(chain.sumText) is not less than `transaction_timeout` "
                    + "(\(chain.transactionText)): an outage that long costs a replay",
                help: "raise `transaction_timeout` (up to the broker's transaction.max.timeout.ms)")
        }
    }
}

/// The times that must fit into each other for an outage to cost no replay; milliseconds.
struct TimeoutChain {
    let interval: Int64
    let timeout: Int64
    let restart: Int64
    let transaction: Int64

    init(
        _ checkpointing: CheckpointingConfiguration, _ strategy: RestartStrategyConfiguration,
        _ connection: ConnectionDefinition
    ) {
        interval = checkpointing.intervalMilliseconds
        timeout = checkpointing.timeoutMilliseconds
        restart = strategy.longestDelayMilliseconds
        transaction = connection.transactionTimeoutMilliseconds
    }

    /// Each is at most a year, so the sum fits.
    var sum: Int64 { interval + timeout + restart }
    var intervalText: String { DurationText.text(milliseconds: interval) }
    var transactionText: String { DurationText.text(milliseconds: transaction) }
    var sumText: String {
        "checkpoint interval (\(intervalText)) + checkpoint timeout "
            + "(\(DurationText.text(milliseconds: timeout))) + longest restart delay "
            + "(\(DurationText.text(milliseconds: restart))) = \(DurationText.text(milliseconds: sum))"
    }
}
