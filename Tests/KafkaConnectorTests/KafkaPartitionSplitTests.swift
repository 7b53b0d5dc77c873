import KafkaConnector
import StreamCore
import Testing

@Suite("KafkaPartitionSplit: a source's position in a checkpoint")
struct KafkaPartitionSplitTests {
    static let split = KafkaPartitionSplit(
        topic: "events", partition: PartitionIndex(rawValue: 3), offset: Offset(rawValue: 42),
        topicID: Array(0..<16))

    @Test("is read back as it was written")
    func roundTrip() throws {
        #expect(try KafkaPartitionSplit(decoding: Self.split.encoded()) == Self.split)
    }

    @Test("has the documented bytes")
    func layout() {
        let split = KafkaPartitionSplit(
            topic: "ab", partition: PartitionIndex(rawValue: 3), offset: Offset(rawValue: 7))
        #expect(
            split.encoded() == [
                1, 2, 0, 0, 0, 0x61, 0x62, 3, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            ])
    }

    @Test("every shortened or lengthened encoding is refused")
    func damaged() {
        let bytes = Self.split.encoded()
        for count in 0..<bytes.count {
            #expect(throws: KafkaSplitError.self) {
                try KafkaPartitionSplit(decoding: Array(bytes[..<count]))
            }
        }
        #expect(throws: KafkaSplitError.self) {
            try KafkaPartitionSplit(decoding: bytes + [0])
        }
    }

    @Test("another version is refused by its number")
    func version() {
        #expect(throws: KafkaSplitError.unknownVersion(9)) {
            try KafkaPartitionSplit(decoding: [9] + Self.split.encoded().dropFirst())
        }
    }

    @Test("a negative offset is refused")
    func negative() {
        let split = KafkaPartitionSplit(
            topic: "events", partition: PartitionIndex(rawValue: 0), offset: Offset(rawValue: -1))
        #expect(throws: KafkaSplitError.outOfRange) {
            try KafkaPartitionSplit(decoding: split.encoded())
        }
    }

    @Test("its name is topic and partition")
    func name() { #expect(Self.split.id == "events-3") }
}
