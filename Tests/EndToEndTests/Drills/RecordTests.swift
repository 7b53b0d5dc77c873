import Foundation
import Glibc
import Testing

/// Kafka records as they are, through a run that is killed: headers, tombstones, timestamps, given
/// partitions, several topics, partitions that come up meanwhile.
@Suite struct RecordTests {
    private func word(_ place: String) -> String { String(place.prefix { $0 != ":" }) }

    /// Everything about a record but its place.
    private static let format = #"%k|%S|%s|%T|%h\n"#

    /// Values, tombstones, timestamps and all headers come out as they went in, once; the second
    /// sink says in a header which record it was made of, and keeps its partition.
    @Test(arguments: ["P6:kill@3", "P8:kill@3"])
    func recordsComeOutAsTheyWentInWhereverTheRunIsKilled(place: String) throws {
        let drill = try Drill("records-" + word(place))
        let second = KafkaTopic(
            name: drill.name + ".places", bootstrap: drill.broker.bootstrap,
            scratch: drill.scratch)
        try drill.broker.createTopics([second.name + ":3", drill.name + ".empty"])
        drill.pipeline.replacement = pipeline(drill, second.name)
        let runner = try drill.start(failpoints: place)
        let follower = try TopicFollower(of: drill.output)
        var count = 0
        for chunk in 0..<20 where runner.endingIfEnded() == nil {
            count += try write(chunk, to: drill.input)
            try wait(for: "\(count) records; last lines:\n\(runner.tail())") {
                runner.endingIfEnded() != nil || follower.count >= count
            }
        }
        #expect(try runner.waitForEnd() == .signalled(SIGKILL), "\(runner.tail())")
        count += try write(99, to: drill.input)
        try drill.finish()
        let written = try drill.input.lines(Self.format).sorted()
        #expect(written.count == count)
        #expect(try drill.output.lines(Self.format).sorted() == written)
        let places = try second.lines(#"%p|%h\n"#)
        let expected = try drill.input.lines(#"%p|place=%p/%o\n"#)
        #expect(places.sorted() == expected.sorted())
        try drill.expectNothingOpen()
    }

    /// Twenty records of one kcat call share its headers, one of them twice; every fifth is a
    /// tombstone.
    private func write(_ chunk: Int, to topic: KafkaTopic) throws -> Int {
        let lines = (0..<20).map { index in
            "k\(index)\t" + (index % 5 == 0 ? "" : "{\"id\":\(chunk * 20 + index)}") + "\n"
        }
        try topic.write(
            lines: lines.joined(),
            options: ["-Z", "-H", "chunk=\(chunk)", "-H", "same=1", "-H", "same=2"])
        return 20
    }

    private func pipeline(_ drill: Drill, _ second: String) -> String {
        return drill.pipeline.head + """
            sources:
              events:
                type: kafka
                connection: main
                topics: [\(drill.input.name), \(drill.name).empty]
                format: json
                schema: { id: BIGINT NOT NULL }
                tombstones: row

            sinks:
              results:
                type: kafka
                connection: main
                input: events
                topic: \(drill.output.name)
                key: $key
                headers: pass_through
                timestamp: '"$timestamp"'
                tombstone_when: id IS NULL
              places:
                type: kafka
                connection: main
                input: events
                topic: \(second)
                headers:
                  place: CAST("$partition" AS STRING) || '/' || CAST("$offset" AS STRING)
                partitioner: { column: $partition }

            """
    }

    /// A topic grows while it is read, and the run dies with the new partitions in its checkpoints
    /// or not yet there: every event is counted once, in order.
    @Test(arguments: ["P1:kill@40", "P6:kill@20", "P8:kill@20"])
    func partitionsThatComeUpAreReadOnceWhereverTheRunIsKilled(place: String) throws {
        let drill = try Drill("grown-" + word(place))
        drill.pipeline.discoveryInterval = "100 ms"
        // Checkpoints go on while Kafka's tool starts its JVM: the failpoint is to come after it.
        drill.pipeline.checkpointInterval = "1 s"
        let runner = try drill.start(failpoints: place)
        try drill.write(ColorEvent.make(count: 300, seed: 1))
        try drill.waitForResults(from: runner)
        // Keys move to other partitions now: what was written before is counted already.
        try drill.broker.grow(drill.input.name, to: 5)
        let chunks = (2..<40).map { ColorEvent.make(count: 300, seed: $0) }
        #expect(try drill.feed(chunks, to: runner) == .signalled(SIGKILL), "\(runner.tail())")
        #expect(runner.output().contains("new partition: reading from the earliest"))
        try drill.finish()
        try drill.expectExactlyOnce()
        #expect(Set(try drill.input.read().map(\.partition)).count > 3)
    }

    /// A topic of the pattern is made while the run reads another one, and the run dies with it in its
    /// checkpoints or not.
    @Test(arguments: ["P6:kill@20", "P8:kill@20"])
    func topicsOfAPatternThatComeUpAreReadOnceWhereverTheRunIsKilled(place: String) throws {
        let drill = try Drill("pattern-" + word(place))
        drill.pipeline.checkpointInterval = "1 s"
        drill.pipeline.replacement = drill.pipeline.text.replacing(
            "topic: \(drill.input.name)\n",
            with: "topic_pattern: '\(drill.input.name).*'\n"
        ).replacing(
            "partition_discovery_interval: 5 min", with: "partition_discovery_interval: 100 ms")
        let late = KafkaTopic(
            name: drill.input.name + "-late", bootstrap: drill.broker.bootstrap,
            scratch: drill.scratch)
        let runner = try drill.start(failpoints: place)
        try drill.write(ColorEvent.make(count: 300, seed: 1))
        try drill.waitForResults(from: runner)
        try drill.broker.createTopics([late.name + ":2"])
        let chunks = (2..<40).map { ColorEvent.make(count: 300, seed: $0) }
        let ending = try drill.feed(chunks, to: runner, through: late)
        #expect(ending == .signalled(SIGKILL), "\(runner.tail())")
        #expect(runner.output().contains(late.name + "-1"))
        try drill.finish()
        try drill.expectExactlyOnce()
    }

    /// Whoever reads a topic that is deleted, or made again, must not go on as if nothing were.
    @Test(arguments: [false, true])
    func aTopicThatIsDeletedStopsTheRunWithItsName(isMadeAgain: Bool) throws {
        let drill = try Drill("deleted-\(isMadeAgain)")
        drill.pipeline.discoveryInterval = "100 ms"
        let runner = try drill.start()
        try drill.write(ColorEvent.make(count: 50, seed: 1))
        try drill.waitForResults(from: runner)
        try drill.broker.delete(drill.input.name)
        if isMadeAgain { try drill.broker.createTopics([drill.input.name + ":3"]) }
        #expect(try runner.waitForEnd() == .exited(81), "\(runner.tail())")
        #expect(runner.output().contains(drill.input.name))
        #expect(runner.output().contains("deleted"))
        #expect(runner.output().contains("--fresh"))
    }
}
