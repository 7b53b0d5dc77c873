import CheckpointStorage
import Checkpointing
import Formats
import PipelineSpec
import StreamAPI
import StreamCore
import StreamRuntime
import StreamTesting
import Synchronization
import Testing

@testable import PipelineRunner

/// A pipeline file on the engine: its decoders, operators, exchanges and encoders are a run's own, only
/// records come from memory and go there.
struct PipelineBed: Sendable {
    let text: String
    /// By source, by partition: the values of its records.
    let input: [String: [[String]]]

    /// - Parameter transforms: And sinks of `connection: main`.
    init(
        _ name: String, sources: [(id: String, schema: String, partitions: [[String]])],
        _ transformsAndSinks: String, watermark: String = "delay: 1 s"
    ) {
        let declared = sources.map { source in
            """
              \(source.id):
                type: kafka
                connection: main
                topic: \(source.id)
                format: json
                schema: { \(source.schema) }
                event_time: ts
                watermark: { max_lead: 36500 d, \(watermark) }

            """
        }
        text = """
            version: 1
            name: \(name)
            connections: { main: { type: kafka, properties: { bootstrap.servers: a } } }
            sources:
            \(declared.joined())
            \(transformsAndSinks)
            """
        input = Dictionary(uniqueKeysWithValues: sources.map { ($0.id, $0.partitions) })
    }

    private func definition(_ parallelism: Int) throws -> PipelineDefinition {
        var environment = LintEnvironment()
        environment.configurationOverrides = [
            .init(name: "parallelism.default", value: "\(parallelism)")
        ]
        let result = PipelineLinter.lint(path: "p.yaml", text: text, environment: environment)
        return try #require(result.definition, "\(result.diagnostics.map(\.message))")
    }

    /// Runs from a checkpoint, or from the beginning.
    ///
    /// - Parameters:
    ///   - seed: Of the batches' boundaries.
    ///   - cut: Kill the run after a checkpoint whose barriers come behind so many batches, counted over
    ///     all readers; nil: run to the end.
    func run(
        parallelism: Int, seed: UInt64, from restored: BedCheckpoint? = nil, cut: Int? = nil
    ) throws -> BedOutcome {
        let definition = try definition(parallelism)
        let run = BedRun(self, seed: seed, cut: cut)
        let splits = definition.sources.map { source in
            (OperatorID(rawValue: source.id), run.splits(source.id, restored))
        }
        let wiring = GraphWiring(
            definition: definition,
            sources: definition.sources.map { BedSource(run, $0.id) }, connections: [:])
        let nodes = wiring.streamGraph(
            RunParts(splits: Dictionary(uniqueKeysWithValues: splits), driver: nil)
        ).nodes
        var graph = StreamGraph(maxParallelism: definition.configuration.maxParallelism)
        for node in nodes { graph.add(run.inMemory(node, wiring)) }
        return try run.execute(JobGraph(graph), restored)
    }
}

/// What a killed run leaves.
struct BedCheckpoint: Sendable {
    let operators: [OperatorState]
    /// Bytes of key groups, by operator.
    let keyGroups: [OperatorID: [Int: [UInt8]]]
    /// What sinks had written in front of the barrier.
    let committed: [String: [String]]

    func state(_ context: OperatorContext) -> RestoredState? {
        guard let own = operators.first(where: { $0.id == context.operatorID }) else { return nil }
        let groups = keyGroups[context.operatorID] ?? [:]
        return RestoredState(
            items: own.items, stateSchema: own.stateSchema, watermark: own.watermark,
            splitWatermarks: own.splitWatermarks
        ) { groups[$0] }
    }
}

struct BedOutcome {
    /// By sink, sorted: everything that is committed.
    let rows: [String: [String]]
    /// Batches that the readers gave.
    let batchCount: Int
    /// Nil: the run came to its end.
    let checkpoint: BedCheckpoint?
}

/// One run: what its readers, its sinks and the test share.
final class BedRun: KeyedStateWriter, Sendable {
    let bed: PipelineBed
    let seed: UInt64
    private let cut: Int?
    private let batches = Atomic<Int>(0)
    private let graph = Mutex<ExecutionGraph?>(nil)
    private let committed = Mutex<[CheckpointID: [String: [String]]]>([:])
    private let keyGroups = Mutex<[OperatorID: [Int: [UInt8]]]>([:])

    init(_ bed: PipelineBed, seed: UInt64, cut: Int?) {
        self.bed = bed
        self.seed = seed
        self.cut = cut
    }

    static func checkpoint(_ sequence: UInt32) -> CheckpointID {
        CheckpointID(attempt: Attempt(rawValue: 1), sequence: sequence)
    }

