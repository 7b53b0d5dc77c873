/// Memory that its table no longer uses, but some snapshot may still read.
///
/// Blocks are kept while any snapshot is live that was taken before they were retired, and then freed
/// a few a batch, so that the end of a snapshot is no pause.
///
/// - Threading: the subtask's thread.
struct RetiredMemory {
    private struct Block {
        let pointer: UnsafeMutableRawPointer
        let byteCount: Int
    }

    /// Blocks freed for each row of a batch. A row retires two at most, a page and a value, but for
    /// directories, so what is retired is freed as fast.
    private static let freedPerRow = 2

    /// A live snapshot may read these.
    private var shared: [Block] = []
    /// Nobody reads these, whatever snapshots come later.
    private var unused: [Block] = []
    private(set) var byteCount = 0

    var isEmpty: Bool { shared.isEmpty && unused.isEmpty }

    mutating func append(_ pointer: UnsafeMutableRawPointer, byteCount: Int) {
        shared.append(Block(pointer: pointer, byteCount: byteCount))
        self.byteCount += byteCount
    }

    /// No snapshot is live at this moment.
    mutating func snapshotsEnded() {
        guard !shared.isEmpty else { return }
        if unused.isEmpty {
            swap(&shared, &unused)
        } else {
            unused.append(contentsOf: shared)
            shared.removeAll(keepingCapacity: true)
        }
    }

    /// Frees what a batch of `rowCount` rows has to, and a little more.
    mutating func freeSome(rowCount: Int) {
        let kept = max(0, unused.count - RetiredMemory.freedPerRow * rowCount - 64)
        for block in unused[kept...] { free(block) }
        unused.removeSubrange(kept...)
    }

    /// The state ends; so have its snapshots.
    mutating func freeAll() {
        for block in shared { free(block) }
        for block in unused { free(block) }
        shared = []
        unused = []
    }

    private mutating func free(_ block: Block) {
        block.pointer.deallocate()
        byteCount -= block.byteCount
    }
}
