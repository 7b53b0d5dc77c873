import KafkaConnector
import StreamCore
import Testing

@Suite("PartitionGrouping: rows of a batch by output partition")
struct PartitionGroupingTests {
    @Test(
        "every row is in the partition of its key, in input order",
        arguments: 0..<20 as Range<UInt64>)
    func agreesWithNaiveTwin(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let partitionCount = 1 + Int(random.next() % 9)
        let rowCount = Int(random.next() % 300)
        let texts: [String?] = (0..<rowCount).map { _ in
            random.next() % 5 == 0 ? nil : "key-\(random.next() % 50)"
        }
        let selected = (0..<rowCount).filter { _ in random.next() % 3 != 0 }.map(Int32.init)
        let grouping = PartitionGrouping(
            partitionCount: partitionCount, rowCapacity: max(1, rowCount), firstStickyPartition: 3)
        withKeys(texts) { keys in
            selected.withUnsafeBufferPointer {
                grouping.group(rows: $0.baseAddress, count: selected.count, keys: keys)
            }
            var expected = Array(repeating: [Int32](), count: partitionCount)
            for row in selected {
                let key = keys[Int(row)]
                let partition =
                    key.isAbsent
                    ? 3 % partitionCount
                    : Murmur2.partition(of: key, partitionCount: UInt32(partitionCount))
                expected[partition].append(row)
            }
            for partition in 0..<partitionCount {
                #expect(Array(grouping.rows(ofPartition: partition)) == expected[partition])
            }
        }
    }

    @Test("batches without keys take the partitions in turn")
    func keylessBatchesRotate() {
        let grouping = PartitionGrouping(partitionCount: 3, rowCapacity: 4)
        let partitions = (0..<4).map { _ in
            grouping.group(rows: nil, count: 2, keys: nil)
            return (0..<3).filter { !grouping.rows(ofPartition: $0).isEmpty }
        }
        #expect(partitions == [[0], [1], [2], [0]])
    }

    @Test("an empty batch has no rows in any partition")
    func emptyBatch() {
        let grouping = PartitionGrouping(partitionCount: 2, rowCapacity: 4)
        grouping.group(rows: nil, count: 0, keys: nil)
        #expect((0..<2).allSatisfy { grouping.rows(ofPartition: $0).isEmpty })
    }
}

private func withKeys(_ texts: [String?], _ body: (UnsafePointer<ByteSlice>) -> Void) {
    let arena = ByteArena()
    let slices = texts.map { text -> ByteSlice in
        guard let text else { return .absent }
        return Array(text.utf8).withUnsafeBytes { bytes in
            bytes.baseAddress.map { arena.append($0, bytes.count) } ?? .absent
        }
    }
    (slices + [.absent]).withUnsafeBufferPointer { buffer in
        if let base = buffer.baseAddress { body(base) }
    }
}

/// A seeded generator: the same numbers for the same seed everywhere.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