    /// A reader has given a batch.
    func gaveBatch() {
        guard batches.add(1, ordering: .relaxed).newValue == cut else { return }
        graph.withLock(\.self)?.triggerBarrier(
            CheckpointBarrier(id: Self.checkpoint(1), kind: .checkpoint))
    }

    func commit(_ rows: [String], of sink: String, in checkpoint: CheckpointID) {
        committed.withLock { $0[checkpoint, default: [:]][sink, default: []] += rows }
    }

    func splits(_ source: String, _ restored: BedCheckpoint?) -> [SourceSplit] {
        let fresh = (bed.input[source] ?? []).indices.map { MemorySplit.encode($0, 0) }
        let known = restored?.operators.first { $0.id.rawValue == source }?.items
        let states = (known ?? fresh).sorted { $0.lexicographicallyPrecedes($1) }
        return states.enumerated().map { index, state in
            SourceSplit(id: "\(source)-\(index)", state: state, stopPosition: nil)
        }
    }

    /// The node as it is, or the sink with what it encodes kept here.
    func inMemory(_ node: StreamNode, _ wiring: GraphWiring) -> StreamNode {
        guard case .sink = node.role,
            let sink = wiring.definition.sinks.first(where: { $0.id == node.id.rawValue }),
            case .json(let columns) = sink.value
        else { return node }
        return StreamNode(
            id: node.id,
            role: .sink { _, _ in
                BedSink(
                    self, sink.id,
                    JSONEncoder(
                        columns: columns.map { ($0.name, $0.index, $0.type) }, timestampForm: .sql))
            }, inputs: node.inputs, parallelism: node.parallelism)
    }

    // MARK: Running

    func execute(_ job: JobGraph, _ restored: BedCheckpoint?) throws -> BedOutcome {
        let queue = EventQueue<ControlEvent>()
        let run = ExecutionGraph(
            job, events: ExecutionEventsToQueue(queue: queue), stateWriter: self)
        graph.withLock { $0 = run }
        try run.start { restored?.state($0) }
        var snapshots: [SubtaskSnapshot] = []
        var isOver = false
        let deadline = MonotonicTime.now.advanced(byMilliseconds: 120_000)
        // A run that is to be cut at its last batch may be over before all snapshots have been reported.
        while snapshots.count < run.subtaskIDs.count, !isOver || isCut {
            for event in queue.take(until: deadline) {
                switch event {
                case .acknowledged(_, Self.checkpoint(1), let snapshot): snapshots.append(snapshot)
                case .job(.inputEnded):
                    run.triggerBarrier(CheckpointBarrier(id: Self.checkpoint(2), kind: .final))
                case .allFinished: isOver = true
                case .subtaskFailed(_, let error): throw error
                default: break
                }
            }
            if MonotonicTime.now >= deadline { throw PlannedFailure(message: "the run hangs") }
        }
        graph.withLock { $0 = nil }
        _ = run.cancel(within: .seconds(10))
        return outcome(isCut ? snapshots : nil, restored)
    }

    /// The checkpoint was asked for: it comes, and the run counts as killed behind it.
    private var isCut: Bool { cut.map { batches.load(ordering: .relaxed) >= $0 } ?? false }

    private func outcome(
        _ snapshots: [SubtaskSnapshot]?, _ restored: BedCheckpoint?
    ) -> BedOutcome {
        let own = committed.withLock(\.self)
        var rows = restored?.committed ?? [:]
        let kept = snapshots == nil ? [1, 2] : [1] as [UInt32]
        for checkpoint in kept.map(Self.checkpoint) {
            rows.merge(own[checkpoint] ?? [:]) { $0 + $1 }
        }
        let checkpoint = snapshots.map { snapshots in
            BedCheckpoint(
                operators: OperatorState.collect(snapshots),
                keyGroups: keyGroups.withLock(\.self), committed: rows)
        }
        return BedOutcome(
            rows: rows.mapValues { $0.sorted() }, batchCount: batches.load(ordering: .relaxed),
            checkpoint: checkpoint)
    }

    func writeKeyedState(
        _ snapshot: any KeyedStateSnapshot, checkpoint: CheckpointID, operatorID: OperatorID,
        subtaskIndex: Int
    ) throws -> KeyedStateHandle {
        defer { snapshot.release() }
        for group in snapshot.keyGroups.lower..<snapshot.keyGroups.upper {
            var writer = ByteWriter()
            try snapshot.write(keyGroup: group, into: &writer)
            guard checkpoint == Self.checkpoint(1), writer.count > 0 else { continue }
            keyGroups.withLock { $0[operatorID, default: [:]][group] = writer.bytes }
        }
        return KeyedStateHandle(
            fileName: "\(operatorID.rawValue)-\(subtaskIndex)", fileByteCount: 0,
            stateSchema: snapshot.stateSchema, slices: [])
    }
}

