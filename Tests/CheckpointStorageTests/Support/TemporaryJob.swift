import Checkpointing
import Foundation
import StreamAPI
import StreamCore

@testable import CheckpointStorage

/// A job's folder in a temporary directory that goes when this goes.
final class TemporaryJob {
    let root: String
    let job = JobID(name: "color-counts")
    let storage: CheckpointStorage

    init() throws {
        // In memory where that is possible: hundreds of fsyncs on a disk take seconds.
        let memory = "/dev/shm"
        let parent =
            FileManager.default.isWritableFile(atPath: memory)
            ? memory : FileManager.default.temporaryDirectory.path
        root = parent + "/millrace-" + UUID().uuidString
        storage = try CheckpointStorage(root: root, job: job)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func path(_ id: CheckpointID) -> String { storage.path + "/" + id.folderName }

    func file(_ id: CheckpointID, _ name: String = "_metadata") -> String { path(id) + "/" + name }

    func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    func write(_ bytes: [UInt8], to path: String) throws {
        try? FileManager.default.removeItem(atPath: path)
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    /// Takes a whole checkpoint: a state file per subtask, the metadata, its rename.
    @discardableResult
    func takeCheckpoint(
        _ id: CheckpointID, parallelism: Int = 2, transactions: [PreparedTransaction] = []
    ) throws -> CheckpointMetadata {
        let subtasks = try (0..<parallelism).map { index in
            let range = KeyGroupRange(subtask: index, parallelism: parallelism, groupCount: 128)
            let handle = try storage.writeKeyedState(
                GroupNames(keyGroups: range), checkpoint: id, operatorID: .counts,
                subtaskIndex: index)
            return SubtaskSnapshot(
                subtask: SubtaskID(vertex: 0, index: UInt16(index)),
                operators: [
                    OperatorSubtaskState(
                        operatorID: .events, subtaskIndex: index, parallelism: parallelism,
                        items: [[UInt8(index)]], keyed: nil),
                    OperatorSubtaskState(
                        operatorID: .counts, subtaskIndex: index, parallelism: parallelism,
                        items: [], keyed: handle),
                ])
        }
        let metadata = CheckpointMetadata.example(
            id, job: job, operators: OperatorState.collect(subtasks), transactions: transactions)
        try storage.writeMetadata(metadata)
        try storage.renameMetadata(id)
        return metadata
    }
}

extension OperatorID {
    static let events = OperatorID(rawValue: "events")
    static let counts = OperatorID(rawValue: "counts")
}

extension CheckpointID {
    static func of(_ attempt: UInt32, _ sequence: UInt32) -> CheckpointID {
        CheckpointID(attempt: Attempt(rawValue: attempt), sequence: sequence)
    }
}

extension CheckpointMetadata {
    static func example(
        _ id: CheckpointID, job: JobID = JobID(name: "color-counts"),
        operators: [OperatorState] = [],
        transactions: [PreparedTransaction] = []
    ) -> CheckpointMetadata {
        CheckpointMetadata(
            job: job, jobName: "color-counts",
            facts: CheckpointFacts(
                id: id, transactions: transactions,
                predecessorMarker: CheckpointID.of(id.attempt.rawValue, id.sequence - 1)),
            markerAddress: MarkerAddress(
                group: "__millrace.color-counts.marker", topic: "counts",
                partition: PartitionIndex(rawValue: 0)),
            maxParallelism: 128, operators: operators, sourceTopics: ["events"],
            triggerTimeMilliseconds: 1_763_715_600_000,
            completionTimeMilliseconds: 1_763_715_600_250)
    }
}

extension PreparedTransaction {
    static func example(marker: CheckpointID, slot: Int = 2) -> PreparedTransaction {
        PreparedTransaction(
            cluster: "MkU3OEVBNTcwNTJENDM2Qk", transactionalID: "color-counts-\(slot)",
            producer: ProducerIdentity(
                producerID: ProducerID(rawValue: 4001), epoch: ProducerEpoch(rawValue: 7)),
            beginTimeMilliseconds: 1_763_715_599_000, timeoutMilliseconds: 600_000, marker: marker,
            output: [
                OutputRange(
                    topic: "counts", partition: PartitionIndex(rawValue: 1), recordCount: 3,
                    firstOffset: 10, lastOffset: 12)
            ])
    }
}

/// Keyed state whose groups hold their own numbers; every third group is empty.
final class GroupNames: KeyedStateSnapshot {
    let keyGroups: KeyGroupRange
    let stateSchema: [UInt8] = Array("count BIGINT".utf8)
    init(keyGroups: KeyGroupRange) { self.keyGroups = keyGroups }
    func write(keyGroup: Int, into writer: inout ByteWriter) throws {
        if let bytes = GroupNames.bytes(ofGroup: keyGroup) { writer.append(bytes) }
    }
    func release() {}

    static func bytes(ofGroup group: Int) -> [UInt8]? {
        group % 3 == 0 ? nil : Array("group \(group)".utf8)
    }
    /// What the writer's length makes of them.
    static func stored(_ group: Int) -> [UInt8]? {
        bytes(ofGroup: group).map { bytes in
            var writer = ByteWriter()
            writer.append(bytes)
            return writer.bytes
        }
    }
}
