internal import Operators
internal import PipelineSpec
internal import StreamAPI
internal import StreamRuntime

extension GraphWiring {
    func unnestNode(
        _ transform: TransformDefinition, _ unnest: PipelineSpec.UnnestDefinition,
        _ policy: StreamAPI.ErrorPolicy
    ) -> StreamNode {
        let planned = Operators.UnnestDefinition(unnest)
        return node(transform, edges(transform.inputs, of: transform.id)) { _, counters in
            UnnestOperator(planned, errorPolicy: policy, counters: counters)
        }
    }
}

extension Operators.UnnestDefinition {
    init(_ unnest: PipelineSpec.UnnestDefinition) {
        self.init(
            collection: unnest.collection.expression, keepsEmpty: unnest.keepsEmpty,
            inputColumns: unnest.inputColumns, columns: unnest.columns.map(Column.init),
            select: unnest.select.map { $0.map(Column.init) })
    }
}

extension Operators.UnnestDefinition.Column {
    init(_ column: NamedExpression) {
        self.init(name: column.name, expression: column.expression)
    }
}
