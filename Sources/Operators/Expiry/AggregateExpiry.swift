internal import StreamAPI
internal import StreamCore

/// `state_ttl` of a running aggregate: cuts a batch where a row finds its key expired, and begins the
/// key anew there.
///
/// - Threading: one subtask.
struct AggregateExpiry {
    var ttl: EventTimeTTL
    private let word: Int
    private let descriptor: KeyedStateDescriptor
    /// Of the last batch.
    private(set) var late = SelectionVector(capacity: RecordBatch.rowCapacityDefault)

    /// - Returns: Nil for an aggregate without a `state_ttl`.
    init?(_ definition: AggregateDefinition) {
        guard let milliseconds = definition.stateTTLMilliseconds, let word = definition.lastTimeWord
        else { return nil }
        ttl = EventTimeTTL(milliseconds: milliseconds)
        self.word = word
        descriptor = definition.stateDescriptor
    }

    /// Takes the rows out that come too late; they are in ``late`` then.
    mutating func removeLate(_ batch: RecordBatch, _ times: UnsafePointer<Int64>) {
        if late.capacity < batch.rowCapacity {
            late = SelectionVector(capacity: batch.rowCapacity)
        }
        ttl.removeLate(batch.selection, times, into: late)
    }

    /// Notes rows' times with their keys, up to the first row that finds its key expired.
    ///
    /// - Returns: That row, whose key is to be ``reset(_:_:)`` before it is touched; or the number of rows.
    func touch(
        _ rows: AggregateCalls.Rows, from start: Int, _ times: UnsafePointer<Int64>
    ) -> Int {  // hot
        for index in start..<rows.count {
            let time = times[Int(rows.rows[index])]
            let words = rows.slots[index]
            if words[word] != 0, ttl.hasExpired(LastTimeWord.time(words[word]), at: time) {
                return index
            }
            words[word] = max(words[word], LastTimeWord.word(time))
        }
        return rows.count
    }

    /// Makes a key's words those of a new key.
    func reset(_ words: StateSlot, _ state: any KeyedStateBackend) {
        for owner in descriptor.bytesWords { state.removeBytes(at: words + owner) }
        for index in 0..<descriptor.wordCount { words[index] = 0 }
    }

    mutating func advance(to watermark: Watermark, _ state: any KeyedStateBackend) {
        let word = word
        ttl.advance(to: watermark, state) { LastTimeWord.time($0[word]) }
    }
}
