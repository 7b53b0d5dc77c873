internal import StreamAPI
internal import StreamCore

/// Session windows over the rows of both sides.
///
/// Sessions are not stored: a slice is at most as long as the gap, so the rows of one key in one slice
/// are of one session, and a session is the run of a key's slices with no more than the gap between
/// them. Each key of each slice has one timer, at the end that the session would have if it ended
/// there; it is looked at again when it is due.
///
/// - Source: Flink `EventTimeSessionWindows`, `MergingWindowSet`: windows that touch are merged.
final class SessionJoin: JoinWindowing {
    private let parts: JoinParts
    private let gap: Int64
    private let lateness: Int64
    private let fireDelay: Int64
    /// Whether sessions stay, once fired, for rows within the allowed lateness.
    private let firesAgain: Bool
    private let emitter: JoinEmitter
    private var timers = TimeHeap<SessionTimer>()
    private var watermark = Int64.min

    init(_ parts: JoinParts, gap: Int64) {
        self.parts = parts
        self.gap = gap
        lateness = parts.definition.allowedLatenessMilliseconds
        fireDelay = parts.definition.emission == .onWindowClose ? lateness : 0
        firesAgain = parts.definition.emission == .onWindowEnd && lateness > 0
        emitter = JoinEmitter(parts)
    }

    /// Decided when the row's turn comes: one that came before it may have made a session for it.
    func split(_ batch: RecordBatch, of input: JoinInput, _ watermark: Int64) {
        input.split(batch, parts, watermark) { _, _ in .taken }
    }

    // MARK: Rows

    func add(_ incoming: IncomingRows, into output: any OperatorOutput) throws {
        for position in 0..<incoming.count {
            let time = incoming.times[position]
            let key = SessionKey(bytes: incoming.keys[position], hash: incoming.hashes[position])
            let reached = parts.rows.watermark(ofHash: key.hash, watermark)
            if time + gap - 1 + lateness <= reached, !hasNeighbour(key, time) {
                incoming.late.append(incoming.rows[position])
                continue
            }
            let slice = try parts.rows.slice(of: position, incoming)
            let found = slice.pointee.table.find(key.bytes, key.hash, slice.pointee.keys.bases)
            let isFirst = found?.pointee.isEmpty ?? true
            let (_, entry) = try parts.rows.append(position, of: incoming, to: slice)
            let spot = SessionSpot(slice: slice, entry: entry)
            extend(spot, by: time, isFirst: isFirst, reached)
            if firesAgain { try fireAgain(spot, key, reached, into: output) }
        }
    }

    private func extend(
        _ spot: SessionSpot, by time: Int64, isFirst: Bool, _ reached: Int64
    ) {
        let offset = UInt32(truncatingIfNeeded: time - spot.slice.pointee.start)
        let span = spot.span
        guard !isFirst else {
            span.pointee = SliceTable.Span(first: offset, last: offset)
            return addTimers(spot, reached)
        }
        // Then its timer is gone.
        let hadFired = dueTime(spot, closes: false) <= watermark
        span.pointee.first = min(span.pointee.first, offset)
        guard offset > span.pointee.last else { return }
        span.pointee.last = offset
        if hadFired, dueTime(spot, closes: false) > reached { addTimer(spot, closes: !firesAgain) }
    }

    /// A session that the watermark has passed already fires at once, and needs a timer only to end.
    private func addTimers(_ spot: SessionSpot, _ reached: Int64) {
        guard firesAgain else { return addTimer(spot, closes: true) }
        if dueTime(spot, closes: false) > reached { addTimer(spot, closes: false) }
        addTimer(spot, closes: true)
    }

    /// - Parameter closes: Whether the session is over then: its rows are gone.
    private func addTimer(_ spot: SessionSpot, closes: Bool) {
        timers.insert(
            SessionTimer(
                time: dueTime(spot, closes: closes), slice: spot.slice,
                key: spot.entry.pointee.key, closes: closes))
        spot.slice.pointee.timerCount += 1
    }

    private func dueTime(_ spot: SessionSpot, closes: Bool) -> Int64 {
        spot.last + gap - 1 + (closes ? lateness : fireDelay)
    }

