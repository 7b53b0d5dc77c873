internal import Expression
internal import Operators
internal import PipelineSpec
internal import StreamAPI
internal import StreamCore
internal import StreamRuntime

extension GraphWiring {
    /// Both inputs are repartitioned by the join's key, so rows that match meet in one subtask.
    func joinNode(
        _ transform: TransformDefinition, _ join: PipelineSpec.JoinDefinition
    ) -> StreamNode {
        let maxParallelism = definition.configuration.maxParallelism
        let policy = StreamAPI.ErrorPolicy(transform.onError)
        let planned = Operators.JoinDefinition(join)
        let keys = [join.keys.map(\.left), join.keys.map(\.right)]
        let edges = zip(transform.inputs, keys).map { input, expressions in
            self.edges(
                [input], of: transform.id,
                .keyed { KeySelector(expressions, maxParallelism: maxParallelism) })[0]
        }
        return StreamNode(
            id: OperatorID(rawValue: transform.id),
            role: .transformation { _, counters in
                JoinOperator(
                    planned, maxParallelism: maxParallelism, errorPolicy: policy,
                    counters: counters)
            },
            inputs: edges, sideOutputs: sideOutputs(of: transform.id),
            parallelism: definition.configuration.parallelism)
    }
}

extension Operators.JoinDefinition {
    init(_ join: PipelineSpec.JoinDefinition) {
        let window: Window =
            switch join.window {
            case .interval(let lower, let upper): .interval(lower: lower, upper: upper)
            case .hopping(let size, let slide, let offset):
                .sliding(size: size, slide: slide, offset: offset)
            case .session(let gap): .session(gap: gap)
            }
        self.init(
            kind: Kind(join.kind), window: window,
            allowedLatenessMilliseconds: join.allowedLatenessMilliseconds,
            emission: join.emission == .onWindowEnd ? .onWindowEnd : .onWindowClose,
            keys: join.keys.map { Key(left: $0.left, right: $0.right) },
            columns: join.columns.map {
                Column(isLeft: $0.input == 0, index: $0.index, field: $0.field)
            },
            residual: join.residual, outputs: join.outputs.map { ($0.name, $0.expression) })
    }
}

extension Operators.JoinDefinition.Kind {
    init(_ kind: PipelineSpec.JoinDefinition.Kind) {
        switch kind {
        case .inner: self = .inner
        case .left: self = .left
        case .right: self = .right
        case .full: self = .full
        }
    }
}
