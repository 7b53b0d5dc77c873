import StreamCore
import Testing

@testable import KafkaClient

@Suite struct WireCodecTests {
    @Test func requestsHaveTheBytesThatKafkaUnderstands() {
        let golden = WireGolden.self
        let id = "gold-0"
        #expect(golden.frame(ApiVersionsRequest()) == golden.bytes(golden.apiVersionsRequest))
        #expect(
            golden.frame(MetadataRequest(topics: ["bout"])) == golden.bytes(golden.metadataRequest))
        #expect(
            golden.frame(FindCoordinatorRequest(key: .transaction(id)))
                == golden.bytes(golden.findCoordinatorRequest))
        #expect(
            golden.frame(InitProducerIDRequest(transactionalID: id, timeoutMilliseconds: 60_000))
                == golden.bytes(golden.initProducerIDRequest))
        let end = EndTransactionRequest(
            transactionalID: id, producerID: ProducerID(rawValue: 4711),
            epoch: ProducerEpoch(rawValue: 3), commits: true)
        #expect(golden.frame(end) == golden.bytes(golden.endTransactionRequest))
        #expect(
            golden.frame(DescribeTransactionsRequest(transactionalID: id))
                == golden.bytes(golden.describeRequest))
        #expect(
            golden.frame(OffsetFetchRequest(group: "gold", topic: "bout", partition: 0))
                == golden.bytes(golden.offsetFetchRequest))
    }

    @Test func partitionsAreAddedAndTheirProducersTold() throws {
        let golden = WireGolden.self
        let place = TopicPartition(topic: "bout", partition: PartitionIndex(rawValue: 0))
        let add = AddPartitionsToTransactionRequest(
            transactionalID: "gold-0", producerID: ProducerID(rawValue: -1),
            epoch: ProducerEpoch(rawValue: -1), places: [place])
        #expect(golden.frame(add) == golden.bytes(golden.addPartitionsRequest))
        #expect(try golden.decode(type(of: add), golden.bytes(golden.addPartitions)) == 16)
        #expect(
            try golden.decode(type(of: add), golden.bytes(golden.addPartitionsUnknown)) == 3,
            "the code that says why, not that of the partition beside it")
        let describe = DescribeProducersRequest(partitions: [("bout", [0])])
        #expect(golden.frame(describe) == golden.bytes(golden.describeProducersRequest))
        let found = try golden.decode(
            DescribeProducersRequest.self, golden.bytes(golden.describeProducers))
        #expect(found.map(\.place) == [place] && found.map(\.errorCode) == [0])
        let producers = try #require(found.first).producers
        #expect(producers.map(\.id.rawValue) == [0, 1])
        #expect(producers.map(\.epoch.rawValue) == [0, 0])
        #expect(producers.map(\.transactionStartOffset) == [-1, -1])
    }

    @Test func answersOfKafkaAreRead() throws {
        let golden = WireGolden.self
        let metadata = try golden.decode(MetadataRequest.self, golden.bytes(golden.metadata))
        #expect(metadata.brokers == [1: WireAddress(host: "127.0.0.1", port: 21000)])
        let topic = try #require(metadata.topics.first)
        #expect(topic.errorCode == 0 && topic.name == "bout")
        #expect(topic.id.first == 0x83 && topic.id.last == 0xF8)
        #expect(topic.partitions.map(\.index).sorted() == [0, 1, 2, 3])
        #expect(topic.partitions.allSatisfy { $0.leader == 1 && $0.errorCode == 0 })
        let coordinator = try golden.decode(
            FindCoordinatorRequest.self, golden.bytes(golden.findCoordinator))
        #expect(coordinator.host == "127.0.0.1" && coordinator.port == 21000)
        let fenced = try golden.decode(
            InitProducerIDRequest.self, golden.bytes(golden.initProducerID))
        #expect(fenced.producerID.rawValue == 108 && fenced.epoch.rawValue == 0)
        let end = try golden.decode(EndTransactionRequest.self, golden.bytes(golden.endTransaction))
        #expect(end == 49)
        let versions = try golden.decode(ApiVersionsRequest.self, golden.apiVersions)
        #expect(versions.ranges[26] == ApiVersionsRequest.Range(min: 0, max: 5))
    }

    @Test func transactionsAndOffsetsAreRead() throws {
        let golden = WireGolden.self
        let known = try golden.decode(
            DescribeTransactionsRequest.self, golden.bytes(golden.describe))
        #expect(known.state == "Empty" && known.timeoutMilliseconds == 60_000)
        #expect(known.transactionalID == "gold-0" && known.producerID.rawValue == 108)
        #expect(known.startTimeMilliseconds == -1)
        let unknown = try golden.decode(
            DescribeTransactionsRequest.self, golden.bytes(golden.describeUnknown))
        #expect(unknown.errorCode == 105 && unknown.state == "")
        let offset = try golden.decode(OffsetFetchRequest.self, golden.bytes(golden.offsetFetch))
        #expect(offset.offset == -1 && offset.errorCode == 0 && offset.metadata == "")
    }

    /// Cut anywhere, an answer is an error, and never a trap.
    @Test(arguments: WireGolden.answers.indices)
    func answersCutAtEveryLengthAreErrors(index: Int) {
        let answer = WireGolden.answers[index]
        for length in 0..<answer.bytes.count {
            #expect(throws: WireError.self, "\(answer.name) cut at \(length)") {
                try answer.decode(Array(answer.bytes.prefix(length)))
            }
        }
        #expect(throws: WireError.self) { try answer.decode(answer.bytes + [0]) }
    }

    /// Every byte set to the values that lengths are wrong with: an answer or an error, never a
    /// trap.
    @Test(arguments: WireGolden.answers.indices)
    func hostileBytesNeverTrap(index: Int) {
        let answer = WireGolden.answers[index]
        for position in answer.bytes.indices {
            for value: UInt8 in [0x00, 0x7F, 0x80, 0xFF] {
                var bytes = answer.bytes
                bytes[position] = value
                try? answer.decode(bytes)
            }
        }
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func randomAnswersNeverTrap(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for answer in WireGolden.answers {
            var bytes = answer.bytes
            for _ in 0..<8 {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(
                    truncatingIfNeeded: random.next())
            }
            try? answer.decode(bytes)
        }
    }

    @Test func lengthsAboveWhatRemainsAreRefusedBeforeAnythingIsAllocated() {
        // A compact array of 2^28 - 2 topics in a frame of a few bytes.
        let many = WireGolden.bytes("00004100" + "00" + "00000000" + "ffffff7f")
        #expect(throws: WireError.badLength(offset: 9, length: (1 << 28) - 2, cap: 0)) {
            try WireGolden.decode(DescribeTransactionsRequest.self, many)
        }
        // A null where a name must be.
        let null = WireGolden.bytes(
            "00000a01" + "00000000" + "0000" + "ffff" + "00000001" + "ffff" + "00005208")
        #expect(
            throws: WireError.badLength(offset: 16, length: -1, cap: WireReader.stringByteCountMax)
        ) {
            try WireGolden.decode(FindCoordinatorRequest.self, null)
        }
        // A varint that never ends.
        #expect(throws: WireError.self) {
            try WireGolden.decode(
                DescribeTransactionsRequest.self, WireGolden.bytes("00004100ffffffffffffff"))
        }
    }

    @Test func answerToAnotherRequestIsRefused() {
        #expect(throws: WireError.wrongCorrelation(expected: 0x1A01, received: 0x1A02)) {
            try WireGolden.decode(
                EndTransactionRequest.self, WireGolden.bytes("00001a02000000000000"))
        }
    }

    @Test func varintsRoundTrip() throws {
        for value: UInt32 in [0, 1, 127, 128, 16_383, 16_384, 1 << 28, .max] {
            var writer = WireWriter()
            writer.appendVarint(value)
            var reader = WireReader(writer.bytes)
            #expect(try reader.readVarint() == value)
            try reader.expectEnd()
        }
    }
}

/// Kafka's and Java's SplittableRandom: one number in, a repeatable sequence out.
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
