internal import StreamAPI
internal import StreamCore

/// `right.time BETWEEN left.time + lower AND left.time + upper`.
///
/// A row meets the buffered rows of the other side when it comes, so a pair comes out with the later
/// of its rows. A row waits until the watermark has passed the last time of a possible partner; then,
/// if its side is preserved and nothing matched, it comes out alone.
///
/// - Source: Flink `IntervalJoinOperator` for the rows, `TimeIntervalJoin` for outer kinds. Unlike
///   the former, a row at the very watermark still finds its partners.
final class IntervalJoin: JoinWindowing {
    private let parts: JoinParts
    private let lower: Int64
    private let upper: Int64
    private let candidates = RowList()
    private var waiting = TimeHeap<WaitingRow>()

    init(_ parts: JoinParts, lower: Int64, upper: Int64) {
        self.parts = parts
        self.lower = lower
        self.upper = upper
        // Serial number 0 stands for every pair: here marks, not serials, tell who has matched.
        _ = parts.pairs.matches?.addKey(leftCount: 1, rightCount: 1)
    }

    /// Flink: `timestamp < currentWatermark`.
    func split(_ batch: RecordBatch, of input: JoinInput, _ watermark: Int64) {
        input.split(batch, parts, watermark) { time, reached in time < reached ? .late : .taken }
    }

    /// The last time at which a partner of a row may come.
    private func lastPartnerTime(_ side: JoinSide, _ time: Int64) -> Int64 {
        time + (side == .left ? max(0, upper) : max(0, -lower))
    }

    // MARK: Rows

    func add(_ incoming: IncomingRows, into output: any OperatorOutput) throws {
        let isPreserved = parts.definition.kind.preserves(incoming.side)
        for position in 0..<incoming.count {
            let slice = try parts.rows.slice(of: position, incoming)
            let (row, entry) = try parts.rows.append(position, of: incoming, to: slice)
            if isPreserved {
                let time = incoming.times[position]
                waiting.insert(
                    WaitingRow(
                        time: lastPartnerTime(incoming.side, time), slice: slice, row: row,
                        side: incoming.side))
            }
            let own = Partner(slice: slice, row: row, key: entry.pointee.key)
            try meet(own, position, incoming, into: output)
        }
    }

    /// One row of a pair.
    private struct Partner {
        let slice: SlicePointer
        let row: RowChunks.Reference
        let key: RowChunks.Reference
    }

    /// Adds the pairs of a row that has just come, by the slice and the arrival of its partners.
    private func meet(
        _ own: Partner, _ position: Int, _ incoming: IncomingRows, into output: any OperatorOutput
    ) throws {
        let key = incoming.keys[position]
        if parts.isNull(key) { return }
        let time = incoming.times[position]
        let from = incoming.side == .left ? time + lower : time - upper
        let to = incoming.side == .left ? time + upper : time - lower
        let rows = parts.rows
        var index = rows.firstIndex(atOrAfter: parts.layout.rows.sliceStart(of: from))
        while index < rows.slices.count, rows.slices[index].pointee.start <= to {
            let slice = rows.slices[index]
            index += 1
            guard !slice.pointee[incoming.side.other].pointee.isFreed,
                let entry = slice.pointee.table.find(
                    key, incoming.hashes[position], slice.pointee.keys.bases)
            else { continue }
            let last = entry.pointee[incoming.side.other]
            guard last != RowChunks.none else { continue }
            try meet(own, incoming.side, time, slice, last, from...to, into: output)
        }
    }

    // hot
    private func meet(
        _ own: Partner, _ side: JoinSide, _ time: Int64, _ slice: SlicePointer,
        _ last: RowChunks.Reference, _ times: ClosedRange<Int64>, into output: any OperatorOutput
    ) throws {
        let chunks = slice.pointee[side.other].pointee.rows.bases
        let ownRow = UnsafeRawPointer(own.slice.pointee[side].pointee.rows.address(own.row))
        let key = UnsafeRawPointer(own.slice.pointee.keys.address(own.key))
        let pairs = parts.pairs
        candidates.removeAll()
        candidates.append(chain: last, of: chunks)
        for index in 0..<candidates.count {
            let other = candidates.rows[index]
            let otherTime = slice.pointee.start &+ Int64(RowFrame.time(other))
            guard times.contains(otherTime) else { continue }
            if pairs.isFull { try pairs.flush(into: output) }
            pairs.touch(own.slice)
            pairs.touch(slice)
            if let marks = pairs.marks {
                mark(marks, own, side, slice, candidates.references[index])
            }
            pairs.matches?.set(pairs.count, .pair, left: 0, right: 0)
            pairs.append(
                left: side == .left ? ownRow : other, right: side == .left ? other : ownRow,
                key: key, time: max(time, otherTime))
        }
    }

