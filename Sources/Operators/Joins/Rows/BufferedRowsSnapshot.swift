internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// ``BufferedRows`` as they were at a barrier.
///
/// Taking it costs a few words a slice: the chunks are shared, since rows are never written again.
/// The thread that writes sorts references by key group once, before the first group.
///
/// - Threading: made on the task's thread, then used by one other.
final class BufferedRowsSnapshot: KeyedStateSnapshot, @unchecked Sendable {
    // Proof: the views are written by nobody (RowChunks, RowFlags say how), and `index` is touched by
    // the writing thread alone.
    let keyGroups: KeyGroupRange
    private let groupCount: Int
    private let layout: BufferedRowsLayout
    private let watermark: Int64
    private let restoredWatermarks: [Int64]
    private var slices: [SliceView]
    private var index: [SliceIndex]?

    init(of rows: BufferedRows, watermark: Int64) {
        keyGroups = rows.keyGroups
        groupCount = rows.groupCount
        layout = rows.layout
        self.watermark = watermark
        restoredWatermarks = rows.restoredWatermarks
        slices = rows.slices.map { SliceView($0.pointee) }
    }

    var stateSchema: [UInt8] { layout.schema }

    func release() {
        slices = []
        index = nil
    }

    func write(keyGroup: Int, into writer: inout ByteWriter) {
        precondition(keyGroups.contains(keyGroup))
        let index = index ?? makeIndex()
        let group = keyGroup - keyGroups.lower
        let reached = max(
            watermark, restoredWatermarks.isEmpty ? .min : restoredWatermarks[group])
        let used = index.filter { $0.hasRows(group) }
        guard reached != .min || !used.isEmpty else { return }
        var target = GroupWriter()
        target.append(reached)
        target.append(UInt32(used.count))
        for slice in used { slice.write(group, layout, to: &target) }
        writer.append(raw: target.bytes)
        target.deallocate()
    }

    private func makeIndex() -> [SliceIndex] {
        let made = slices.map {
            SliceIndex($0, layout, keyGroups: keyGroups, groupCount: groupCount)
        }
        index = made
        return made
    }
}

/// What a snapshot shares of one slice.
struct SliceView {
    let start: Int64
    let keys: RowChunks.View
    /// By ``JoinSide``.
    let rows: [RowChunks.View]
    let flags: [RowFlags]

    init(_ slice: TimeSlice) {
        start = slice.start
        keys = slice.keys.view()
        rows = JoinSide.allCases.map { slice[$0].pointee.rows.view() }
        flags = JoinSide.allCases.map { slice[$0].pointee.flags }
    }
}

/// The keys and rows of one slice, by key group. For the thread that writes.
final class SliceIndex {
    private let view: SliceView
    private let wordStarts: [Int]
    /// By word of the key's record: its number among the keys of its group.
    private var numbers: [UInt32]
    private var keys: GroupedReferences
    private var rows: [GroupedReferences]

    init(
        _ view: SliceView, _ layout: BufferedRowsLayout, keyGroups: KeyGroupRange, groupCount: Int
    ) {
        self.view = view
        let words = view.keys.wordStarts()
        wordStarts = words.starts
        numbers = [UInt32](repeating: .max, count: words.count)
        var groups = [UInt16](repeating: 0, count: words.count)
        keys = GroupedReferences(groupCount: keyGroups.count)
        rows = JoinSide.allCases.map { _ in GroupedReferences(groupCount: keyGroups.count) }
        view.keys.forEachKey { key, reference in
            let hash = StableHash.xxh3(key.base, key.count)
            let group = KeyGroup.index(ofHash: hash, groupCount: groupCount) - keyGroups.lower
            groups[word(reference)] = UInt16(truncatingIfNeeded: group)
        }
        for side in JoinSide.allCases { collectRows(side, layout, groups) }
        view.keys.forEachKey { _, reference in
            let word = word(reference)
            // A key whose rows are gone is left out.
            if numbers[word] != .max { keys.add(reference, group: Int(groups[word])) }
        }
        keys.sort()
        for side in rows.indices { rows[side].sort() }
    }

    private func word(_ reference: RowChunks.Reference) -> Int {
        wordStarts[Int(reference &>> 16)] + Int(reference & 0xffff)
    }

