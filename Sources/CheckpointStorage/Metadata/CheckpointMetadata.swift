package import Checkpointing
package import StreamAPI
package import StreamCore

/// Everything a restart needs to know of a checkpoint: the content of its file `_metadata`.
///
/// docs/checkpoint-files.md has the layout.
package struct CheckpointMetadata: Hashable, Sendable {
    package let job: JobID
    /// The pipeline's name, for people.
    package let jobName: String
    /// What the protocol needs: id, kind, transactions, markers.
    package let facts: CheckpointFacts
    /// Nil for a job without transactional sinks.
    package let markerAddress: MarkerAddress?
    /// The number of key groups; state cannot be read with another.
    package let maxParallelism: Int
    /// Ascending by id.
    package let operators: [OperatorState]
    /// The topics that the sources read, for tools.
    package let sourceTopics: [String]
    /// Wall clock, milliseconds since the epoch.
    package let triggerTimeMilliseconds: Int64
    /// When the last subtask had acknowledged.
    package let completionTimeMilliseconds: Int64

    package init(
        job: JobID, jobName: String, facts: CheckpointFacts, markerAddress: MarkerAddress?,
        maxParallelism: Int, operators: [OperatorState], sourceTopics: [String],
        triggerTimeMilliseconds: Int64, completionTimeMilliseconds: Int64
    ) {
        self.job = job
        self.jobName = jobName
        self.facts = facts
        self.markerAddress = markerAddress
        self.maxParallelism = maxParallelism
        self.operators = operators.sorted { $0.id < $1.id }
        self.sourceTopics = sourceTopics
        self.triggerTimeMilliseconds = triggerTimeMilliseconds
        self.completionTimeMilliseconds = completionTimeMilliseconds
    }
}

/// One operator's state, of all its instances (Flink's `OperatorState`).
package struct OperatorState: Hashable, Sendable {
    package let id: OperatorID
    /// Instances when the checkpoint was taken.
    package let parallelism: Int
    /// The items of all instances, by instance.
    package let items: [[UInt8]]
    /// One per instance with keyed state, by instance; all with one schema.
    package let keyed: [KeyedStateHandle]
    /// The smallest that its instances had processed; nil if one of them had none.
    package let watermark: Watermark?
    /// A source's: the watermark of each split that had one.
    package let splitWatermarks: [SplitKey: Watermark]

    package init(
        id: OperatorID, parallelism: Int, items: [[UInt8]], keyed: [KeyedStateHandle],
        watermark: Watermark? = nil, splitWatermarks: [SplitKey: Watermark] = [:]
    ) {
        self.id = id
        self.parallelism = parallelism
        self.items = items
        self.keyed = keyed
        self.watermark = watermark
        self.splitWatermarks = splitWatermarks
    }

    var hasEventTime: Bool { watermark != nil || !splitWatermarks.isEmpty }

    package var stateSchema: [UInt8]? { keyed.first?.stateSchema }

    /// Joins what the subtasks acknowledged, in any order.
    package static func collect(_ snapshots: [SubtaskSnapshot]) -> [OperatorState] {
        let parts = Dictionary(grouping: snapshots.flatMap(\.operators), by: \.operatorID)
        return parts.keys.sorted().map { id in
            let instances = parts[id, default: []].sorted { $0.subtaskIndex < $1.subtaskIndex }
            precondition(
                Set(instances.map(\.subtaskIndex)).count == instances.count,
                "an instance acknowledges once")
            return OperatorState(
                id: id, parallelism: instances.first?.parallelism ?? 1,
                items: instances.flatMap(\.items), keyed: instances.compactMap(\.keyed),
                watermark: smallestWatermark(instances),
                splitWatermarks: instances.reduce(into: [:]) { all, instance in
                    // A split has one reader.
                    all.merge(instance.splitWatermarks) { max($0, $1) }
                })
        }
    }

    /// An instance that keeps nothing, as a source's without a split, has no say.
    private static func smallestWatermark(_ instances: [OperatorSubtaskState]) -> Watermark? {
        let counting = instances.filter { $0.watermark != nil || !$0.isEmpty }
        let watermarks = counting.compactMap(\.watermark)
        return watermarks.count == counting.count ? watermarks.min() : nil
    }
}
