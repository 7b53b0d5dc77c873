package import StreamAPI
package import StreamCore

/// Kafka's transaction coordinator, the marker group and the output log, as far as the protocol can
/// tell them from real ones: the EndTxn table of docs/checkpoint-protocol.md, epochs, fencing,
/// time-outs and what `read_committed` sees.
package struct SimulatedCoordinator {
    /// One output record; its value is the source offset that caused it.
    package struct LogRecord {
        package let offset: Int
        package var status: Status
        package enum Status { case open, committed, aborted }
    }

    package struct Entry {
        package var identity = ProducerIdentity(
            producerID: ProducerID(rawValue: -1), epoch: ProducerEpoch(rawValue: 0))
        /// Kafka's name of the state.
        package var state = "Empty"
        package var startMilliseconds: Int64 = -1
        var marker: CheckpointID?
        /// Where in the group's log the marker was appended.
        var markerPosition = 0
        var records: [Int] = []
        package fileprivate(set) var hanging: [Hanging] = []
        /// A transaction was opened in this epoch already (invariant I6).
        var hasUsedEpoch = false
    }

    /// Records whose transaction has ended for the coordinator alone: no marker is behind them.
    package struct Hanging {
        package let producer: ProducerIdentity
        let records: [Int]
    }

    package enum Answer { case done, concurrent, fenced, refused(Int16) }

    package var entries: [Entry]
    package private(set) var log: [LogRecord] = []
    package var marker: CheckpointID?
    private var markerPosition = 0
    /// No transaction times out before.
    private var nextTimeout = Int64.max
    private var markersAppended = 0
    /// An epoch that held two transactions, by slot; the breach of I6.
    package private(set) var reusedEpoch: Int?
    /// Times that somebody other than the owner ended a transaction; tells whether a roll-back was
    /// anybody's fault but ours.
    package private(set) var foreignAbortCount = 0
    /// Whose transactions were aborted since this was last emptied.
    var newlyAborted: [ProducerIdentity] = []
    /// Source offsets whose results became visible since this was last emptied.
    package var newlyCommitted: [Int] = []
    package let timeoutMilliseconds: Int64
    /// The next transaction with records ends without a marker behind them, as after the restart of a
    /// broker.
    package var skipsMarkers = false
    package private(set) var skippedCount = 0

    package init(slotCount: Int, timeoutMilliseconds: Int64) {
        entries = Array(repeating: Entry(), count: slotCount)
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    // MARK: Requests

    /// InitProducerId: aborts what is open and bumps the epoch; nil: error 51, ask again.
    package mutating func initProducer(_ slot: Int) -> ProducerIdentity? {
        switch entries[slot].state {
        case "PrepareCommit": return nil
        case "Ongoing": abort(slot)
        default: bumpEpoch(slot)
        }
        entries[slot].state = "Empty"
        return entries[slot].identity
    }

    /// Produce, or TxnOffsetCommit with the marker.
    ///
    /// - Returns: False: the producer is fenced.
    package mutating func add(
        _ slot: Int, _ producer: ProducerIdentity, offset: Int? = nil, marker: CheckpointID? = nil,
        at now: Int64
    ) -> Bool {
        guard entries[slot].identity == producer else { return false }
        if entries[slot].state != "Ongoing" {
            guard entries[slot].state != "PrepareCommit" else { return false }
            begin(slot, at: now)
        }
        if let offset {
            entries[slot].records.append(log.count)
            log.append(LogRecord(offset: offset, status: .open))
        }
        if let marker {
            markersAppended += 1
            entries[slot].marker = marker
            entries[slot].markerPosition = markersAppended
        }
        return true
    }

    private mutating func begin(_ slot: Int, at now: Int64) {
        if entries[slot].hasUsedEpoch { reusedEpoch = slot }
        entries[slot].hasUsedEpoch = true
        entries[slot].state = "Ongoing"
        entries[slot].startMilliseconds = now
        nextTimeout = min(nextTimeout, now + timeoutMilliseconds)
    }

    /// EndTxn(commit), v0 to v4.
    package mutating func endTransaction(_ slot: Int, _ producer: ProducerIdentity) -> Answer {
        let entry = entries[slot]
        guard entry.identity.producerID == producer.producerID else { return .refused(49) }
        guard entry.identity.epoch == producer.epoch else { return .refused(47) }
        switch entry.state {
        case "Ongoing":
            entries[slot].state = "PrepareCommit"
            return .done
        case "CompleteCommit": return .done
        case "PrepareCommit": return .concurrent
        default: return .refused(48)
        }
    }

    package func describe(_ slot: Int) -> TransactionDescription {
        let entry = entries[slot]
        return TransactionDescription(
            state: entry.state, producer: entry.identity,
            timeoutMilliseconds: timeoutMilliseconds,
            startTimeMilliseconds: entry.startMilliseconds)
    }

    package func readMarker() -> MarkerReading {
        for entry in entries where entry.marker != nil { return .unstable }
        return marker.map { .value($0) } ?? .absent
    }

    /// The slot whose open transaction was marked last.
    var newestMarked: Int? {
        entries.indices.filter { entries[$0].marker != nil }
            .max { entries[$0].markerPosition < entries[$1].markerPosition }
    }

    // MARK: The broker's own doing

    /// The markers of a PrepareCommit reach the logs.
    package mutating func completeCommits() {
        for slot in entries.indices where entries[slot].state == "PrepareCommit" {
            entries[slot].state = "CompleteCommit"
            writeMarker(slot, commits: true)
            // Of two, the group keeps the one appended later, whichever transaction ends first.
            if let new = entries[slot].marker, entries[slot].markerPosition > markerPosition {
                marker = new
                markerPosition = entries[slot].markerPosition
            }
            clear(slot)
        }
    }

    /// Aborts what is older than its timeout.
    package mutating func sweep(at now: Int64) {
        guard now > nextTimeout else { return }
        nextTimeout = .max
        for slot in entries.indices where entries[slot].state == "Ongoing" {
            let end = entries[slot].startMilliseconds + timeoutMilliseconds
            guard now > end else {
                nextTimeout = min(nextTimeout, end)
                continue
            }
            abortByOthers(slot)
        }
    }

    /// A time-out or an administrator.
    package mutating func abortByOthers(_ slot: Int) {
        foreignAbortCount += 1
        abort(slot)
    }

    private mutating func abort(_ slot: Int) {
        newlyAborted.append(entries[slot].identity)
        writeMarker(slot, commits: false)
        clear(slot)
        entries[slot].state = "CompleteAbort"
        bumpEpoch(slot)
    }

    /// A marker ends whatever its producer id has open, also what hangs.
    private mutating func writeMarker(_ slot: Int, commits: Bool) {
        let records = entries[slot].records
        if skipsMarkers, !records.isEmpty {
            skipsMarkers = false
            skippedCount += 1
            entries[slot].hanging.append(
                Hanging(producer: entries[slot].identity, records: records))
            return
        }
        end(entries[slot].hanging.flatMap(\.records) + records, commits: commits)
        entries[slot].hanging = []
    }

    private mutating func end(_ records: [Int], commits: Bool) {
        for index in records {
            log[index].status = commits ? .committed : .aborted
            if commits { newlyCommitted.append(log[index].offset) }
        }
    }

    /// Ends what hangs.
    package mutating func settle(committed: Set<ProducerIdentity>) {
        for slot in entries.indices {
            for hanging in entries[slot].hanging {
                end(hanging.records, commits: committed.contains(hanging.producer))
            }
            entries[slot].hanging = []
        }
    }

    package func hangs(_ producer: ProducerIdentity) -> Bool {
        entries.contains { $0.hanging.contains { $0.producer == producer } }
    }

    /// Whether the result of a source offset is among what hangs.
    package func isHanging(offset: Int) -> Bool {
        entries.contains { entry in
            entry.hanging.contains { $0.records.contains { log[$0].offset == offset } }
        }
    }

    private mutating func clear(_ slot: Int) {
        entries[slot].records = []
        entries[slot].marker = nil
        entries[slot].startMilliseconds = -1
    }

    private mutating func bumpEpoch(_ slot: Int) {
        let old = entries[slot].identity
        entries[slot].identity = ProducerIdentity(
            producerID: ProducerID(rawValue: Int64(1_000 + slot)),
            epoch: ProducerEpoch(rawValue: old.epoch.rawValue + 1))
        entries[slot].hasUsedEpoch = false
    }
}
