internal import Checkpointing
internal import StreamAPI
internal import StreamCore

/// Invariants I1 to I6.
extension Simulation {
    /// After every step: what has just become visible is new, and leaves no hole before it.
    func checkVisible() {
        if let slot = coordinator.reusedEpoch {
            violation = "I6: two transactions in one epoch of slot \(slot)"
        }
        guard !coordinator.newlyCommitted.isEmpty else { return }
        for offset in coordinator.newlyCommitted {
            if isVisible[offset] { return fail("I1: the result of \(offset) is visible twice") }
            isVisible[offset] = true
        }
        coordinator.newlyCommitted = []
        checkNoHole()
    }

    /// Results become visible checkpoint by checkpoint, so they are always those of a prefix.
    private func checkNoHole() {
        guard let last = isVisible.lastIndex(of: true) else { return }
        for offset in 0..<last
        where hasResult[offset] && !isVisible[offset] && !coordinator.isHanging(offset: offset) {
            return fail("I2: the result of \(last) is visible, that of \(offset) is not")
        }
    }

    func fail(_ message: String) {
        if violation == nil { violation = message }
        note(message)
    }

    func checkTriggered(_ id: CheckpointID) {
        if !usedIDs.insert(id).inserted { fail("I3: checkpoint \(id) twice") }
    }

    /// The position that a run starts from is that of what is visible.
    func checkRestored(_ start: JobStart, offset: Int) {
        for index in hasResult.indices where hasResult[index] {
            if index < offset, !isVisible[index] {
                return fail("I4: restored behind \(index), whose result is not visible")
            }
            if index >= offset, isVisible[index] {
                return fail("I1: restored before \(index), whose result is visible")
            }
        }
        if offset < newestCommittedOffset, !isDamaged {
            fail("I3: from \(offset), although \(newestCommittedOffset) is committed")
        }
    }

    /// A paused old attempt may still open one; it lasts no longer than a time-out.
    func checkFinished() {
        guard processes.count == 1 else { return }
        for slot in coordinator.entries.indices {
            let entry = coordinator.entries[slot]
            if entry.state == "Ongoing" { fail("I5: slot \(slot) is open after a clean stop") }
        }
    }

    /// Everything is visible, once, in the order of each key.
    func checkEnd() {
        coordinator.completeCommits()
        checkVisible()
        var last = [-1, -1]
        for record in coordinator.log where record.status == .committed {
            let key = record.offset % 2
            if record.offset <= last[key] { return fail("I1: \(record.offset) after \(last[key])") }
            last[key] = record.offset
        }
        if isDamaged { return }
        for offset in hasResult.indices where hasResult[offset] && !isVisible[offset] {
            return fail("I4: the result of \(offset) is missing at the end")
        }
    }
}
