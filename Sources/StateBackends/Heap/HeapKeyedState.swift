internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// The keyed state of one operator instance in memory: a ``KeyGroupTable`` for each of its groups.
///
/// **Snapshots are copy-on-write by page.** Each page has the epoch of its last change. A snapshot
/// notes, for each group, the array of pages and the number of rows, and raises the epoch: a few
/// words a group, whatever the number of keys. The first change of a page in a new epoch copies the
/// page, if some snapshot is still being read, and the copy takes its place; the snapshot keeps the
/// old one. So no byte that a snapshot reads is ever written, and reader and task need no lock. What
/// is replaced goes on ``retired``, and is freed when no snapshot is left. A removal is a change of
/// the key's page; the key's bytes stay as they are while a snapshot may read them.
///
/// A checkpoint thus costs one memcpy of the pages that change while it is written, at most the
/// whole state, spread over the batches that change them.
///
/// - Threading: the subtask's thread. A snapshot reads, from another, only what the above protects.
final class HeapKeyedState: KeyedStateBackend {
    let descriptor: KeyedStateDescriptor
    let keyGroups: KeyGroupRange
    /// The job's `maxParallelism`.
    let groupCount: Int
    let layout: RowLayout
    /// One a group of `keyGroups`.
    let tables: UnsafeMutablePointer<KeyGroupTable>
    let probes = Probes()
    /// Snapshots that are not released. Raised by the task, lowered by whoever reads them.
    let liveSnapshots = Atomic<Int>(0)
    /// Number of snapshots taken; the epoch that new changes belong to.
    var epoch: UInt32 = 1
    /// Replaced memory that a live snapshot may still read. Not checked for exclusive access, which
    /// would cost every new key two calls: one thread has it, and passes it down only.
    @exclusivity(unchecked) var retired = RetiredMemory()
    /// Blocks of ``bytes(at:)``.
    var blockByteCount = 0

    init(_ descriptor: KeyedStateDescriptor, context: OperatorContext) {
        self.descriptor = descriptor
        keyGroups = context.keyGroups
        groupCount = context.maxParallelism
        layout = RowLayout(descriptor)
        tables = .allocate(capacity: max(1, keyGroups.count))
        for group in 0..<keyGroups.count {
            (tables + group).initialize(to: KeyGroupTable(keyGroup: group))
        }
    }

    /// Snapshots retain their state, so none is left.
    deinit {
        for group in 0..<keyGroups.count {
            freeBlocks(of: tables[group])
            tables[group].deallocate()
        }
        tables.deinitialize(count: keyGroups.count)
        tables.deallocate()
        retired.freeAll()
        probes.deallocate()
    }

    var keyCount: Int { sum { $0.keyCount } }
    var byteCount: Int {
        sum { $0.byteCount + $0.keys.byteCount } + blockByteCount + retired.byteCount
    }

    private func sum(_ value: (KeyGroupTable) -> Int) -> Int {
        (0..<keyGroups.count).reduce(0) { $0 + value(tables[$1]) }
    }

    /// Frees the values of all keys; their words stay as they are.
    func freeBlocks(of table: KeyGroupTable) {
        guard !descriptor.bytesWords.isEmpty else { return }
        for entry in 0..<table.rowCount {
            let row = layout.row(entry, table.pages)
            guard RowLayout.key(row) != RowLayout.noKey else { continue }
            let words = RowLayout.words(row)
            for word in descriptor.bytesWords { ValueBlock(words[word])?.deallocate() }
        }
    }
}
