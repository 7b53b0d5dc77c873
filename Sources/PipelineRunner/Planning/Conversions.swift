internal import Checkpointing
internal import Expression
internal import Formats
internal import KafkaConnector
internal import Operators
internal import PipelineSpec
internal import StreamAPI
internal import StreamCore

// The pipeline file's values in the words of the targets that carry them out.

extension CheckpointingPlan {
    init(_ configuration: CheckpointingConfiguration) {
        self.init(
            intervalMilliseconds: configuration.intervalMilliseconds,
            timeoutMilliseconds: configuration.timeoutMilliseconds,
            minPauseMilliseconds: configuration.minPauseMilliseconds,
            tolerableFailures: configuration.tolerableFailedCheckpoints,
            numRetained: configuration.numRetained, directory: configuration.directory)
    }
}

extension RestartStrategy.Kind {
    init(_ configuration: RestartStrategyConfiguration) {
        switch configuration {
        case .none: self = .none
        case .fixedDelay(let attempts, let delay):
            self = .fixedDelay(attempts: attempts, delayMilliseconds: delay)
        case .exponentialDelay(let values):
            self = .exponentialDelay(
                RestartStrategy.ExponentialDelay(
                    initialBackoffMilliseconds: values.initialBackoffMilliseconds,
                    maxBackoffMilliseconds: values.maxBackoffMilliseconds,
                    backoffMultiplier: values.backoffMultiplier,
                    resetBackoffThresholdMilliseconds: values.resetBackoffThresholdMilliseconds,
                    jitterFactor: values.jitterFactor,
                    attemptsMax: values.attemptsBeforeResetBackoff))
        }
    }
}

extension KafkaStartupMode {
    init(_ startup: KafkaSourceDefinition.Startup) {
        switch startup {
        case .earliest: self = .earliest
        case .latest: self = .latest
        case .committed: self = .committed
        case .timestamp(let milliseconds): self = .timestamp(milliseconds: milliseconds)
        case .offsets(let offsets):
            let pairs = offsets.map {
                (PartitionIndex(rawValue: $0.key), Offset(rawValue: $0.value))
            }
            self = .offsets(Dictionary(uniqueKeysWithValues: pairs))
        }
    }
}

extension StreamAPI.ErrorPolicy {
    init(_ policy: PipelineSpec.ErrorPolicy) {
        switch policy {
        case .fail: self = .fail
        case .drop: self = .drop
        case .sideOutput: self = .sideOutput
        }
    }
}

extension JSONColumn {
    init(_ column: SourceScope.ExtractedColumn) {
        self.init(
            field: Field(
                name: column.path.pathText, type: column.type, isNullable: column.isNullable),
            path: column.path.map { step in
                switch step {
                case .field(let name): .field(name)
                case .element(let index): .element(index)
                }
            })
    }
}

extension Operators.WindowDefinition {
    init(_ window: PipelineSpec.WindowDefinition) {
        let shape: Shape =
            switch window.shape {
            case .tumbling(let size, let offset):
                .hopping(
                    sizeMilliseconds: size, slideMilliseconds: size, offsetMilliseconds: offset)
            case .hopping(let size, let slide, let offset):
                .hopping(
                    sizeMilliseconds: size, slideMilliseconds: slide, offsetMilliseconds: offset)
            case .session(let gap): .session(gapMilliseconds: gap)
            }
        let emission: Emission =
            switch window.emission {
            case .everyRow: .everyRow
            case .onWindowEnd: .onWindowEnd
            case .onWindowClose: .onWindowClose
            }
        self.init(
            shape, allowedLatenessMilliseconds: window.allowedLatenessMilliseconds,
            emission: emission)
    }
}