    private func collectRows(
        _ side: JoinSide, _ layout: BufferedRowsLayout, _ groups: [UInt16]
    ) {
        let flags = view.flags[side.rawValue]
        let leavesOutMarked = layout.keepsSpans
        let codec = layout.codecs[side.rawValue]
        view.rows[side.rawValue].forEachRow(codec, layout.frame) { row, reference in
            if leavesOutMarked, flags.isSet(reference) { return }
            let word = word(RowFrame.key(row))
            numbers[word] = 0
            rows[side.rawValue].add(reference, group: Int(groups[word]))
        }
    }

    func hasRows(_ group: Int) -> Bool { !keys[group].isEmpty }

    func write(_ group: Int, _ layout: BufferedRowsLayout, to target: inout GroupWriter) {
        target.append(view.start)
        target.append(UInt32(keys[group].count))
        for (number, reference) in keys[group].enumerated() {
            numbers[word(reference)] = UInt32(truncatingIfNeeded: number)
            let key = KeyRecord.read(view.keys.address(reference))
            target.append(UInt32(truncatingIfNeeded: key.count))
            target.append(key.base, key.count)
        }
        for side in JoinSide.allCases { writeRows(side, group, layout, to: &target) }
    }

    private func writeRows(
        _ side: JoinSide, _ group: Int, _ layout: BufferedRowsLayout, to target: inout GroupWriter
    ) {
        let chunks = view.rows[side.rawValue]
        let flags = view.flags[side.rawValue]
        let codec = layout.codecs[side.rawValue]
        let references = rows[side.rawValue][group]
        target.append(UInt32(references.count))
        for reference in references {
            let row = UnsafeRawPointer(chunks.address(reference))
            target.append(numbers[word(RowFrame.key(row))])
            if layout.frame.keepsTimes {
                target.append(RowFrame.time(row))
                target.append(UInt8(flags.isSet(reference) ? 1 : 0))
            }
            let bytes = row + layout.frame.headerByteCount
            target.append(bytes, codec.byteCount(of: bytes))
        }
    }
}

/// References by key group: a counting sort, so that order within a group stays.
struct GroupedReferences {
    private let groupCount: Int
    private var references: [RowChunks.Reference] = []
    private var groups: [UInt16] = []
    private var starts: [Int] = []

    init(groupCount: Int) { self.groupCount = groupCount }

    mutating func add(_ reference: RowChunks.Reference, group: Int) {
        references.append(reference)
        groups.append(UInt16(truncatingIfNeeded: group))
    }

    /// Called once, behind the last ``add(_:group:)``.
    mutating func sort() {
        starts = [Int](repeating: 0, count: groupCount + 2)
        for group in groups { starts[Int(group) + 2] += 1 }
        for group in 2..<(groupCount + 2) { starts[group] += starts[group - 1] }
        var sorted = references
        for (index, group) in groups.enumerated() {
            sorted[starts[Int(group) + 1]] = references[index]
            starts[Int(group) + 1] += 1
        }
        references = sorted
        groups = []
    }

    subscript(group: Int) -> ArraySlice<RowChunks.Reference> {
        references[starts[group]..<starts[group + 1]]
    }
}

/// Bytes of one group, grown as they come.
struct GroupWriter {
    private var buffer: UnsafeMutableRawBufferPointer = .allocate(byteCount: 4096, alignment: 8)
    private var count = 0

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[..<count]) }

    @inline(__always)
    mutating func append<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
        reserve(MemoryLayout<T>.size)
        buffer.storeBytes(of: value.littleEndian, toByteOffset: count, as: T.self)
        count += MemoryLayout<T>.size
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawPointer?, _ byteCount: Int) {
        guard let bytes, byteCount > 0 else { return }
        reserve(byteCount)
        UnsafeMutableRawBufferPointer(rebasing: buffer[count..<count + byteCount]).copyMemory(
            from: UnsafeRawBufferPointer(start: bytes, count: byteCount))
        count += byteCount
    }

    @inline(__always)
    private mutating func reserve(_ byteCount: Int) {
        if count + byteCount > buffer.count { grow(count + byteCount) }
    }

    @inline(never)
    private mutating func grow(_ needed: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(needed, buffer.count * 2), alignment: 8)
        larger.copyMemory(from: bytes)
        buffer.deallocate()
        buffer = larger
    }

    func deallocate() { buffer.deallocate() }
}
