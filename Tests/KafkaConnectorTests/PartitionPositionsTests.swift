import KafkaConnector
import StreamCore
import Testing

@Suite("PartitionPositions: how far a reader is, and where it stops")
struct PartitionPositionsTests {
    @Test("a position is behind the last row of its partition")
    func advance() {
        let positions = reading((0, 5, nil), (2, 0, nil))
        positions.advance(over: batch([(0, 5), (2, 0), (2, 1), (0, 9)]))
        #expect(positions.next(.init(partition: 0)) == 10)
        #expect(positions.next(.init(partition: 2)) == 2)
        #expect(!positions.allStopped)
    }

    @Test("rows at and behind a stop position are taken out, the others stay in order")
    func rowsBehindStops() {
        let positions = reading((0, 0, 2), (1, 0, 4))
        let rows = batch([(0, 0), (1, 0), (0, 1), (0, 2), (1, 1), (0, 3), (1, 3)])
        positions.advance(over: rows)
        #expect(places(rows) == [[0, 0], [1, 0], [0, 1], [1, 1], [1, 3]])
        #expect(positions.next(.init(partition: 0)) == 2)
        #expect(positions.allStopped)
    }

    @Test("a partition with only control records before its stop ends when its end is reached")
    func controlRecordsOnly() {
        let positions = reading((0, 7, 9))
        #expect(!positions.allStopped)
        positions.reach(8, .init(partition: 0))
        #expect(!positions.allStopped)
        positions.reach(12, .init(partition: 0))
        #expect(positions.allStopped)
        #expect(positions.next(.init(partition: 0)) == 9)
    }

    @Test("a row behind the stop position ends a partition whose last record is a control record")
    func rowBehindStop() {
        let positions = reading((0, 0, 3))
        let rows = batch([(0, 0), (0, 1), (0, 5)])
        positions.advance(over: rows)
        #expect(rows.rowCount == 2)
        #expect(positions.allStopped)
    }

    @Test("an end that lies before the position moves nothing back")
    func lateEnd() {
        let positions = reading((0, 7, nil))
        positions.reach(3, .init(partition: 0))
        #expect(positions.next(.init(partition: 0)) == 7)
    }

    @Test("the end of a partition of another reader is ignored", arguments: [-1, 0, 5])
    func foreignPartition(partition: Int) {
        let positions = reading((1, 7, 9))
        positions.reach(9, .init(partition: partition))
        #expect(!positions.allStopped)
    }

    @Test("partitions of one number in two topics are two, and more may come during the reading")
    func severalTopics() {
        let positions = reading((0, 5, nil), (1, 6, nil))
        positions.add([(.init(topic: 2, partition: 1), 40, nil)])
        let rows = batch([(0, 5), (1, 41), (1, 7)])
        rows.topics = ["a", "b", "c"]
        for (row, topic) in [0, 2, 0].enumerated() { rows.topicIndices[row] = UInt16(topic) }
        positions.advance(over: rows)
        #expect(positions.next(.init(partition: 0)) == 6)
        #expect(positions.next(.init(partition: 1)) == 8)
        #expect(positions.next(.init(topic: 2, partition: 1)) == 42)
        positions.reach(50, .init(topic: 2, partition: 0))
        positions.reach(50, .init(topic: 2, partition: 1))
        #expect(positions.next(.init(topic: 2, partition: 1)) == 50)
    }

    @Test("rows behind the stop of one topic's partition are no rows of another topic's")
    func stopsOfSeveralTopics() {
        let positions = reading((0, 0, 1))
        positions.add([(.init(topic: 1, partition: 0), 0, 2)])
        let rows = batch([(0, 0), (0, 0), (0, 1), (0, 1)])
        rows.topics = ["a", "b"]
        for (row, topic) in [0, 1, 0, 1].enumerated() { rows.topicIndices[row] = UInt16(topic) }
        positions.advance(over: rows)
        #expect(places(rows) == [[0, 0], [0, 0], [0, 1]])
        #expect(rows.topicIndices[2] == 1)
        #expect(positions.allStopped)
    }

    @Test("a partition that starts at its stop position has ended")
    func nothingToRead() {
        #expect(reading((0, 3, 3), (1, 4, 2)).allStopped)
    }
}

private func reading(
    _ positions: (partition: Int, next: Int64, stop: Int64?)...
) -> PartitionPositions {
    PartitionPositions(positions.map { (.init(partition: $0.partition), $0.next, $0.stop) })
}

private func batch(_ rows: [(partition: Int32, offset: Int64)]) -> RawRecordBatch {
    let batch = RawRecordBatch(rowCapacity: 16)
    for (index, row) in rows.enumerated() {
        batch.partitions[index] = row.partition
        batch.offsets[index] = row.offset
        batch.timestamps[index] = 0
        batch.keys[index] = .absent
        batch.values[index] = .absent
    }
    batch.rowCount = rows.count
    return batch
}

private func places(_ batch: RawRecordBatch) -> [[Int64]] {
    (0..<batch.rowCount).map { [Int64(batch.partitions[$0]), batch.offsets[$0]] }
}
