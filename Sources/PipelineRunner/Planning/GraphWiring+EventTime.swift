internal import Operators
internal import PipelineSpec
internal import StreamAPI
internal import StreamRuntime

extension GraphWiring {
    func eventTime(
        _ definition: EventTimeDefinition, _ source: SourceDefinition
    ) -> SourceEventTime {
        let policy = StreamAPI.ErrorPolicy(source.onError)
        return SourceEventTime(strategy: WatermarkStrategy(definition)) { context, counters in
            EventTimeAssigner(
                definition.expression.expression, errorPolicy: policy,
                operatorID: context.operatorID, counters: counters)
        }
    }
}

extension WatermarkStrategy {
    init(_ definition: EventTimeDefinition) {
        self.init(
            delayMilliseconds: definition.delayMilliseconds,
            idleTimeoutMilliseconds: definition.idleTimeoutMilliseconds,
            maxLeadMilliseconds: definition.maxLeadMilliseconds,
            alignment: definition.alignment.map {
                Alignment(group: $0.group, maxDriftMilliseconds: $0.maxDriftMilliseconds)
            })
    }
}
