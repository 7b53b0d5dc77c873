internal import StreamAPI
internal import StreamCore

extension SessionAggregateOperator {
    /// Emits the sessions of a key group that are due, removes those that are closed, and sets the
    /// group's timer.
    ///
    /// - Parameter index: Among the own groups.
    func fire(_ index: Int, from before: Watermark, into output: any OperatorOutput) throws {
        guard let emitter else { preconditionFailure("not open") }
        let group = levels[0].keyGroups.lower + index
        var timer = Int64.max
        var closed = ClosedSessions()
        closedKeys.recycle()
        emitter.beginGroup()
        for (level, state) in levels.enumerated() {
            state.forEachEntry(ofKeyGroup: group) { key, words in
                let bounds = layout.bounds(words)
                guard !bounds.isEmpty else { return }
                let isClosed = window.isLate(end: bounds.end, watermark)
                if isDue(bounds, isClosed, before) {
                    emitter.collect(key, words, start: bounds.start, end: bounds.end)
                }
                if !isClosed {
                    timer = min(timer, self.timer(of: bounds))
                } else if level > 0 || layout.otherCount(words) > 0 {
                    closed.append(closedKeys.append(key), level)
                }
            }
        }
        try emitter.emitGroup(levels[0], into: output)
        // Rows that wait in the emitter read values of sessions that are removed now.
        if !definition.stateDescriptor.bytesWords.isEmpty {
            try emitter.finish(levels[0], into: output)
        }
        remove(closed, group)
        timers[index] = timer
    }

    private func isDue(_ bounds: SessionBounds, _ isClosed: Bool, _ before: Watermark) -> Bool {
        let last = WindowDefinition.lastTime(ofEnd: bounds.end)
        return switch window.emission {
        case .everyRow: false
        case .onWindowEnd: last > before.rawValue && last <= watermark.rawValue
        case .onWindowClose: isClosed
        }
    }

    /// Closed sessions of keys that have several, by level.
    private struct ClosedSessions {
        var keys: [ByteSlice] = []
        var hashes: [UInt64] = []
        var levels: [Int] = []

        mutating func append(_ key: ByteSlice, _ level: Int) {
            keys.append(key)
            hashes.append(StableHash.xxh3(key.base, key.count))
            levels.append(level)
        }
    }

    private func remove(_ closed: ClosedSessions, _ group: Int) {
        for (at, level) in closed.levels.enumerated() {
            var slot: StateSlot?
            levels[0].lookup(
                keys: [closed.keys[at]], hashes: [closed.hashes[at]], count: 1, slots: &slot)
            guard let first = slot else { continue }
            if level == 0 {
                clear(first)
            } else {
                levels[level].remove(
                    keys: [closed.keys[at]], hashes: [closed.hashes[at]], count: 1)
                layout.addOthers(-1, first)
            }
        }
        levels[0].removeEntries(ofKeyGroup: group) { _, words in
            let bounds = layout.bounds(words)
            let isOver = bounds.isEmpty || window.isLate(end: bounds.end, watermark)
            return isOver && layout.otherCount(words) == 0
        }
    }

    /// The key's first session ends; it may have others.
    private func clear(_ words: StateSlot) {
        let owners = definition.stateDescriptor.bytesWords
        for word in owners { levels[0].removeBytes(at: words + word) }
        for word in 0..<layout.accumulatorWordCount where !owners.contains(word) { words[word] = 0 }
        layout.set(SessionBounds(start: 0, end: 0), words)
    }
}
