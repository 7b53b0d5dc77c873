package import StreamCore

/// The next offset of each partition of one reader, and where each stops.
///
/// - Threading: the reader's.
package final class PartitionPositions {
    /// A partition, by its topic's position in the reader's table and its number.
    package struct Place: Hashable {
        package let topic: Int
        package let partition: Int
        package init(topic: Int = 0, partition: Int) {
            self.topic = topic
            self.partition = partition
        }
    }

    private var places: [Place] = []
    private var hasStops = false
    /// Slots of a topic: partitions up to the highest number, whether the reader has them or not.
    private var slotCounts: [Int] = []
    /// By topic; where its slots begin.
    private var firstSlots = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    /// By slot; the offset behind the last row given out, or -1 for a partition that is not this
    /// reader's.
    private var nextOffsets = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
    /// By slot; `Int64.max`: never stops.
    private var stopOffsets = UnsafeMutablePointer<Int64>.allocate(capacity: 1)

    /// - Parameter positions: Partition numbers from 0, each place once. `stop`: the first offset
    ///   that is not read any more; nil: never stop.
    package init(_ positions: [(place: Place, next: Int64, stop: Int64?)]) {
        add(positions)
    }

    deinit {
        firstSlots.deallocate()
        nextOffsets.deallocate()
        stopOffsets.deallocate()
    }

    /// Adds partitions that the reader has not had.
    ///
    /// - Complexity: O(all slots): for the control path.
    package func add(_ positions: [(place: Place, next: Int64, stop: Int64?)]) {
        let known = places.map { ($0, next($0), stopOffsets[slot($0)]) }
        places += positions.map(\.place)
        hasStops = hasStops || positions.contains { $0.stop != nil }
        reallocate()
        for (place, next, stop) in known { set(place, next, stop) }
        for position in positions {
            set(position.place, position.next, position.stop ?? Int64.max)
        }
    }

    private func set(_ place: Place, _ next: Int64, _ stop: Int64) {
        nextOffsets[slot(place)] = next
        stopOffsets[slot(place)] = stop
    }

    private func reallocate() {
        slotCounts = Array(repeating: 0, count: (places.map(\.topic).max() ?? 0) + 1)
        for place in places {
            slotCounts[place.topic] = max(slotCounts[place.topic], place.partition + 1)
        }
        let total = slotCounts.reduce(0, +)
        Self.replace(&firstSlots, repeating: 0, count: slotCounts.count)
        Self.replace(&nextOffsets, repeating: -1, count: total)
        Self.replace(&stopOffsets, repeating: Int64.max, count: total)
        for topic in slotCounts.indices.dropFirst() {
            firstSlots[topic] = firstSlots[topic - 1] + slotCounts[topic - 1]
        }
    }

    private static func replace<T: BitwiseCopyable>(
        _ pointer: inout UnsafeMutablePointer<T>, repeating value: T, count: Int
    ) {
        pointer.deallocate()
        pointer = .allocate(capacity: max(1, count))
        pointer.initialize(repeating: value, count: count)
    }

    private func slot(_ place: Place) -> Int { firstSlots[place.topic] + place.partition }

    /// Every partition has given out all rows before its stop position.
    package var allStopped: Bool {
        hasStops && places.allSatisfy { nextOffsets[slot($0)] >= stopOffsets[slot($0)] }
    }

    /// The partition has given out all rows before its stop position.
    package func hasStopped(_ place: Place) -> Bool {
        nextOffsets[slot(place)] >= stopOffsets[slot(place)]
    }

    package func next(_ place: Place) -> Int64 { nextOffsets[slot(place)] }

    /// Moves the positions behind the rows of `batch`, and takes rows at or behind a stop position
    /// out of it.
    package func advance(over batch: RawRecordBatch) {
        if hasStops { removeRowsBehindStops(batch) } else { advanceOverAll(batch) }
    }

    /// A partition was read up to `offset`: what lies between the last row and it are control
    /// records and aborted ones. A position behind the stop position stays at it.
    package func reach(_ offset: Int64, _ place: Place) {
        guard slotCounts.indices.contains(place.topic), place.partition >= 0,
            place.partition < slotCounts[place.topic], nextOffsets[slot(place)] >= 0
        else { return }
        nextOffsets[slot(place)] = max(
            nextOffsets[slot(place)], min(offset, stopOffsets[slot(place)]))
    }

    // hot
    private func advanceOverAll(_ batch: RawRecordBatch) {
        let nextOffsets = nextOffsets
        let slots = Slots(batch, firstSlots, topicCount: slotCounts.count)
        let offsets = batch.offsets
        for row in 0..<batch.rowCount { nextOffsets[slots[row]] = offsets[row] &+ 1 }
    }

    // hot
    private func removeRowsBehindStops(_ batch: RawRecordBatch) {
        let nextOffsets = nextOffsets
        let stopOffsets = stopOffsets
        let slots = Slots(batch, firstSlots, topicCount: slotCounts.count)
        let offsets = batch.offsets
        var kept = 0
        for row in 0..<batch.rowCount {
            let slot = slots[row]
            let stop = stopOffsets[slot]
            // The record before a stop position may be a control record: then the first row behind
            // it shows that the partition has been read to its stop.
            nextOffsets[slot] = min(offsets[row] &+ 1, stop)
            guard offsets[row] < stop else { continue }
            if kept != row { batch.moveRow(row, to: kept) }
            kept &+= 1
        }
        batch.rowCount = kept
    }

    /// The slot of each row of a batch.
    private struct Slots {
        let partitions: UnsafeMutablePointer<Int32>
        /// Nil: all rows are of the first topic, whose slots begin at 0.
        let topics: UnsafeMutablePointer<UInt16>?
        let firstSlots: UnsafeMutablePointer<Int>

        init(
            _ batch: RawRecordBatch, _ firstSlots: UnsafeMutablePointer<Int>, topicCount: Int
        ) {
            partitions = batch.partitions
            topics = topicCount > 1 ? batch.topicIndices : nil
            self.firstSlots = firstSlots
        }

        @inline(__always)
        subscript(row: Int) -> Int {
            let partition = Int(partitions[row])
            guard let topics else { return partition }
            return firstSlots[Int(topics[row])] &+ partition
        }
    }
}