/// Hands out readers; what it reads is given with the splits.
final class BedSource: Source {
    let operatorID: OperatorID
    private let run: BedRun

    init(_ run: BedRun, _ id: String) {
        self.run = run
        operatorID = OperatorID(rawValue: id)
    }

    func resolveSplits(restored: [[UInt8]]?, stopAtEnd: Bool) throws -> [SourceSplit] { [] }
    func publishOffsets(_ states: [[UInt8]]) {}
    func makeReader(splits: [SourceSplit], context: OperatorContext) throws -> any SourceReader {
        try BedReader(run, operatorID.rawValue, splits, context)
    }
}

/// Batches of 1 to 8 rows, each of one partition or of several, as the seed says; then the end.
private final class BedReader: SourceReader {
    private static let rowCountMax = 8
    private let run: BedRun
    private let topic: String
    private let rows: [[String]]
    private var positions: [(partition: Int, next: Int64)]
    private var paused: Set<Int> = []
    private var random: SplitMix64
    private let arena = ByteArena()

    init(
        _ run: BedRun, _ topic: String, _ splits: [SourceSplit], _ context: OperatorContext
    ) throws {
        self.run = run
        self.topic = topic
        rows = run.bed.input[topic] ?? []
        positions = try splits.map { try MemorySplit.decode($0.state) }
            .map { (partition: $0.0, next: $0.1) }
        random = SplitMix64(seed: run.seed &+ UInt64(context.subtaskIndex) &* 7_919)
        pausesSplits = Bool.random(using: &random)
    }

    private func isOpen(_ position: (partition: Int, next: Int64)) -> Bool {
        position.next < Int64(rows[position.partition].count)
    }

    func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus {
        batch.removeAll()
        batch.topic = topic
        let count = Int.random(in: 1...Self.rowCountMax, using: &random)
        while batch.rowCount < count,
            let index = positions.indices.filter({
                isOpen(positions[$0]) && !paused.contains(positions[$0].partition)
            })
            .randomElement(using: &random)
        {
            append(index, to: batch)
        }
        guard batch.rowCount > 0 else { return positions.contains(where: isOpen) ? .idle : .ended }
        batch.chunks = arena.takeChunks()
        run.gaveBatch()
        return .records
    }

    private func append(_ index: Int, to batch: RawRecordBatch) {
        let (partition, next) = positions[index]
        let bytes = Array(rows[partition][Int(next)].utf8)
        let target = arena.allocate(bytes.count + ByteArena.padding)
        target.initialize(repeating: 0, count: bytes.count + ByteArena.padding)
        target.update(from: bytes, count: bytes.count)
        let row = batch.rowCount
        batch.keys[row] = .absent
        batch.values[row] = ByteSlice(base: target, count: bytes.count)
        batch.partitions[row] = Int32(partition)
        batch.offsets[row] = next
        batch.timestamps[row] = -1
        batch.rowCount += 1
        positions[index].next += 1
    }

    func snapshot() -> [[UInt8]] { positions.map { MemorySplit.encode($0.partition, $0.next) } }
    func openSplits() -> [SplitKey] {
        positions.filter(isOpen).map {
            SplitKey(topic: topic, partition: PartitionIndex(rawValue: Int32($0.partition)))
        }
    }
    /// One of two readers can.
    let pausesSplits: Bool
    func pause(_ splits: [SplitKey]) throws {
        paused = Set(splits.map { Int($0.partition.rawValue) })
    }
    var wakeUp: @Sendable () -> Void { {} }
    func close() {}
}

/// Keeps what it encodes, and commits it with the next barrier.
private final class BedSink: SinkWriter {
    private let run: BedRun
    private let id: String
    private let encoder: JSONEncoder
    private let encoded = EncodedRows(capacity: RecordBatch.rowCapacityDefault)
    private var rows: [String] = []

    init(_ run: BedRun, _ id: String, _ encoder: JSONEncoder) {
        self.run = run
        self.id = id
        self.encoder = encoder
    }

    func write(_ batch: RecordBatch) throws {
        encoder.encode(batch, into: encoded)
        rows += (0..<encoded.count).map { encoded.slices[$0].text }
    }

    func barrier(_ barrier: CheckpointBarrier) throws {
        run.commit(rows, of: id, in: barrier.id)
        rows = []
    }

    var cancel: @Sendable () -> Void { {} }
    func close() {}
}