    /// Whether a session of the key is within the gap of a time.
    private func hasNeighbour(_ key: SessionKey, _ time: Int64) -> Bool {
        let rows = parts.rows
        var index = rows.firstIndex(
            atOrAfter: parts.layout.rows.sliceStart(of: time - gap))
        while index < rows.slices.count, rows.slices[index].pointee.start <= time + gap {
            if let spot = spot(key, rows.slices[index]),
                spot.last >= time - gap, spot.first <= time + gap
            {
                return true
            }
            index += 1
        }
        return false
    }

    /// The key's rows in a slice; nil if there are none.
    private func spot(_ key: SessionKey, _ slice: SlicePointer) -> SessionSpot? {
        guard let entry = slice.pointee.table.find(key.bytes, key.hash, slice.pointee.keys.bases),
            !entry.pointee.isEmpty
        else { return nil }
        return SessionSpot(slice: slice, entry: entry)
    }

    // MARK: Sessions

    /// The session's next spot in time; nil at its end.
    private func next(_ key: SessionKey, behind spot: SessionSpot) -> SessionSpot? {
        let rows = parts.rows
        var index = rows.firstIndex(atOrAfter: spot.slice.pointee.start) + 1
        while index < rows.slices.count, rows.slices[index].pointee.start <= spot.last + gap {
            if let found = self.spot(key, rows.slices[index]) {
                return found.first <= spot.last + gap ? found : nil
            }
            index += 1
        }
        return nil
    }

    private func previous(_ key: SessionKey, before spot: SessionSpot) -> SessionSpot? {
        let rows = parts.rows
        let width = parts.layout.rows.sliceMilliseconds
        var index = rows.firstIndex(atOrAfter: spot.slice.pointee.start) - 1
        while index >= 0, rows.slices[index].pointee.start + width > spot.first - gap {
            if let found = self.spot(key, rows.slices[index]) {
                return found.last >= spot.first - gap ? found : nil
            }
            index -= 1
        }
        return nil
    }

    /// All spots of the session that ends with `last`, ascending.
    private func session(_ key: SessionKey, endingWith last: SessionSpot) -> [SessionSpot] {
        var spots = [last]
        // Ends: each is earlier than the one before.
        while let earlier = previous(key, before: spots[spots.count - 1]) { spots.append(earlier) }
        return spots.reversed()
    }

    private func window(_ session: [SessionSpot]) -> JoinWindowSpan {
        JoinWindowSpan(start: session[0].first, end: session[session.count - 1].last + gap)
    }

    private func emit(_ session: [SessionSpot], into output: any OperatorOutput) throws {
        let slices = session.map(\.slice)
        parts.pairs.beginWindow(slices[...])
        defer { parts.pairs.endWindow() }
        emitter.removeAll()
        for spot in session { emitter.append(spot.entry.pointee, of: spot.slice) }
        try emitter.emit(key: session[0].keyRecord, window(session), into: output)
    }

    /// A row within the allowed lateness: its session fires again, unless it has grown beyond the
    /// watermark and will fire then.
    private func fireAgain(
        _ spot: SessionSpot, _ key: SessionKey, _ watermark: Int64, into output: any OperatorOutput
    ) throws {
        var last = spot
        while let later = next(key, behind: last) { last = later }
        guard last.last + gap - 1 <= watermark else { return }
        try emit(session(key, endingWith: last), into: output)
    }

    // MARK: Time

    func advance(from old: Int64, to new: Int64, into output: any OperatorOutput) throws {
        watermark = new
        var due: [DueSession] = []
        guard timers.first.map({ $0.time <= new }) == true else { return }
        // Ends: a timer is put back only for a later time.
        while let timer = timers.removeFirst(upTo: new) {
            timer.slice.pointee.timerCount -= 1
            if let session = dueSession(timer) { due.append(session) }
        }
        due.sort { DueSession.precedes($0, $1) }
        for session in due where session.fires { try emit(session.spots, into: output) }
        try parts.pairs.flush(into: output)
        for session in due where session.closes { close(session.spots) }
        freeSlices()
    }

