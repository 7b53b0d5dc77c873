import KafkaConnector
import StreamCore
import Testing

@Suite("Murmur2: Kafka's hash of a key")
struct Murmur2Tests {
    /// From `UtilsTest.testMurmur2` of Apache Kafka.
    static let vectors: [(String, Int32)] = [
        ("21", -973_932_308),
        ("foobar", -790_332_482),
        ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
        ("abc", 479_470_107),
    ]

    @Test("agrees with the vectors of Kafka's own test", arguments: vectors)
    func vector(text: String, hash: Int32) {
        withSlice(text) { #expect(Murmur2.hash($0) == UInt32(bitPattern: hash)) }
    }

    @Test("drops the sign before the modulo, as Kafka does")
    func sign() {
        withSlice("foobar") {
            let positive = Int(UInt32(bitPattern: -790_332_482) & 0x7fff_ffff)
            #expect(Murmur2.partition(of: $0, partitionCount: 7) == positive % 7)
        }
    }

    @Test("an empty key has a partition of its own")
    func emptyKey() {
        withSlice("") { #expect(Murmur2.hash($0) == 275_646_681) }
    }
}

private func withSlice(_ text: String, _ body: (ByteSlice) -> Void) {
    var bytes = Array(text.utf8)
    bytes.append(0)
    bytes.withUnsafeBufferPointer {
        body(ByteSlice(base: $0.baseAddress, count: text.utf8.count))
    }
}
