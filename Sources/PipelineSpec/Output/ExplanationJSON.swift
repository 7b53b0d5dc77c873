internal import Expression
internal import StreamCore

/// The explanation for programs.
struct ExplanationJSON {
    let definition: PipelineDefinition
    private let facts: PipelineFacts

    init(_ definition: PipelineDefinition) {
        self.definition = definition
        facts = PipelineFacts(definition)
    }

    var object: JSONText {
        .object([
            ("name", .string(definition.name)),
            ("job_id", .string(JobID(name: definition.name).hex)),
            ("description", definition.description.map { .string($0) } ?? .null),
            ("parallelism", .number(definition.configuration.parallelism)),
            ("max_parallelism", .number(definition.configuration.maxParallelism)),
            ("sources", .array(definition.sources.map(source))),
            ("transforms", .array(definition.transforms.map(transform))),
            ("sinks", .array(definition.sinks.map(sink))),
            ("chains", .array(facts.chains.map { .strings($0.operators) })),
            ("watermarks", .array(facts.watermarks.map(watermark))),
            ("checkpoints", .string(facts.checkpoints)),
            ("guarantees", .strings(facts.guarantees)),
            ("timeouts", .strings(facts.timeouts)),
        ])
    }

    private func source(_ source: SourceDefinition) -> JSONText {
        let origin =
            switch source.connector {
            case .kafka(let kafka): self.origin(kafka)
            case .file(let file): self.origin(file)
            }
        return .object(
            [("id", JSONText.string(source.id))] + origin + [
                ("format", .string(source.format.rawValue)),
                ("on_error", .string(source.onError.rawValue)),
                ("schema", schema(source.schema)), ("reads", schema(source.batchSchema)),
                ("event_time", source.eventTime.map(eventTime) ?? .null),
            ])
    }

    private func origin(_ kafka: KafkaSourceDefinition) -> [(String, JSONText)] {
        [
            ("type", .string("kafka")), ("connection", .string(kafka.connection)),
            ("topics", .strings(kafka.topics)),
            ("topic_pattern", kafka.topicPattern.map { .string($0.text) } ?? .null),
            ("group_id", .string(kafka.groupID)),
            ("startup", .string(PipelineFacts.startup(kafka.startup))),
            ("isolation_level", .string(kafka.isolation.rawValue)),
            ("tombstones", .string(kafka.tombstones.rawValue)),
        ]
    }

    /// An operator's is the smallest of its sources'.
    private func watermark(_ facts: PipelineFacts.WatermarkFacts) -> JSONText {
        let sources = facts.inputs.map { input in
            JSONText.object([
                ("source", .string(input.source.id)), ("watermark", eventTime(input.eventTime)),
                ("notes", .strings(input.notes)),
            ])
        }
        return .object([
            ("operator", .string(facts.operatorID)), ("sources", .array(sources)),
        ])
    }

    private func origin(_ file: FileSourceDefinition) -> [(String, JSONText)] {
        [
            ("type", .string("file")), ("path", .string(file.path)),
            (
                "monitor_interval_ms",
                file.monitorIntervalMilliseconds.map { .number(Int(clamping: $0)) } ?? .null
            ),
            ("skip_lines", .number(file.skipLineCount)),
        ]
    }

    private func eventTime(_ eventTime: EventTimeDefinition) -> JSONText {
        func milliseconds(_ value: Int64?) -> JSONText { value.map { .number(Int($0)) } ?? .null }
        return .object([
            ("expression", .string(eventTime.expression.text)),
            ("delay_ms", milliseconds(eventTime.delayMilliseconds)),
            ("idle_timeout_ms", milliseconds(eventTime.idleTimeoutMilliseconds)),
            ("max_lead_ms", milliseconds(eventTime.maxLeadMilliseconds)),
            ("align_group", eventTime.alignment.map { .string($0.group) } ?? .null),
            ("max_drift_ms", milliseconds(eventTime.alignment?.maxDriftMilliseconds)),
        ])
    }