    /// What a timer means now: nothing if the session has been closed or goes on behind it.
    private func dueSession(_ timer: SessionTimer) -> DueSession? {
        let bytes = KeyRecord.read(timer.slice.pointee.keys.address(timer.key))
        let key = SessionKey(bytes: bytes, hash: StableHash.xxh3(bytes.base, bytes.count))
        guard let spot = spot(key, timer.slice) else { return nil }
        guard dueTime(spot, closes: timer.closes) <= timer.time else {
            addTimer(spot, closes: timer.closes)
            return nil
        }
        guard next(key, behind: spot) == nil else { return nil }
        let fires = !timer.closes || !firesAgain
        let hadFired =
            dueTime(spot, closes: false) <= parts.rows.watermark(ofHash: key.hash, .min)
        return DueSession(
            spots: session(key, endingWith: spot), end: spot.last + gap,
            fires: fires && !hadFired, closes: timer.closes)
    }

    private func close(_ session: [SessionSpot]) {
        for spot in session {
            for side in JoinSide.allCases { close(side, spot) }
        }
    }

    /// The rows stay in memory until their slice is freed, but nothing leads to them.
    private func close(_ side: JoinSide, _ spot: SessionSpot) {
        let rows = spot.slice.pointee[side]
        var row = spot.entry.pointee[side]
        while row != RowChunks.none {
            rows.pointee.flags.set(row)
            rows.pointee.rowCount -= 1
            row = RowFrame.previous(rows.pointee.rows.address(row))
        }
        spot.entry.pointee[side] = RowChunks.none
    }

    private func freeSlices() {
        parts.rows.removeAll { slice in
            slice.pointee.timerCount == 0 && slice.pointee.sides[0].rowCount == 0
                && slice.pointee.sides[1].rowCount == 0
        }
    }

    // MARK: Restore

    func restored() {
        for slice in parts.rows.slices {
            let table = slice.pointee.table
            table.forEachEntry {
                table.span(of: $0).pointee = SliceTable.Span(first: .max, last: 0)
            }
            for side in JoinSide.allCases { restoreSpans(slice, side) }
            table.forEachEntry { entry in
                if !entry.pointee.isEmpty {
                    addTimers(SessionSpot(slice: slice, entry: entry), .min)
                }
            }
        }
    }

    private func restoreSpans(_ slice: SlicePointer, _ side: JoinSide) {
        let view = slice.pointee[side].pointee.rows.view()
        view.forEachRow(parts.layout.rows.codecs[side.rawValue], parts.layout.rows.frame) {
            row, _ in
            let key = KeyRecord.read(slice.pointee.keys.address(RowFrame.key(row)))
            let hash = StableHash.xxh3(key.base, key.count)
            guard let entry = slice.pointee.table.find(key, hash, slice.pointee.keys.bases) else {
                return
            }
            let span = slice.pointee.table.span(of: entry)
            span.pointee.first = min(span.pointee.first, RowFrame.time(row))
            span.pointee.last = max(span.pointee.last, RowFrame.time(row))
        }
    }
}

/// A key, to be looked up.
struct SessionKey {
    let bytes: ByteSlice
    let hash: UInt64
}

/// The rows of one key in one slice: part of one session. Valid until the slice is changed.
struct SessionSpot {
    let slice: SlicePointer
    let entry: UnsafeMutablePointer<SliceTable.Entry>

    var span: UnsafeMutablePointer<SliceTable.Span> { slice.pointee.table.span(of: entry) }
    var first: Int64 { slice.pointee.start + Int64(span.pointee.first) }
    var last: Int64 { slice.pointee.start + Int64(span.pointee.last) }
    var keyRecord: UnsafeRawPointer {
        UnsafeRawPointer(slice.pointee.keys.address(entry.pointee.key))
    }
}

/// A session that a watermark has reached.
private struct DueSession {
    let spots: [SessionSpot]
    let end: Int64
    let fires: Bool
    let closes: Bool

    /// By window, then by key.
    static func precedes(_ a: DueSession, _ b: DueSession) -> Bool {
        if a.end != b.end { return a.end < b.end }
        if a.spots[0].first != b.spots[0].first { return a.spots[0].first < b.spots[0].first }
        return Operators.precedes(
            KeyRecord.read(a.spots[0].keyRecord), KeyRecord.read(b.spots[0].keyRecord))
    }
}

/// When to look at a key of a slice again.
private struct SessionTimer: Timed {
    let time: Int64
    let slice: SlicePointer
    let key: RowChunks.Reference
    let closes: Bool
}
