internal import StreamAPI
internal import StreamCore

/// The reader of a subtask that has no partition: more subtasks than partitions.
///
/// It costs no client and no connection.
final class IdleSourceReader: SourceReader {
    private let isEnded: Bool
    private let bell = WakeUpBell()

    /// - Parameter isEnded: The run stops at the end of its input, which is here already.
    init(isEnded: Bool) { self.isEnded = isEnded }

    func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus {
        batch.removeAll()
        if isEnded { return .ended }
        bell.wait(waitMax)
        return .idle
    }

    func snapshot() -> [[UInt8]] { [] }
    func openSplits() -> [SplitKey] { [] }
    var wakeUp: @Sendable () -> Void { { [bell] in bell.ring() } }
    func close() {}
}