    private func mark(
        _ marks: PairMarks, _ own: Partner, _ side: JoinSide, _ slice: SlicePointer,
        _ row: RowChunks.Reference
    ) {
        let kind = parts.definition.kind
        let mine =
            kind.preserves(side) ? PairMarks.Mark(slice: own.slice, row: own.row) : .none
        let theirs =
            kind.preserves(side.other) ? PairMarks.Mark(slice: slice, row: row) : .none
        marks.set(
            parts.pairs.count, left: side == .left ? mine : theirs,
            right: side == .left ? theirs : mine)
    }

    // MARK: Time

    func advance(from old: Int64, to new: Int64, into output: any OperatorOutput) throws {
        try emitWaiting(before: new, into: output)
        free(new)
    }

    private func emitWaiting(before watermark: Int64, into output: any OperatorOutput) throws {
        guard let first = waiting.first, first.time < watermark else { return }
        let pairs = parts.pairs
        var due: [WaitingRow] = []
        while let row = waiting.removeFirst(upTo: watermark - 1) {
            if !isMatched(row) { due.append(row) }
        }
        due.sort(by: WaitingRow.precedes)
        for row in due {
            if pairs.isFull { try pairs.flush(into: output) }
            emit(row)
        }
        try pairs.flush(into: output)
    }

    private func isMatched(_ waiting: WaitingRow) -> Bool {
        waiting.slice.pointee[waiting.side].pointee.flags.isSet(waiting.row)
    }

    private func emit(_ waiting: WaitingRow) {
        let pairs = parts.pairs
        pairs.touch(waiting.slice)
        let row = waiting.address
        pairs.matches?.set(pairs.count, .pair)
        pairs.marks?.set(pairs.count, left: .none, right: .none)
        pairs.append(
            left: waiting.side == .left ? row : nil, right: waiting.side == .left ? nil : row,
            key: waiting.key, time: waiting.slice.pointee.start + Int64(RowFrame.time(row)))
    }

    /// Lets go of the sides of slices that no row can meet any more, and of slices without sides.
    private func free(_ watermark: Int64) {
        let last = parts.layout.rows.sliceMilliseconds - 1
        for slice in parts.rows.slices {
            let end = slice.pointee.start + last
            let expired = JoinSide.allCases.filter { lastPartnerTime($0, end) < watermark }
            if expired.isEmpty { break }
            for side in expired { slice.pointee.free(side) }
        }
        parts.rows.removeFirst { slice in
            slice.pointee.sides[0].isFreed && slice.pointee.sides[1].isFreed
        }
    }

    // MARK: Restore

    /// Rows that had come out, or had matched, before the checkpoint wait for nothing.
    func restored() {
        for slice in parts.rows.slices {
            for side in JoinSide.allCases where parts.definition.kind.preserves(side) {
                restoreWaiting(slice, side)
            }
        }
    }

    private func restoreWaiting(_ slice: SlicePointer, _ side: JoinSide) {
        let view = slice.pointee[side].pointee.rows.view()
        let codec = parts.layout.rows.codecs[side.rawValue]
        view.forEachRow(codec, parts.layout.rows.frame) { row, reference in
            let time = slice.pointee.start + Int64(RowFrame.time(row))
            let waitingRow = WaitingRow(
                time: lastPartnerTime(side, time), slice: slice, row: reference, side: side)
            let key = KeyRecord.read(waitingRow.key)
            let hash = StableHash.xxh3(key.base, key.count)
            if waitingRow.time >= parts.rows.watermark(ofHash: hash, .min) {
                waiting.insert(waitingRow)
            }
        }
    }
}

/// A preserved row that has not come out yet.
struct WaitingRow: Timed {
    /// The last time of a possible partner.
    let time: Int64
    let slice: SlicePointer
    let row: RowChunks.Reference
    let side: JoinSide

    var address: UnsafeRawPointer {
        UnsafeRawPointer(slice.pointee[side].pointee.rows.address(row))
    }
    /// Its ``KeyRecord``.
    var key: UnsafeRawPointer {
        UnsafeRawPointer(slice.pointee.keys.address(RowFrame.key(address)))
    }

    /// The order in which rows come out: by time, left before right, by key, by arrival.
    static func precedes(_ a: WaitingRow, _ b: WaitingRow) -> Bool {
        if a.time != b.time { return a.time < b.time }
        if a.side != b.side { return a.side == .left }
        let (x, y) = (KeyRecord.read(a.key), KeyRecord.read(b.key))
        if !haveEqualBytes(x, y) { return Operators.precedes(x, y) }
        return a.row < b.row
    }
}