    private func transform(_ transform: TransformDefinition) -> JSONText {
        var members: [(String, JSONText)] = [
            ("id", .string(transform.id)), ("input", input(transform)),
        ]
        switch transform.kind {
        case .filter(let condition):
            members += [("type", .string("filter")), ("where", .string(condition.text))]
        case .map(let columns):
            members += [("type", .string("map")), ("select", expressions(columns))]
        case .deduplicate(let keys, let ttl):
            members += [
                ("type", .string("deduplicate")), ("key", expressions(keys)),
                ("ttl_ms", .number(Int(clamping: ttl))),
            ]
        case .union:
            members += [
                ("type", .string("union")),
                ("inputs", .strings(transform.inputs.map(\.description))),
            ]
        case .split(let routes, _):
            members += [("type", .string("split")), ("routes", expressions(routes))]
        case .aggregate(let aggregate):
            members += [
                ("type", .string("aggregate")), ("key", expressions(aggregate.keys)),
                ("select", .object(aggregate.items.map { ($0.name, .string($0.text)) })),
            ]
            if let ttl = aggregate.stateTTLMilliseconds {
                members.append(("state_ttl_ms", .number(Int(clamping: ttl))))
            }
            if let window = aggregate.window {
                members += [
                    ("window", .string(window.text)), ("emit", .string(window.emission.rawValue)),
                    (
                        "allowed_lateness_ms",
                        .number(Int(clamping: window.allowedLatenessMilliseconds))
                    ),
                ]
            }
        case .key(let keys):
            members += [("type", .string("key")), ("key", expressions(keys))]
        case .unnest(let unnest): members += self.unnest(unnest)
        case .join: break
        }
        if case .join(let join) = transform.kind { members += self.join(join) }
        members.append(
            ("side_outputs", .strings(definition.readPorts(of: transform.id).sorted())))
        members += [
            ("on_error", .string(transform.onError.rawValue)), ("schema", schema(transform.schema)),
        ]
        return .object(members)
    }

    /// One id, or alias and id of each.
    private func input(_ transform: TransformDefinition) -> JSONText {
        guard case .join(let join) = transform.kind else { return .string(transform.input) }
        return .object(
            zip(join.aliases, transform.inputs.map { .string($0.description) }).map { ($0, $1) })
    }

    private func unnest(_ unnest: UnnestDefinition) -> [(String, JSONText)] {
        [
            ("type", .string(unnest.select == nil ? "unnest" : "flat_map")),
            ("of", .string(unnest.collection.text)), ("as", .strings(unnest.elementNames)),
            ("keep_empty", .boolean(unnest.keepsEmpty)),
        ] + (unnest.select.map { [("select", expressions($0))] } ?? [])
    }

    private func join(_ join: JoinDefinition) -> [(String, JSONText)] {
        [
            ("type", .string("join")), ("kind", .string(join.kind.rawValue)),
            ("condition", .string(join.conditionText)),
            ("window", .string(PipelineFacts.window(join))),
            ("select", expressions(join.outputs)),
        ]
    }

    private func expressions(_ columns: [NamedExpression]) -> JSONText {
        .object(columns.map { ($0.name, .string($0.text)) })
    }

    private func sink(_ sink: SinkDefinition) -> JSONText {
        let destination =
            switch sink.connector {
            case .kafka(let kafka): self.destination(kafka)
            case .file(let file):
                [("type", JSONText.string("file")), ("path", .string(file.folder))]
            case .deadLetter(let deadLetter): self.destination(deadLetter)
            }
        return .object(
            [
                ("id", JSONText.string(sink.id)), ("input", .string(sink.input)),
                ("inputs", .strings(sink.inputs.map(\.description))),
            ] + destination + [
                ("format", .string(sink.format.rawValue)),
                ("value", .string(PipelineFacts.value(sink.value))),
                ("delivery_guarantee", .string(sink.guarantee.rawValue)),
            ])
    }

    private func destination(_ kafka: KafkaSinkDefinition) -> [(String, JSONText)] {
        [
            ("type", .string("kafka")), ("connection", .string(kafka.address.connection)),
            ("topic", .string(kafka.address.topic)),
            ("key", .string(PipelineFacts.key(kafka.key))),
            ("record", .strings(PipelineFacts.record(kafka.record))),
        ]
    }

    private func destination(_ deadLetter: DeadLetterDefinition) -> [(String, JSONText)] {
        [
            ("type", .string("dead_letter")),
            ("connection", .string(deadLetter.address.connection)),
            ("topic", .string(deadLetter.address.topic)),
            ("sources", .strings(deadLetter.sources)),
            ("max_rate", deadLetter.maxRate.map { .string($0.text) } ?? .null),
        ]
    }

    private func schema(_ schema: RowSchema) -> JSONText {
        .array(
            schema.fields.map { field in
                .object([
                    ("name", .string(field.name)), ("type", .string("\(field.type)")),
                    ("nullable", .boolean(field.isNullable)),
                ])
            })
    }
}
