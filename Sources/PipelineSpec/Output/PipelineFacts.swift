internal import Expression
internal import StreamCore

/// What there is to say about a definition, for every form of explanation.
struct PipelineFacts {
    /// Operators that run in one thread of each subtask.
    struct Chain {
        let operators: [String]
        /// `events -> known_colors`.
        let text: String
        let detail: String
    }
    struct State {
        let operatorID: String
        let text: String
    }

    let definition: PipelineDefinition
    private let consumers: [String: [String]]

    init(_ definition: PipelineDefinition) {
        self.definition = definition
        var consumers: [String: [String]] = [:]
        for transform in definition.transforms {
            for id in Self.producers(transform.inputs) {
                consumers[id, default: []].append(transform.id)
            }
        }
        for sink in definition.sinks {
            for id in Self.producers(sink.inputs) { consumers[id, default: []].append(sink.id) }
        }
        self.consumers = consumers
    }

    /// Each operator once, whichever of its outputs are read.
    private static func producers(_ inputs: [OutputAddress]) -> [String] {
        inputs.map(\.operatorID).enumerated().filter { index, id in
            !inputs[..<index].contains { $0.operatorID == id }
        }.map(\.element)
    }

    // MARK: Operators; the id, then lines

    func source(_ source: SourceDefinition) -> [String] {
        let columns =
            source.columns.isEmpty && source.format == .raw
            ? "nothing decoded" : "reads " + Self.list(source.batchSchema)
        return [
            source.id, Self.origin(source),
            "\(source.format.rawValue), on_error \(source.onError.rawValue)"
                + "\(Self.tombstones(source)); \(columns)",
        ] + (source.eventTime.map { [Self.eventTime($0, of: source)] } ?? [])
    }

    private static func origin(_ source: SourceDefinition) -> String {
        switch source.connector {
        case .kafka(let kafka):
            "kafka \(topics(kafka)) (\(kafka.connection)), group \(kafka.groupID), "
                + "from \(startup(kafka.startup)), \(kafka.isolation.rawValue)"
        case .file(let file):
            "files \(file.path), "
                + (file.monitorIntervalMilliseconds.map {
                    "new ones and new lines every \(DurationText.text(milliseconds: $0))"
                } ?? "those that are there at the start")
                + (file.skipLineCount > 0 ? ", without the first \(file.skipLineCount) lines" : "")
        }
    }

    private static func tombstones(_ source: SourceDefinition) -> String {
        source.kafka.map { ", tombstones \($0.tombstones.rawValue)" } ?? ""
    }

    private static func topics(_ source: KafkaSourceDefinition) -> String {
        if let pattern = source.topicPattern { return "topics like \(pattern.text)" }
        return
            "topic\(source.topics.count == 1 ? "" : "s") \(source.topics.joined(separator: ", "))"
    }

    static func startup(_ startup: KafkaSourceDefinition.Startup) -> String {
        switch startup {
        case .earliest: "earliest"
        case .latest: "latest"
        case .committed: "committed"
        case .timestamp(let milliseconds): "timestamp \(milliseconds)"
        case .offsets(let offsets):
            "offsets "
                + offsets.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
                .joined(separator: ", ")
        }
    }

    func transform(_ transform: TransformDefinition) -> [String] {
        var lines = [transform.id]
        let inputs = transform.inputs.map(\.description).joined(separator: ", ")
        switch transform.kind {
        case .filter(let condition):
            lines.append("filter of \(inputs) where \(Self.oneLine(condition.text))")
        case .map(let columns):
            lines.append("map of \(inputs)")
            lines += columns.map { "  \($0.name) = \(Self.oneLine($0.text))" }
        case .deduplicate(let keys, let ttl):
            let names = keys.map { "\($0.name) = \(Self.oneLine($0.text))" }
            lines.append(
                "first rows of \(inputs) by \(names.joined(separator: ", ")) within "
                    + "\(DurationText.text(milliseconds: ttl)); \(lateRows(transform.id))")
        case .union:
            lines.append("union of \(inputs)")
        case .split(let routes, let hasDefault):
            lines.append("split of \(inputs)")
            lines += routes.map { "  .\($0.name) where \(Self.oneLine($0.text))" }
            lines.append(hasDefault ? "  .default the rest" : "  the rest is left out")
        case .aggregate(let aggregate):
            let keys = aggregate.keys.map { "\($0.name) = \(Self.oneLine($0.text))" }
            lines.append("aggregate of \(inputs) by \(keys.joined(separator: ", "))")
            if let window = aggregate.window {
                lines.append("  \(Self.text(window)), \(lateRows(transform.id))")
            }
            if let ttl = aggregate.stateTTLMilliseconds {
                lines.append(
                    "  a key begins anew \(DurationText.text(milliseconds: ttl)) of event time after "
                        + "its latest row; rows so far behind the watermark are late, "
                        + lateRows(transform.id))
            }
            lines += aggregate.items.map { "  \($0.name) = \(Self.oneLine($0.text))" }
        case .key(let keys):
            let names = keys.map { "\($0.name) = \(Self.oneLine($0.text))" }
            lines.append("rows of \(inputs) by \(names.joined(separator: ", "))")
        case .unnest(let unnest): lines += Self.unnest(unnest, of: inputs)
        case .join(let join):
            lines += Self.join(join, transform.inputs.map(\.description))
            lines.append("  " + lateRows(transform.id))
        }
        lines.append("on_error \(transform.onError.rawValue); gives " + Self.list(transform.schema))
        return lines
    }

