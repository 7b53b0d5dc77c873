import KafkaClient
import KafkaConnector
import StreamAPI
import StreamCore
import StreamTesting
import Testing

/// Partitions that wait for an alignment group, on a real broker.
@Suite struct ConnectorPauseTests {
    private static let partitionCount: Int32 = 3
    private static let recordCount = 3_000

    private func filledTopic(_ harness: ConnectorHarness) throws -> String {
        let topic = try harness.broker.makeTopic("pause", partitionCount: Self.partitionCount)
        let values = (0..<Self.recordCount).map(String.init)
        for partition in 0..<Self.partitionCount {
            try harness.append(values, to: topic, partition: partition)
        }
        return topic
    }

    private func reader(_ harness: ConnectorHarness, _ topic: String) throws -> any SourceReader {
        let source = try harness.source(topic)
        let splits = try source.resolveSplits(restored: nil, stopAtEnd: true)
        return try source.makeReader(splits: splits, context: ConnectorHarness.context)
    }

    private func key(_ topic: String, _ partition: Int32) -> SplitKey {
        SplitKey(topic: topic, partition: PartitionIndex(rawValue: partition))
    }

    @Test func `A partition that is left out and goes on loses nothing and repeats nothing`() throws
    {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        let harness = try ConnectorHarness()
        let topic = try filledTopic(harness)
        let reader = try reader(harness, topic)
        defer { reader.close() }
        #expect(reader.pausesSplits)
        let batch = RawRecordBatch(rowCapacity: 100)
        var next = [Int64](repeating: 0, count: Int(Self.partitionCount))
        var paused: Set<Int32> = []
        for step in 0..<20_000 {
            if Int.random(in: 0..<5, using: &random) == 0 {
                // One of them at least is read on.
                let spared = Int32.random(in: 0..<Self.partitionCount, using: &random)
                paused = Set(
                    (0..<Self.partitionCount).filter { partition in
                        partition != spared && Bool.random(using: &random)
                    })
                let open = Set(reader.openSplits())
                try reader.pause(paused.sorted().map { key(topic, $0) }.filter(open.contains))
            }
            let status = try reader.poll(into: batch, waitMax: .milliseconds(20))
            for row in 0..<batch.rowCount {
                let partition = batch.partitions[row]
                #expect(!paused.contains(partition), "seed \(seed) step \(step)")
                #expect(batch.offsets[row] == next[Int(partition)], "seed \(seed) step \(step)")
                next[Int(partition)] = batch.offsets[row] + 1
            }
            if status == .ended { break }
            if step == 1_000 { try reader.pause([]); paused = [] }
        }
        let all = Int64(Self.recordCount)
        #expect(next == Array(repeating: all, count: Int(Self.partitionCount)), "seed \(seed)")
    }

    @Test func `A partition left out before its first record begins where it was to`() throws {
        let harness = try ConnectorHarness()
        let topic = try filledTopic(harness)
        let reader = try reader(harness, topic)
        defer { reader.close() }
        try reader.pause([0, 1].map { key(topic, $0) })
        let batch = RawRecordBatch(rowCapacity: 5_000)
        var offsets: [Int32: [Int64]] = [:]
        func read() throws {
            _ = try reader.poll(into: batch, waitMax: .milliseconds(100))
            for row in 0..<batch.rowCount {
                offsets[batch.partitions[row], default: []].append(batch.offsets[row])
            }
        }
        let all = (0..<Int64(Self.recordCount)).map(\.self)
        try waitUntil {
            try read()
            return offsets[2]?.count == all.count
        }
        #expect(offsets == [2: all])
        let positions = try reader.snapshot().map { try KafkaPartitionSplit(decoding: $0) }
        #expect(positions.map(\.offset.rawValue) == [0, 0, Int64(Self.recordCount)])
        try reader.pause([])
        try waitUntil {
            try read()
            return offsets[0]?.count == all.count && offsets[1]?.count == all.count
        }
        #expect(offsets == [0: all, 1: all, 2: all])
    }
}
