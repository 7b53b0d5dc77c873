import StreamCore
import Testing

@testable import KafkaConnector

@Suite("What a reader fetches ahead")
struct PrefetchTests {
    private func shares(sources: Int, parallelism: Int) -> Int {
        var configuration = KafkaSourceConfiguration(
            operatorID: OperatorID(rawValue: "events"), topic: "events", groupID: "jobs")
        configuration.jobSourceCount = sources
        return configuration.prefetchByteCount(parallelism: parallelism)
    }

    @Test("the sources of a job and their readers share one bound")
    func shared() {
        let bound = KafkaSourceConfiguration.prefetchByteCountMax
        #expect(shares(sources: 1, parallelism: 1) == bound)
        #expect(shares(sources: 2, parallelism: 1) == bound / 2)
        #expect(shares(sources: 1, parallelism: 2) == bound / 2)
    }

    @Test("no reader has less than keeps its fetcher awake")
    func leastShare() {
        for (sources, parallelism) in [(3, 1), (2, 2), (1, 64), (40, 40)] {
            #expect(
                shares(sources: sources, parallelism: parallelism)
                    == KafkaSourceConfiguration.prefetchByteCountMin)
        }
    }
}