    private static func text(_ window: WindowDefinition) -> String {
        let lateness = DurationText.text(milliseconds: window.allowedLatenessMilliseconds)
        return
            "in \(window.text), allowed lateness \(lateness), emitted \(window.emission.rawValue)"
    }

    /// What becomes of rows that come too late for an operator.
    func lateRows(_ id: String) -> String {
        definition.readPorts(of: id).contains("late")
            ? "late rows to \(id).late" : "late rows dropped and counted"
    }

    func sink(_ sink: SinkDefinition) -> [String] {
        let flow =
            "from \(sink.inputs.map(\.description).joined(separator: ", ")), "
            + sink.guarantee.rawValue
        let value = "value \(Self.value(sink.value))"
        switch sink.connector {
        case .kafka(let kafka):
            return [
                sink.id, "kafka topic \(kafka.address.topic) (\(kafka.address.connection)) \(flow)",
                "key \(Self.key(kafka.key)); \(value)",
            ] + Self.record(kafka.record)
        case .file(let file):
            return [sink.id, "files in \(file.folder) \(flow)", "\(value), a line for each row"]
        case .deadLetter(let deadLetter):
            return [
                sink.id,
                "dead letters to kafka topic \(deadLetter.address.topic) "
                    + "(\(deadLetter.address.connection)) \(flow)",
                "key, value and headers as they came, and why; \(Self.limit(deadLetter))",
            ]
        }
    }

    private static func limit(_ deadLetter: DeadLetterDefinition) -> String {
        guard let rate = deadLetter.maxRate else { return "any number" }
        return
            "the job fails at more than \(rate.text) of \(deadLetter.sources.joined(separator: ", "))"
    }

    static func key(_ key: KafkaSinkDefinition.Key) -> String {
        switch key {
        case .none: "none"
        case .origin: "as it came"
        case .column(_, let name, _): name
        case .json(let columns): "json {\(columns.map(\.name).joined(separator: ", "))}"
        case .csv(let columns): "csv (\(columns.map(\.name).joined(separator: ", ")))"
        }
    }

    static func value(_ value: SinkDefinition.Value) -> String {
        switch value {
        case .origin: "as it came"
        case .raw: "the bytes of one column"
        case .csv(let columns): "csv (\(columns.map(\.name).joined(separator: ", ")))"
        case .json(let columns): "json {\(columns.map(\.name).joined(separator: ", "))}"
        }
    }

    static func list(_ schema: RowSchema) -> String {
        schema.fields.isEmpty
            ? "no column" : schema.fields.map(\.description).joined(separator: ", ")
    }

    /// An expression on one line, at most 200 characters of it.
    static func oneLine(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > 200 ? line.prefix(200) + "…" : line
    }

    // MARK: Chains

    /// As the engine builds them: rows change thread only where they are repartitioned, and only
    /// with several subtasks.
    var chains: [Chain] {
        let parallelism = definition.configuration.parallelism
        let keyed = Set(definition.transforms.filter(Self.isKeyed).map(\.id))
        // Rows of several inputs always come through channels.
        let united = Set(
            definition.transforms.filter { $0.inputs.count > 1 }.map(\.id)
                + definition.sinks.filter { $0.inputs.count > 1 }.map(\.id))
        let cuts = united.union(parallelism > 1 ? keyed : [])
        let heads =
            definition.sources.map(\.id)
            + (definition.transforms.map(\.id) + definition.sinks.map(\.id))
            .filter(cuts.contains)
        return heads.map { head in
            var operators: [String] = []
            let text = chainText(head, cutAt: cuts, &operators)
            let exchange = keyed.contains(head) ? ", rows arrive by key" : ""
            return Chain(
                operators: operators, text: text,
                detail: "\(parallelism) subtask\(parallelism == 1 ? "" : "s")\(exchange)")
        }
    }

