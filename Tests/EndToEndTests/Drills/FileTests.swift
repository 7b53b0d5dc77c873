import Foundation
import Glibc
import Testing

/// Files in and files out: every line once in finished files, and no file is ever seen unfinished.
@Suite struct FileTests {
    @Test(arguments: [
        "P1:kill@5", "P2:kill@7", "F1:kill@3", "P5a:kill@3", "P5b:kill@3", "P5c:kill@3",
        "F2:kill@3",
        "F3:kill@3", "P8:kill@3", "P9:kill@2",
    ])
    func aRunOnFilesKilledAnywhereContinues(place: String) throws {
        let job = try FileJob("files-\(word(place))")
        let watcher = FolderWatcher(job.output)
        try job.runUntilKilled(at: place)
        try job.writeFile()
        job.parallelism = 3
        try job.finish()
        try job.expectExactlyOnce()
        try watcher.expectOnlyCompleteFiles()
    }

    /// The disk fails when a part file is synced: the run ends, and the next one makes up for it.
    @Test(arguments: ["F1:errno=28@3", "F2:errno=5@3", "F3:errno=5@3"])
    func aFailingDiskFailsTheRunAndTheNextOneMakesUpForIt(place: String) throws {
        let job = try FileJob("files-disk-\(word(place))")
        let runner = try job.start(failpoints: place)
        let ending = try job.feed(
            runner, write: { try job.writeFile() },
            isDone: { try job.results().count >= job.expected.count })
        #expect(ending == .exited(1), "\(runner.tail())")
        try job.finish()
        try job.expectExactlyOnce()
    }

    @Test func aStopFinishesTheFilesOfItsLastCheckpoint() throws {
        let job = try FileJob("files-stop")
        let runner = try job.start()
        try job.writeFile()
        try wait(for: "results") { try !job.results().isEmpty }
        try job.writeFile()
        runner.signal(SIGTERM)
        #expect(try runner.waitForEnd() == .exited(0), "\(runner.tail())")
        #expect(
            try !FileManager.default.contentsOfDirectory(atPath: job.output)
                .contains { $0.hasPrefix(".") })
        try job.finish()
        try job.expectExactlyOnce()
    }

    /// Stopped between durable and finished, and replaced: it finds that another has finished its
    /// files.
    @Test func aRunnerThatIsReplacedBeforeItFinishesItsFilesHarmsNothing() throws {
        let job = try FileJob("files-zombie")
        job.leaseTimeout = "2 s"
        let zombie = try job.start(failpoints: "F2:stop@3")
        var isStopped = false
        while !isStopped {
            try job.writeFile()
            try wait(for: "results, or a stop") {
                _ = zombie.endingIfEnded()
                isStopped = zombie.isStopped
                return try isStopped || job.results().count >= job.expected.count
            }
        }
        try job.writeFile()
        let heir = try takeOver(job)
        try job.writeFile()
        try wait(for: "results of the heir") { try job.results().count >= job.expected.count }
        zombie.signal(SIGCONT)
        #expect(try zombie.waitForEnd() == .exited(75), "\(zombie.tail())")
        try job.writeFile()
        heir.signal(SIGTERM)
        #expect(try heir.waitForEnd() == .exited(0), "\(heir.tail())")
        try job.finish()
        try job.expectExactlyOnce()
    }

    /// Starts a runner again and again, as a supervisor would, until it is not refused any more.
    private func takeOver(_ job: FileJob) throws -> ChildProcess {
        var heir = try job.start()
        let before = try job.results().count
        try wait(for: "the lease to end") {
            if let ending = heir.endingIfEnded() {
                #expect(ending == .exited(75), "\(heir.tail())")
                heir = try job.start()
            }
            return try job.results().count > before
        }
        return heir
    }

    // MARK: With Kafka

    @Test(arguments: ["F1:kill@3", "P5c:kill@3", "F2:kill@3", "F3:kill@3"])
    func aRunFromKafkaToFilesKilledAnywhereContinues(place: String) throws {
        let (job, broker) = try withBroker("kafka-files-\(word(place))")
        let topic = KafkaTopic(name: job.name, bootstrap: broker.bootstrap, scratch: job.scratch)
        try broker.createTopics([topic.name + ":3"])
        job.source = "type: kafka, connection: main, topic: \(topic.name)"
        func write() throws {
            try topic.write(lines: job.nextNumbers(100).map { "\($0)\t" + job.line($0) }.joined())
        }
        let watcher = FolderWatcher(job.output)
        let runner = try job.start(failpoints: place)
        let ending = try job.feed(
            runner, write: write, isDone: { try job.results().count >= job.expected.count })
        #expect(ending == .signalled(SIGKILL), "\(runner.tail())")
        try write()
        try job.finish()
        try job.expectExactlyOnce()
        try watcher.expectOnlyCompleteFiles()
    }

    @Test(arguments: ["P2:kill@7", "P3:kill@3", "P6:kill@3", "P7:kill@3"])
    func aRunFromFilesToKafkaKilledAnywhereContinues(place: String) throws {
        let (job, broker) = try withBroker("files-kafka-\(word(place))")
        let topic = try toKafka(job, broker)
        let follower = try TopicFollower(of: topic)
        let runner = try job.start(failpoints: place)
        let ending = try job.feed(
            runner, write: { try job.writeFile() },
            isDone: { follower.count >= job.expected.count })
        #expect(ending == .signalled(SIGKILL), "\(runner.tail())")
        try job.writeFile()
        try job.finish()
        #expect(try numbers(topic) == job.expected)
    }

    /// The transaction of a durable checkpoint timed out: the files of that checkpoint were not
    /// finished, and are not.
    @Test func aRollBackTakesTheFilesOfTheCheckpointAlong() throws {
        let (job, broker) = try withBroker("files-rollback", transactionTimeout: "15 s")
        let topic = try toKafka(job, broker)
        job.sinks += "\n  copies: { type: file, input: kept, path: \(job.output) }"
        let watcher = FolderWatcher(job.output)
        try job.runUntilKilled(at: "P6:kill@3")
        try wait(for: "the coordinator to abort what timed out") { try !topic.isHeldBack() }
        try job.finish()
        #expect(try numbers(topic) == job.expected)
        try job.expectExactlyOnce()
        try watcher.expectOnlyCompleteFiles()
    }

    private func withBroker(
        _ name: String, transactionTimeout: String = "10 min"
    ) throws -> (FileJob, Broker) {
        let job = try FileJob(name)
        let broker = try Broker(sharedBy: job.scratch)
        job.more = """
            connections:
              main:
                type: kafka
                properties: { bootstrap.servers: "\(broker.bootstrap)" }
                transaction_timeout: \(transactionTimeout)
            """
        return (job, broker)
    }

    private func toKafka(_ job: FileJob, _ broker: Broker) throws -> KafkaTopic {
        let topic = KafkaTopic(
            name: job.name + ".results", bootstrap: broker.bootstrap, scratch: job.scratch)
        try broker.createTopics([topic.name + ":2"])
        job.sinks = "  out: { type: kafka, connection: main, input: kept, topic: \(topic.name) }"
        return topic
    }

    private func numbers(_ topic: KafkaTopic) throws -> [Int] {
        try FileJob.numbers(in: topic.read().map(\.value).joined(separator: "\n")).sorted()
    }

    private func word(_ place: String) -> String { String(place.prefix { $0 != ":" }) }
}
