internal import StreamAPI
internal import StreamCore

/// Tumbling and hopping windows.
///
/// A slice is as long as the greatest common divisor of size and slide, so every window is made of
/// whole slices, and a row is buffered once however many windows it belongs to.
final class SlidingJoin: JoinWindowing {
    private let parts: JoinParts
    private let size: Int64
    private let slide: Int64
    private let offset: Int64
    private let lateness: Int64
    /// Whether a time may be in no window.
    private let hasGaps: Bool
    /// From a window's last millisecond to its firing.
    private let fireDelay: Int64
    /// Whether rows within the allowed lateness make their windows fire again.
    private let firesAgain: Bool
    private let keys: KeyOrder
    private let emitter: JoinEmitter
    private var watermark = Int64.min
    /// No window fires before; `Int64.max`: there is none.
    private var nextFireTime = Int64.max

    init(_ parts: JoinParts, size: Int64, slide: Int64, offset: Int64) {
        self.parts = parts
        self.size = size
        self.slide = slide
        self.offset = offset
        hasGaps = slide > size
        lateness = parts.definition.allowedLatenessMilliseconds
        fireDelay = parts.definition.emission == .onWindowClose ? lateness : 0
        firesAgain = parts.definition.emission == .onWindowEnd && lateness > 0
        keys = KeyOrder()
        emitter = JoinEmitter(parts)
    }

    // MARK: Windows of a time

    /// The last window that begins at or before `time`.
    @inline(__always)
    private func lastStart(_ time: Int64) -> Int64 {
        let distance = (time &- offset) % slide
        return time &- (distance < 0 ? distance &+ slide : distance)
    }

    /// The first window that ends after `time`.
    @inline(__always)
    private func firstStart(_ time: Int64) -> Int64 { lastStart(time &- size) &+ slide }

    private func fireTime(_ start: Int64) -> Int64 { start + size - 1 + fireDelay }

    /// The first window that has not fired at a watermark.
    private func firstStart(notFiredAt watermark: Int64) -> Int64 {
        guard watermark >= -BufferedRowsLayout.timeMax else { return .min }
        guard watermark <= BufferedRowsLayout.timeMax * 2 else { return .max }
        return lastStart(watermark - size + 1 - fireDelay) + slide
    }

    // MARK: Rows

    func split(_ batch: RecordBatch, of input: JoinInput, _ watermark: Int64) {
        input.split(batch, parts, watermark) { fate($0, $1) }
    }

    /// Flink: `isWindowLate` of all of its windows, hence of the last.
    @inline(__always)
    private func fate(_ time: Int64, _ watermark: Int64) -> JoinInput.Fate {
        // No window of the row ends before its time: no division for a row ahead of the watermark.
        if time &+ lateness > watermark, !hasGaps { return .taken }
        let end = lastStart(time) &+ size
        guard time < end else { return time &+ lateness <= watermark ? .late : .unmatchable }
        return end &- 1 &+ lateness <= watermark ? .late : .taken
    }

    func add(_ incoming: IncomingRows, into output: any OperatorOutput) throws {
        var lastSlice: SlicePointer?
        for position in 0..<incoming.count {
            let slice = try parts.rows.slice(of: position, incoming)
            if slice != lastSlice {
                noteSlice(slice)
                lastSlice = slice
            }
            _ = try parts.rows.append(position, of: incoming, to: slice)
            if firesAgain { try fireAgain(position, incoming, into: output) }
        }
    }

    private func noteSlice(_ slice: SlicePointer) {
        let start = max(firstStart(slice.pointee.start), firstStart(notFiredAt: watermark))
        guard start <= lastStart(slice.pointee.start) else { return }
        nextFireTime = min(nextFireTime, fireTime(start))
    }