    /// The graph has no cycle and at most as many levels as operators; a file has at most 10,000
    /// values, an operator at least eight of them.
    private func chainText(
        _ id: String, cutAt keyed: Set<String>, _ operators: inout [String]
    ) -> String {
        operators.append(id)
        let next = (consumers[id] ?? []).filter { !keyed.contains($0) }
        var branches: [String] = []
        for consumer in next { branches.append(chainText(consumer, cutAt: keyed, &operators)) }
        switch branches.count {
        case 0: return id
        case 1: return "\(id) -> \(branches[0])"
        default: return "\(id) -> (\(branches.joined(separator: ", ")))"
        }
    }

    private static func isKeyed(_ transform: TransformDefinition) -> Bool {
        switch transform.kind {
        case .aggregate, .deduplicate, .join, .key: true
        default: false
        }
    }

    // MARK: State, guarantee, times

    var state: [State] {
        definition.transforms.compactMap { transform in
            if case .deduplicate(let keys, let ttl) = transform.kind {
                return firstRows(transform.id, keys, ttl)
            }
            if case .join(let join) = transform.kind { return joinState(transform.id, join) }
            guard case .aggregate(let aggregate) = transform.kind else { return nil }
            return accumulators(transform.id, aggregate)
        }
    }

    private func accumulators(_ id: String, _ aggregate: AggregateDefinition) -> State {
        let keys = aggregate.keys.map { "\($0.name) \($0.expression.type)" }
        let calls = aggregate.items.map(\.item.calls.count).reduce(0, +)
        let ttl = aggregate.stateTTLMilliseconds.map {
            ", each kept for \(DurationText.text(milliseconds: 2 * $0)) of event time after its last row"
        }
        return State(
            operatorID: id,
            text: "\(calls) accumulator\(calls == 1 ? "" : "s") for each "
                + "(\(keys.joined(separator: ", "))), in memory (hashmap), "
                + "\(definition.configuration.maxParallelism) key groups; grows with the keys"
                + (aggregate.window == nil ? "" : " of all windows that are open") + (ttl ?? ""))
    }

    private func firstRows(_ id: String, _ keys: [NamedExpression], _ ttl: Int64) -> State {
        let names = keys.map { "\($0.name) \($0.expression.type)" }.joined(separator: ", ")
        return State(
            operatorID: id,
            text: "the time of the first row for each (\(names)), in memory (hashmap), kept for "
                + "\(DurationText.text(milliseconds: 2 * ttl)) of event time")
    }

    var checkpoints: String {
        guard let checkpointing = definition.configuration.checkpointing else {
            return "off: nothing survives the process but committed output"
        }
        return "every \(DurationText.text(milliseconds: checkpointing.intervalMilliseconds)), "
            + "\(checkpointing.mode.rawValue), timeout "
            + "\(DurationText.text(milliseconds: checkpointing.timeoutMilliseconds)), "
            + "\(checkpointing.numRetained) retained, in \(checkpointing.directory)"
    }

    var guarantees: [String] {
        definition.sinks.map { sink in
            if case .file = sink.connector { return fileGuarantee(sink) }
            guard sink.guarantee == .exactlyOnce else {
                return
                    "\(sink.id): at least once; results are visible at once and repeated after a "
                    + "failure"
            }
            let interval = definition.configuration.checkpointing?.intervalMilliseconds ?? 0
            let dirty = definition.sources.filter {
                $0.kafka?.isolation == .readUncommitted
            }.map(\.id)
            let note =
                dirty.isEmpty
                ? ""
                : "; \(dirty.joined(separator: ", ")) also reads what may never be committed"
            return "\(sink.id): exactly once for read_committed readers; results are visible with "
                + "each checkpoint, every \(DurationText.text(milliseconds: interval))\(note)"
        }
    }

    private func fileGuarantee(_ sink: SinkDefinition) -> String {
        let interval = definition.configuration.checkpointing?.intervalMilliseconds
        let times = interval.map {
            "with each checkpoint, every \(DurationText.text(milliseconds: $0))"
        }
        return
            "\(sink.id): \(sink.guarantee == .exactlyOnce ? "exactly once" : "at least once"); files "
            + "appear complete, \(times ?? "at the end of the run")"
    }

    /// One line for each connection with exactly-once sinks.
    var timeouts: [String] {
        guard let checkpointing = definition.configuration.checkpointing else { return [] }
        let exact = Set(
            definition.sinks.filter { $0.guarantee == .exactlyOnce }
                .compactMap(\.topicWritten?.connection))
        return definition.connections.filter { exact.contains($0.id) }.map { connection in
            let chain = TimeoutChain(
                checkpointing, definition.configuration.restartStrategy, connection)
            let relation = chain.sum < chain.transaction ? "<" : "is NOT <"
            return "\(chain.sumText) \(relation) transaction_timeout of \(connection.id) "
                + "(\(chain.transactionText)) <= the broker's transaction.max.timeout.ms"
        }
    }
}
