internal import Expression
internal import KafkaConnector
internal import Operators
internal import PipelineSpec
internal import StateBackends
internal import StreamAPI
internal import StreamCore
internal import StreamRuntime

/// Builds the stream graph of one run: the closures that make readers, operators and writers on
/// their subtasks' threads.
struct GraphWiring: Sendable {
    let definition: PipelineDefinition
    /// As in the definition, one for each.
    let sources: [any Source]
    let connections: [String: KafkaConnectionConfiguration]

    var parallelism: Int { definition.configuration.parallelism }

    func graph(_ parts: RunParts) throws -> JobGraph { try JobGraph(streamGraph(parts)) }

    /// The operators as the file has them, before chaining.
    func streamGraph(_ parts: RunParts) -> StreamGraph {
        var graph = StreamGraph(maxParallelism: definition.configuration.maxParallelism)
        let monitors = RejectionMonitors(definition)
        for (source, definition) in zip(sources, definition.sources) {
            let splits = parts.splits[source.operatorID, default: []]
            graph.add(sourceNode(source, definition, splits, monitors.ofSource(definition.id)))
        }
        for transform in definition.transforms { graph.add(transformNode(transform)) }
        let kafkaSinks = KafkaSinks(definition, connections, parts.driver)
        for sink in definition.sinks { graph.add(sinkNode(sink, kafkaSinks, monitors)) }
        return graph
    }

    private func sourceNode(
        _ source: any Source, _ definition: SourceDefinition, _ splits: [SourceSplit],
        _ monitors: [RejectionMonitor]
    ) -> StreamNode {
        StreamNode(
            id: source.operatorID,
            role: .source(
                reader: { context in
                    // Splits in turn: partition p of a topic is read by subtask p mod parallelism.
                    let share = splits.enumerated()
                        .filter { $0.offset % context.parallelism == context.subtaskIndex }
                        .map(\.element)
                    return try source.makeReader(splits: share, context: context)
                },
                decoder: { context, counters in
                    let made = try recordDecoder(
                        definition, context, counters, around: decoder)
                    return monitors.isEmpty ? made : MonitoredDecoder(made, monitors)
                },
                eventTime: definition.eventTime.map { eventTime($0, definition) }),
            sideOutputs: sideOutputs(of: definition.id), parallelism: parallelism)
    }

    private func transformNode(_ transform: TransformDefinition) -> StreamNode {
        let policy = StreamAPI.ErrorPolicy(transform.onError)
        switch transform.kind {
        case .filter(let condition):
            return node(transform, edges(transform.inputs, of: transform.id)) { _, counters in
                FilterOperator(
                    predicate: condition.expression, errorPolicy: policy, counters: counters)
            }
        case .map(let columns):
            return node(transform, edges(transform.inputs, of: transform.id)) { _, counters in
                MapOperator(
                    columns: columns.map { ($0.name, $0.expression) }, errorPolicy: policy,
                    counters: counters)
            }
        case .deduplicate(let keys, let ttl):
            return deduplicateNode(transform, keys.map(\.expression), ttl, policy)
        case .key(let keys): return keyNode(transform, keys.map(\.expression), policy)
        case .aggregate(let aggregate):
            return aggregateNode(transform, aggregate, policy)
        case .union(let columns):
            return node(transform, edges(transform.inputs, of: transform.id)) { _, counters in
                UnionOperator(
                    columns: columns.map { $0.map { ($0.name, $0.expression) } },
                    counters: counters)
            }
        case .split(let routes, let hasDefault):
            return node(transform, edges(transform.inputs, of: transform.id)) { _, counters in
                SplitOperator(
                    routes: routes.map { ($0.name, $0.expression) }, hasDefault: hasDefault,
                    errorPolicy: policy, counters: counters)
            }
        case .unnest(let unnest): return unnestNode(transform, unnest, policy)
        case .join(let join): return joinNode(transform, join)
        }
    }

    private func aggregateNode(
        _ transform: TransformDefinition, _ aggregate: PipelineSpec.AggregateDefinition,
        _ policy: StreamAPI.ErrorPolicy
    ) -> StreamNode {
        let maxParallelism = definition.configuration.maxParallelism
        let planned = Operators.AggregateDefinition(
            keys: aggregate.keys.map { .init(name: $0.name, expression: $0.expression) },
            items: aggregate.items.map { .init(name: $0.name, aggregate: $0.item) },
            window: aggregate.window.map(Operators.WindowDefinition.init),
            stateTTLMilliseconds: aggregate.stateTTLMilliseconds)
        let exchange = Exchange.keyed {
            KeySelector(aggregate.keys.map(\.expression), maxParallelism: maxParallelism)
        }
        return node(transform, edges(transform.inputs, of: transform.id, exchange)) { _, counters in
            aggregateOperator(planned, maxParallelism, policy, counters)
        }
    }

    private func deduplicateNode(
        _ transform: TransformDefinition, _ keys: [TypedExpression], _ ttlMilliseconds: Int64,
        _ policy: StreamAPI.ErrorPolicy
    ) -> StreamNode {
        let maxParallelism = definition.configuration.maxParallelism
        let exchange = Exchange.keyed { KeySelector(keys, maxParallelism: maxParallelism) }
        return node(transform, edges(transform.inputs, of: transform.id, exchange)) { _, counters in
            DeduplicateOperator(
                keys: keys, ttlMilliseconds: ttlMilliseconds, maxParallelism: maxParallelism,
                errorPolicy: policy, backend: HeapStateBackend(), counters: counters)
        }
    }

    private func keyNode(
        _ transform: TransformDefinition, _ keys: [TypedExpression], _ policy: StreamAPI.ErrorPolicy
    ) -> StreamNode {
        let maxParallelism = definition.configuration.maxParallelism
        let exchange = Exchange.keyed { KeySelector(keys, maxParallelism: maxParallelism) }
        return node(transform, edges(transform.inputs, of: transform.id, exchange)) { _, counters in
            KeyOperator(
                keys: keys, maxParallelism: maxParallelism, errorPolicy: policy, counters: counters)
        }
    }

    private func aggregateOperator(
        _ planned: Operators.AggregateDefinition, _ maxParallelism: Int,
        _ policy: StreamAPI.ErrorPolicy, _ counters: RecordCounters
    ) -> any StreamOperator {
        switch planned.window?.shape {
        case nil:
            AggregateOperator(
                planned, maxParallelism: maxParallelism, errorPolicy: policy,
                backend: HeapStateBackend(), counters: counters)
        case .hopping:
            WindowAggregateOperator(
                planned, maxParallelism: maxParallelism, errorPolicy: policy,
                backend: HeapStateBackend(), counters: counters)
        case .session:
            SessionAggregateOperator(
                planned, maxParallelism: maxParallelism, errorPolicy: policy,
                backend: HeapStateBackend(), counters: counters)
        }
    }

    func node(
        _ transform: TransformDefinition, _ inputs: [StreamEdge],
        _ make: @escaping @Sendable (OperatorContext, RecordCounters) throws -> any StreamOperator
    ) -> StreamNode {
        StreamNode(
            id: OperatorID(rawValue: transform.id), role: .transformation(make), inputs: inputs,
            sideOutputs: sideOutputs(of: transform.id), parallelism: parallelism)
    }
}
