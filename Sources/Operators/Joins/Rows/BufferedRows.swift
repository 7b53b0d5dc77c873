internal import StreamAPI
internal import StreamCore

/// The rows that a join waits with: by slice of event time, in a slice by key.
///
/// A slice is the unit of memory: windows are made of whole slices, and a slice is freed when no
/// window and no interval can reach it any more.
///
/// - Threading: the subtask's thread. Snapshots read, on another, only what is never written again.
final class BufferedRows {
    /// Slices of one operator instance, at most: so many windows are open at once.
    static let sliceCountMax = 1 << 16

    let layout: BufferedRowsLayout
    /// The job's `maxParallelism`.
    let groupCount: Int
    let keyGroups: KeyGroupRange
    /// Ascending by start.
    private(set) var slices: [SlicePointer] = []
    /// Where the last look-up ended.
    private var lastIndex = 0
    /// Watermarks that key groups had reached in the checkpoint that was restored; `Int64.min` for
    /// none. Empty once the operator's own has passed them all.
    var restoredWatermarks: [Int64] = []

    init(_ layout: BufferedRowsLayout, context: OperatorContext) {
        self.layout = layout
        groupCount = context.maxParallelism
        keyGroups = context.keyGroups
    }

    deinit {
        for slice in slices { BufferedRows.destroy(slice) }
    }

    private static func destroy(_ slice: SlicePointer) {
        slice.pointee.deallocate()
        slice.deinitialize(count: 1)
        slice.deallocate()
    }

    /// Memory held, in bytes.
    var byteCount: Int { slices.reduce(0) { $0 + $1.pointee.byteCount } }
    /// Rows held, both sides.
    var rowCount: Int {
        slices.reduce(0) { $0 + $1.pointee.sides[0].rowCount + $1.pointee.sides[1].rowCount }
    }

    // MARK: Slices

    /// The position of the first slice that begins at or after `time`.
    func firstIndex(atOrAfter time: Int64) -> Int {
        var low = 0
        var high = slices.count
        while low < high {
            let middle = (low + high) / 2
            if slices[middle].pointee.start < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The slice found last, if a time lies in it: rows that come together mostly share one.
    @inline(__always)
    func lastSlice(covering time: Int64) -> SlicePointer? {
        guard lastIndex < slices.count else { return nil }
        let distance = UInt64(bitPattern: time &- slices[lastIndex].pointee.start)
        return distance < UInt64(layout.sliceMilliseconds) ? slices[lastIndex] : nil
    }

    /// The slice that begins at `start`, if there is one.
    @inline(__always)
    func slice(at start: Int64) -> SlicePointer? {
        if lastIndex < slices.count, slices[lastIndex].pointee.start == start {
            return slices[lastIndex]
        }
        let index = firstIndex(atOrAfter: start)
        guard index < slices.count, slices[index].pointee.start == start else { return nil }
        lastIndex = index
        return slices[index]
    }

    /// The slice that begins at `start`, made if there was none; nil if there are too many.
    @inline(__always)
    func sliceOrInsert(at start: Int64) -> SlicePointer? {
        if let found = slice(at: start) { return found }
        return insert(start)
    }

    private func insert(_ start: Int64) -> SlicePointer? {
        guard slices.count < BufferedRows.sliceCountMax else { return nil }
        let slice = SlicePointer.allocate(capacity: 1)
        slice.initialize(to: TimeSlice(start: start, keepsSpans: layout.keepsSpans))
        lastIndex = firstIndex(atOrAfter: start)
        slices.insert(slice, at: lastIndex)
        return slice
    }

    /// Frees the slices for which `isExpired` holds, from the first on, until one for which it does
    /// not.
    func removeFirst(while isExpired: (SlicePointer) -> Bool) {
        var count = 0
        while count < slices.count, isExpired(slices[count]) {
            BufferedRows.destroy(slices[count])
            count += 1
        }
        slices.removeFirst(count)
        lastIndex = 0
    }

    /// Frees every slice for which `isExpired` holds.
    func removeAll(where isExpired: (SlicePointer) -> Bool) {
        slices.removeAll { slice in
            guard isExpired(slice) else { return false }
            BufferedRows.destroy(slice)
            return true
        }
        lastIndex = 0
    }

    // MARK: Watermarks of restored key groups

    /// The watermark that holds for a key: its group's in the checkpoint, if that is later.
    @inline(__always)
    func watermark(ofHash hash: UInt64, _ current: Int64) -> Int64 {
        guard !restoredWatermarks.isEmpty else { return current }
        let group = KeyGroup.index(ofHash: hash, groupCount: groupCount) - keyGroups.lower
        return max(current, restoredWatermarks[group])
    }

    /// Forgets the restored watermarks once they say nothing new.
    func watermarkRose(to current: Int64) {
        if restoredWatermarks.allSatisfy({ $0 <= current }) { restoredWatermarks = [] }
    }
}

/// What of a join decides how its rows are buffered.
struct BufferedRowsLayout: Sendable {
    /// Milliseconds of event time of one slice, at least 1.
    let sliceMilliseconds: Int64
    /// Where some slice begins, milliseconds since the epoch.
    let offsetMilliseconds: Int64
    let frame: RowFrame
    /// By ``JoinSide``.
    let codecs: [RowCodec]
    /// Whether rows are joined by session: tables keep the spans of keys, and a marked row is gone.
    let keepsSpans: Bool
    /// Described with every snapshot, and compared on restore.
    let schema: [UInt8]

    /// Where the slice of a time begins.
    @inline(__always)
    func sliceStart(of time: Int64) -> Int64 {
        let distance = (time &- offsetMilliseconds) % sliceMilliseconds
        return time &- (distance < 0 ? distance &+ sliceMilliseconds : distance)
    }

    /// Event times beyond are taken for this one, so that adding a window's size never overflows:
    /// 2^61 ms, 73 million years.
    static let timeMax: Int64 = 1 << 61
}
