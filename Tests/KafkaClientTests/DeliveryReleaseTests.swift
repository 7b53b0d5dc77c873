import Glibc
import StreamCore
import Synchronization
import Testing

@testable import KafkaClient

/// When the memory of produced rows is given back, against librdkafka's broker inside this process.
@Suite struct DeliveryReleaseTests {
    let cluster: MockCluster
    let producer: Producer

    init() throws {
        cluster = try MockCluster()
        // Ending a mock cluster takes librdkafka up to a second.
        _ = Unmanaged.passRetained(cluster)
        try cluster.createTopic("t", partitionCount: 1)
        producer = try Producer(
            configuration: try KafkaConfiguration(properties: [
                "bootstrap.servers": cluster.bootstrapServers, "linger.ms": "0",
                "reconnect.backoff.ms": "1", "reconnect.backoff.max.ms": "10",
            ]))
    }

    private func produce(_ rowCount: Int) throws {
        let arena = ByteArena()
        let slices = (0..<rowCount).map { _ in ByteSlice(base: arena.allocate(10), count: 10) }
        let rows = (0..<rowCount).map { Int32($0) }
        let accepted = try rows.withUnsafeBufferPointer {
            try producer.produce(
                to: producer.topic("t"), partition: 0, keys: nil, values: slices, rows: $0,
                keeping: arena.takeChunks(), waitMaxMilliseconds: 120_000)
        }
        #expect(accepted == rowCount)
    }

    /// Calls whose chunks are kept once `limit` of them or fewer are, or 120 s are over.
    private func keptCalls(waitingFor limit: Int) -> Int {
        let deadline = Monotonic.milliseconds() + 120_000
        while true {
            let count = producer.client.retained.withLock {
                _ = $0.releaseDelivered()
                return $0.count
            }
            if count <= limit || Monotonic.remaining(until: deadline) == 0 { return count }
            sched_yield()
        }
    }

    @Test func acknowledgedRowsAreReleasedWithoutAFlush() throws {
        try produce(100)
        try produce(50)
        #expect(keptCalls(waitingFor: 0) == 0)
        try producer.flush(timeoutMilliseconds: 120_000)
    }

    @Test func rowsThatFailAreKeptUntilTheQueueIsEmpty() throws {
        _ = try producer.topic("t")
        cluster.setBroker(1, isUp: false)
        try produce(100)
        producer.purge()
        #expect(producer.client.retained.withLock { $0.releaseDelivered().count } == 0)
        #expect(throws: KafkaError.self) { try producer.flush(timeoutMilliseconds: 120_000) }
        #expect(producer.client.retained.withLock { $0.count } == 0)
    }
}
