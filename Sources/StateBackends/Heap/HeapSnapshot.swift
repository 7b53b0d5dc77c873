internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// A ``HeapKeyedState`` as it was at a barrier.
///
/// - Threading: made on the task's thread, then read by one other.
final class HeapSnapshot: KeyedStateSnapshot, @unchecked Sendable {
    // Proof: until `release`, nothing that `views` leads to is written (HeapKeyedState says how), and
    // of `state` only immutable properties and the atomic counter are used.
    private struct View {
        let pages: UnsafeMutablePointer<UnsafeMutableRawPointer>
        let chunks: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>
        /// Those of removed keys included.
        let rowCount: Int
        let keyCount: Int
        let keyByteCount: Int
    }

    let keyGroups: KeyGroupRange
    private let state: HeapKeyedState
    private let views: [View]
    private let isReleased = Atomic<Bool>(false)

    init(of state: HeapKeyedState) {
        self.state = state
        keyGroups = state.keyGroups
        views = (0..<state.keyGroups.count).map { group in
            let table = state.tables[group]
            return View(
                pages: table.pages, chunks: table.keys.chunks, rowCount: table.rowCount,
                keyCount: table.keyCount, keyByteCount: table.keys.keyByteCount)
        }
        state.liveSnapshots.add(1, ordering: .relaxed)
    }

    deinit { release() }

    var stateSchema: [UInt8] { KeyedStateFormat.schema(of: state.descriptor) }

    func write(keyGroup: Int, into writer: inout ByteWriter) {
        precondition(keyGroups.contains(keyGroup) && !isReleased.load(ordering: .relaxed))
        let view = views[keyGroup - keyGroups.lower]
        guard view.keyCount > 0 else { return }
        let byteCount = groupByteCount(view)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 8)
        defer { buffer.deallocate() }
        var target = RawWriter(buffer)
        target.append(UInt32(view.keyCount))
        for row in 0..<view.rowCount { append(row, of: view, to: &target) }
        precondition(target.count == byteCount)
        writer.append(raw: UnsafeRawBufferPointer(buffer))
    }

    private func groupByteCount(_ view: View) -> Int {
        let descriptor = state.descriptor
        var total =
            4 + view.keyByteCount
            + view.keyCount * KeyedStateFormat.entryByteCountMin(descriptor)
        guard !descriptor.bytesWords.isEmpty else { return total }
        for number in 0..<view.rowCount {
            let row = state.layout.row(number, view.pages)
            guard RowLayout.key(row) != RowLayout.noKey else { continue }
            let words = RowLayout.words(row)
            for word in descriptor.bytesWords { total += ValueBlock(words[word])?.value.count ?? 0 }
        }
        return total
    }

    @inline(__always)
    private func append(_ number: Int, of view: View, to target: inout RawWriter) {
        let row = state.layout.row(number, view.pages)
        guard RowLayout.key(row) != RowLayout.noKey else { return }
        let key = KeyStore.key(RowLayout.key(row), view.chunks)
        target.append(UInt32(truncatingIfNeeded: key.count))
        target.append(key)
        appendWords(RowLayout.words(row), to: &target)
    }

    private func appendWords(_ words: StateSlot, to target: inout RawWriter) {
        var next = 0
        for bytesWord in state.descriptor.bytesWords {
            for word in next..<bytesWord { target.append(words[word]) }
            if let value = ValueBlock(words[bytesWord])?.value {
                target.append(UInt32(truncatingIfNeeded: value.count))
                target.append(value)
            } else {
                target.append(KeyedStateFormat.absentLength)
            }
            next = bytesWord + 1
        }
        for word in next..<state.descriptor.wordCount { target.append(words[word]) }
    }

    func release() {
        guard !isReleased.exchange(true, ordering: .relaxed) else { return }
        // Releases our reads to the task, which acquires the counter before it writes in place.
        state.liveSnapshots.subtract(1, ordering: .releasing)
    }
}

/// Writes into a buffer of the exact size; the size is checked at the end of a group.
private struct RawWriter {
    private let buffer: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

    @inline(__always)
    mutating func append<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
        let width = MemoryLayout<T>.size
        precondition(count + width <= buffer.count)
        buffer.storeBytes(of: value.littleEndian, toByteOffset: count, as: T.self)
        count += width
    }

    @inline(__always)
    mutating func append(_ slice: ByteSlice) {
        guard slice.count > 0, let base = slice.base, let start = buffer.baseAddress else { return }
        precondition(count + slice.count <= buffer.count)
        (start + count).copyMemory(from: base, byteCount: slice.count)
        count += slice.count
    }
}

extension HeapKeyedState {
    func snapshot() -> any KeyedStateSnapshot {
        // Else a snapshot taken as soon as the last one ended would keep what that one read.
        if !isShared { retired.snapshotsEnded() }
        let snapshot = HeapSnapshot(of: self)
        epoch += 1
        return snapshot
    }
}