    /// Every window of the row that has fired and is not closed fires again, for its key.
    private func fireAgain(
        _ position: Int, _ incoming: IncomingRows, into output: any OperatorOutput
    ) throws {
        let time = incoming.times[position]
        let hash = incoming.hashes[position]
        let watermark = parts.rows.watermark(ofHash: hash, watermark)
        var start = firstStart(time)
        while start <= time, start + size - 1 <= watermark {
            if start + size - 1 + lateness > watermark {
                try fire(start, key: incoming.keys[position], hash, into: output)
            }
            start += slide
        }
    }

    // MARK: Firing

    func advance(from old: Int64, to new: Int64, into output: any OperatorOutput) throws {
        watermark = new
        guard new >= nextFireTime || canFree(new) else { return }
        try fire(after: old, upTo: new, into: output)
        try parts.pairs.flush(into: output)
        parts.rows.removeFirst { self.isExpired($0, new) }
        findNextFireTime()
    }

    private func isExpired(_ slice: SlicePointer, _ watermark: Int64) -> Bool {
        lastStart(slice.pointee.start) + size - 1 + lateness <= watermark
    }

    private func canFree(_ watermark: Int64) -> Bool {
        parts.rows.slices.first.map { isExpired($0, watermark) } ?? false
    }

    private func fire(after old: Int64, upTo new: Int64, into output: any OperatorOutput) throws {
        var from = firstStart(notFiredAt: old)
        // Ends: windows come later and later, and the slices are finite.
        while let (start, slices) = firstWindow(from), fireTime(start) <= new {
            try fire(JoinWindowSpan(start: start, end: start + size), slices, into: output)
            from = start + slide
        }
    }

    /// The first window that begins at or after `from` and has rows.
    private func firstWindow(_ from: Int64) -> (start: Int64, slices: Range<Int>)? {
        let rows = parts.rows
        guard let first = rows.slices.first else { return nil }
        var start = max(from, firstStart(first.pointee.start))
        // Ends: each round comes to a later slice.
        while start != .max {
            let lower = rows.firstIndex(atOrAfter: start)
            guard lower < rows.slices.count else { return nil }
            let next = rows.slices[lower].pointee.start
            if next < start + size {
                return (start, lower..<rows.firstIndex(atOrAfter: start + size))
            }
            start = firstStart(next)
        }
        return nil
    }

    private func findNextFireTime() {
        let next = firstWindow(firstStart(notFiredAt: watermark))
        nextFireTime = next.map { fireTime($0.start) } ?? .max
    }

    private func fire(
        _ window: JoinWindowSpan, _ range: Range<Int>, into output: any OperatorOutput
    ) throws {
        let slices = parts.rows.slices[range]
        keys.collect(slices)
        defer { keys.removeAll() }
        parts.pairs.beginWindow(slices)
        defer { parts.pairs.endWindow() }
        var position = 0
        while position < keys.count {
            let next = emitter.gather(keys, from: position)
            if !hasFired(window, keys[position].key) {
                try emitter.emit(key: keys[position].key, window, into: output)
            }
            position = next
        }
    }

    /// In the checkpoint that was restored, another instance may have been further than this one is.
    private func hasFired(_ window: JoinWindowSpan, _ record: UnsafeRawPointer) -> Bool {
        guard !parts.rows.restoredWatermarks.isEmpty else { return false }
        let key = KeyRecord.read(record)
        let restored = parts.rows.watermark(ofHash: StableHash.xxh3(key.base, key.count), .min)
        return fireTime(window.start) <= restored
    }

    /// One key of one window.
    private func fire(
        _ start: Int64, key: ByteSlice, _ hash: UInt64, into output: any OperatorOutput
    ) throws {
        let rows = parts.rows
        let range =
            rows.firstIndex(atOrAfter: start)..<rows.firstIndex(atOrAfter: start + size)
        parts.pairs.beginWindow(rows.slices[range])
        defer { parts.pairs.endWindow() }
        guard let record = emitter.gather(rows.slices[range], key, hash) else { return }
        try emitter.emit(
            key: record, JoinWindowSpan(start: start, end: start + size), into: output)
    }

    func restored() { findNextFireTime() }
}
