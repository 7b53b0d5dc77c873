package import StreamCore

/// The next offset of each partition of one reader, and where each stops.
///
/// - Threading: the reader's.
package final class PartitionPositions {
    /// Partitions up to this number have a place, whether the reader has them or not.
    private let partitionCount: Int
    /// By partition number; the offset behind the last row given out, or -1 for a partition that is
    /// not this reader's.
    private let nextOffsets: UnsafeMutablePointer<Int64>
    /// By partition number; `Int64.max`: never stops.
    private let stopOffsets: UnsafeMutablePointer<Int64>
    private let partitions: [Int]
    private let hasStops: Bool

    /// - Parameter positions: Partition numbers from 0, each once. `stop`: the first offset that is
    ///   not read any more; nil: never stop.
    package init(_ positions: [(partition: Int, next: Int64, stop: Int64?)]) {
        partitions = positions.map(\.partition)
        partitionCount = (partitions.max() ?? -1) + 1
        hasStops = positions.contains { $0.stop != nil }
        nextOffsets = .allocate(capacity: partitionCount)
        stopOffsets = .allocate(capacity: partitionCount)
        nextOffsets.initialize(repeating: -1, count: partitionCount)
        stopOffsets.initialize(repeating: Int64.max, count: partitionCount)
        for position in positions {
            nextOffsets[position.partition] = position.next
            stopOffsets[position.partition] = position.stop ?? Int64.max
        }
    }

    deinit {
        nextOffsets.deallocate()
        stopOffsets.deallocate()
    }

    /// Every partition has given out all rows before its stop position.
    package var allStopped: Bool {
        hasStops && partitions.allSatisfy { nextOffsets[$0] >= stopOffsets[$0] }
    }

    package func next(partition: Int) -> Int64 { nextOffsets[partition] }

    /// Moves the positions behind the rows of `batch`, and takes rows at or behind a stop position
    /// out of it.
    package func advance(over batch: RawRecordBatch) {
        if hasStops { removeRowsBehindStops(batch) } else { advanceOverAll(batch) }
    }

    /// A partition was read up to `offset`: what lies between the last row and it are control
    /// records and aborted ones. A position behind the stop position stays at it.
    package func reach(_ offset: Int64, partition: Int) {
        guard partition >= 0, partition < partitionCount, nextOffsets[partition] >= 0 else {
            return
        }
        nextOffsets[partition] = max(
            nextOffsets[partition], min(offset, stopOffsets[partition]))
    }

    // hot
    private func advanceOverAll(_ batch: RawRecordBatch) {
        let nextOffsets = nextOffsets
        let partitions = batch.partitions
        let offsets = batch.offsets
        for row in 0..<batch.rowCount {
            assert(Int(partitions[row]) < partitionCount)
            nextOffsets[Int(partitions[row])] = offsets[row] &+ 1
        }
    }

    // hot
    private func removeRowsBehindStops(_ batch: RawRecordBatch) {
        let nextOffsets = nextOffsets
        let stopOffsets = stopOffsets
        let (partitions, offsets, timestamps) = (batch.partitions, batch.offsets, batch.timestamps)
        let (keys, values) = (batch.keys, batch.values)
        var kept = 0
        for row in 0..<batch.rowCount {
            let partition = Int(partitions[row])
            let stop = stopOffsets[partition]
            // The record before a stop position may be a control record: then the first row behind
            // it shows that the partition has been read to its stop.
            nextOffsets[partition] = min(offsets[row] &+ 1, stop)
            guard offsets[row] < stop else { continue }
            if kept != row {
                keys[kept] = keys[row]
                values[kept] = values[row]
                partitions[kept] = partitions[row]
                offsets[kept] = offsets[row]
                timestamps[kept] = timestamps[row]
            }
            kept &+= 1
        }
        batch.rowCount = kept
    }
}
