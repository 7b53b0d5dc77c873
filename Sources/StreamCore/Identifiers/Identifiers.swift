/// The number of one start of a job: rises with every start, is never used twice.
///
/// Taken by the exclusive creation of `attempts/<n>` in the job's checkpoint folder; an attempt
/// that is no longer the newest may neither write nor commit anything.
public struct Attempt: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static func < (a: Attempt, b: Attempt) -> Bool { a.rawValue < b.rawValue }
}

/// The identity of a checkpoint: (attempt, sequence), compared in that order.
///
/// It names the checkpoint's folder and, as ``markerOffset``, the commit marker in Kafka.
/// `sequence` is the running number that people see; it goes on rising across attempts.
public struct CheckpointID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let attempt: Attempt
    public let sequence: UInt32

    public init(attempt: Attempt, sequence: UInt32) {
        self.attempt = attempt
        self.sequence = sequence
    }

    /// attempt · 2³² + sequence, the offset that the commit marker carries. Never negative, because
    /// attempts are below 2³¹ (``attemptMax``).
    public var markerOffset: Int64 { Int64(attempt.rawValue) << 32 | Int64(sequence) }

    /// The largest attempt whose marker is a valid Kafka offset.
    public static let attemptMax = Attempt(rawValue: UInt32(Int32.max))

    /// - Returns: Nil for an offset that no checkpoint has (a negative one).
    public init?(markerOffset: Int64) {
        guard markerOffset >= 0 else { return nil }
        self.init(
            attempt: Attempt(rawValue: UInt32(markerOffset >> 32)),
            sequence: UInt32(truncatingIfNeeded: markerOffset))
    }

    public static func < (a: CheckpointID, b: CheckpointID) -> Bool {
        (a.attempt.rawValue, a.sequence) < (b.attempt.rawValue, b.sequence)
    }

    /// `attempt-sequence`, as in the folder's name `chk-3-17`.
    public var description: String { "\(attempt.rawValue)-\(sequence)" }
}

/// What a snapshot is for (Flink's `CheckpointType`).
public enum CheckpointKind: UInt8, Sendable, Hashable {
    case checkpoint, savepoint, stopWithSavepoint
    /// The last checkpoint of a run that ends: its barrier is followed by nothing.
    case final
}

/// The number of a record in its partition.
public struct Offset: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public static func < (a: Offset, b: Offset) -> Bool { a.rawValue < b.rawValue }
}

/// The index of a partition in its topic, `0 ...`.
public struct PartitionIndex: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }
    public static func < (a: PartitionIndex, b: PartitionIndex) -> Bool { a.rawValue < b.rawValue }
}

/// Kafka's producer id, given by InitProducerId.
public struct ProducerID: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Kafka's producer epoch; each InitProducerId of a transactional id raises it.
public struct ProducerEpoch: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int16
    public init(rawValue: Int16) { self.rawValue = rawValue }
}

/// An operator's address in a snapshot: its key in the pipeline file (Flink's `uid`).
public struct OperatorID: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static func < (a: OperatorID, b: OperatorID) -> Bool { a.rawValue < b.rawValue }
}

/// One parallel instance of a job vertex.
public struct SubtaskID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let vertex: UInt16
    public let index: UInt16
    public init(vertex: UInt16, index: UInt16) {
        self.vertex = vertex
        self.index = index
    }
    public static func < (a: SubtaskID, b: SubtaskID) -> Bool {
        (a.vertex, a.index) < (b.vertex, b.index)
    }
    public var description: String { "\(vertex)/\(index)" }
}
