/// The engine's bounds, each with its unit.
package struct ExecutionConfiguration: Sendable {
    /// Elements in one channel, a power of two.
    package var channelElementCountMax = 16
    /// Bytes in one channel; a single element larger than this may stand alone.
    package var channelByteCountMax = 4 << 20
    /// Rows in a batch from a source; behind an exchange there are fewer.
    package var batchRowCountMax = 2048
    /// The longest wait of an idle source for a record; mail ends it early.
    package var sourceWaitMax: Duration = .milliseconds(200)
    /// The stack of a subtask's thread. Nothing in a chain recurses over data.
    package var stackByteCount = 1 << 20
    /// Snapshots whose state files wait to be written, at most; more are declined.
    package var pendingSnapshotCountMax = 1024

    package init() {}

    /// The settings are the wiring's own, not a user's: a wrong one is a mistake in the program.
    func check() {
        precondition(channelElementCountMax > 0)
        precondition(channelElementCountMax & (channelElementCountMax - 1) == 0)
        precondition(channelByteCountMax > 0)
        precondition(batchRowCountMax > 0 && batchRowCountMax <= Int(Int32.max))
        precondition(sourceWaitMax > .zero, "a source that does not wait would keep a core busy")
        precondition(stackByteCount >= 64 << 10, "Swift's runtime alone needs tens of kilobytes")
        precondition(pendingSnapshotCountMax > 0)
    }
}
