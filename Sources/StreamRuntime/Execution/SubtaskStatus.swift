package import StreamCore

/// Where a subtask is in its life (Flink's `ExecutionState`, without deployment).
package enum ExecutionState: Int, Sendable {
    case created, initializing, running
    /// Its input has ended; it waits for the last barrier.
    case ended
    /// It has taken the last barrier.
    case finished
    case failed, canceled
}

/// One subtask as progress lines and metrics show it.
package struct SubtaskStatus: Sendable {
    package let subtask: SubtaskID
    /// The vertex's name: `events -> only_red`.
    package let name: String
    package let state: ExecutionState
    package let isSource: Bool
    package let hasSink: Bool
    package let recordsIn: Int
    package let recordsOut: Int
    package let bytesIn: Int
    package let dropped: Int
    /// Rows too far ahead to move the watermark.
    package let leading: Int
    /// Rows that came too late for every window.
    package let lateDropped: Int
    /// How long splits waited for their alignment group.
    package let alignmentWaitMilliseconds: Int
    /// Elements that wait in its input channels; 0 for a source.
    package let queuedElementCount: Int
}
