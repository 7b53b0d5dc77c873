import Foundation
import Glibc
import Testing

/// One job under one name, with topics and a checkpoint folder of its own: what a drill breaks,
/// restarts and judges.
final class Drill {
    let scratch: TemporaryFolder
    let broker: Broker
    let name: String
    let input: KafkaTopic
    let output: KafkaTopic
    var pipeline: PipelineFile
    private(set) var written: [ColorEvent] = []
    private var runCount = 0

    /// - Parameters:
    ///   - name: The job's name; different for each drill, since they share a broker.
    ///   - ownBroker: A broker that the drill may pause and kill.
    init(_ name: String, ownBroker: Bool = false) throws {
        scratch = try TemporaryFolder()
        broker = ownBroker ? try Broker(ownIn: scratch) : try Broker(sharedBy: scratch)
        self.name = name
        input = KafkaTopic(name: name + ".events", bootstrap: broker.bootstrap, scratch: scratch)
        output = KafkaTopic(name: name + ".results", bootstrap: broker.bootstrap, scratch: scratch)
        pipeline = PipelineFile(
            name: name, inputTopic: input.name, outputTopic: output.name,
            bootstrap: broker.bootstrap, checkpointFolder: scratch.path + "/checkpoints")
        try broker.createTopics([input.name + ":3", output.name + ":3"])
    }

    // MARK: Events

    /// - Parameter topic: Where they are written to; the input by default.
    func write(_ events: [ColorEvent], to topic: KafkaTopic? = nil) throws {
        try (topic ?? input).write(lines: events.map { $0.line(in: pipeline.form) }.joined())
        written += events
    }

    // MARK: Runs

    /// Starts `millrace run` on the pipeline as it is now.
    func start(_ options: [String] = [], failpoints: String? = nil) throws -> ChildProcess {
        runCount += 1
        let file = "\(scratch.path)/pipeline.yaml"
        try pipeline.text.write(toFile: file, atomically: true, encoding: .utf8)
        return try ChildProcess(
            [Checkout.millrace, "run", file] + options,
            environment: failpoints.map { ["MILLRACE_FAILPOINTS": $0] } ?? [:],
            outputPath: "\(scratch.path)/run-\(runCount).log")
    }

    /// Runs the job to the end of its input and its final checkpoint.
    @discardableResult
    func finish(_ options: [String] = []) throws -> ChildProcess {
        let runner = try start(["--stop-at-end"] + options)
        let ending = try runner.waitForEnd()
        guard ending == .exited(0) else {
            throw DrillError("\(name): the finishing run ended with \(ending)\n\(runner.tail())")
        }
        return runner
    }

    /// Feeds `chunks` one by one, each when the results of those before are visible, until the
    /// runner ends: so the job passes every phase of several checkpoints before it is through.
    func feed(
        _ chunks: [[ColorEvent]], to runner: ChildProcess, through topic: KafkaTopic? = nil
    ) throws -> ChildProcess.Ending {
        let follower = try TopicFollower(of: output)
        for chunk in chunks {
            try write(chunk, to: topic)
            let expected = ColorOracle(events: written).resultCount
            try wait(for: "\(expected) visible results; last lines:\n\(runner.tail())") {
                runner.endingIfEnded() != nil || follower.count >= expected
            }
            if let ending = runner.endingIfEnded() { return ending }
        }
        return try runner.waitForEnd()
    }

    /// Waits until a reader sees the results of everything written so far, while `runner` lives.
    func waitForResults(
        from runner: ChildProcess, isolation: String = "read_committed"
    ) throws {
        let expected = ColorOracle(events: written).resultCount
        let follower = try TopicFollower(of: output, isolation: isolation)
        try wait(for: "\(expected) results, \(isolation)") {
            if let ending = runner.endingIfEnded() {
                throw DrillError("\(name): the run ended with \(ending)\n\(runner.tail())")
            }
            return follower.count >= expected
        }
    }

    /// Starts a run that a failpoint kills while events come in.
    func runUntilKilled(at failpoints: String, seed: UInt64) throws {
        let runner = try start(failpoints: failpoints)
        let events = ColorEvent.make(count: 2500, seed: seed)
        let chunks = stride(from: 0, to: events.count, by: 500).map {
            Array(events[$0..<min($0 + 500, events.count)])
        }
        let ending = try feed(chunks, to: runner)
        guard ending == .signalled(SIGKILL) else {
            throw DrillError(
                "\(name): \(failpoints) did not kill the run: \(ending)\n\(runner.tail())")
        }
    }

    /// Starts a run that must end by itself, with this exit code; returns what it printed.
    func expectRefusal(
        _ exitCode: Int32, _ options: [String] = ["--stop-at-end"],
        _ location: SourceLocation = #_sourceLocation
    ) throws -> String {
        let runner = try start(options)
        let ending = try runner.waitForEnd()
        #expect(ending == .exited(exitCode), "\(runner.tail())", sourceLocation: location)
        return runner.output()
    }

    // MARK: Judgement

    /// The three things that hold after every drill: the output is exactly what the input asks for,
    /// nothing is left open, and no producer epoch ended two transactions in a partition.
    func expectExactlyOnce(_ location: SourceLocation = #_sourceLocation) throws {
        let verdict = ColorOracle(events: written).judge(try output.read())
        #expect(verdict == .exactlyOnce, sourceLocation: location)
        try expectNothingOpen(location)
        let markers = try broker.endMarkers(topic: output.name)
        #expect(Set(markers).count == markers.count, sourceLocation: location)
    }

    func expectNothingOpen(_ location: SourceLocation = #_sourceLocation) throws {
        let listed = try broker.transactions(prefix: name)
        let open = listed.filter {
            !["Empty", "CompleteCommit", "CompleteAbort"].contains($0.state)
        }
        #expect(!listed.isEmpty, "the job's transactional ids are known", sourceLocation: location)
        #expect(open.isEmpty, sourceLocation: location)
        #expect(try !output.isHeldBack(), sourceLocation: location)
    }

    /// Waits until the coordinator has ended every transaction of the job.
    func waitUntilNothingIsOngoing() throws {
        try wait(for: "the coordinator to end what timed out") {
            let states = try broker.transactions(prefix: name).map(\.state)
            return states.allSatisfy { ["Empty", "CompleteCommit", "CompleteAbort"].contains($0) }
        }
    }

    /// Waits until the coordinator has aborted what timed out.
    func waitUntilNothingHoldsReadersBack() throws {
        do {
            try wait(for: "the coordinator to abort what timed out") { try !output.isHeldBack() }
        } catch let error as DrillError {
            let listed = try broker.transactions(prefix: name)
            throw DrillError("\(error); it lists \(listed), ends: \(try output.ends())")
        }
    }

    // MARK: The checkpoint folder

    /// The job's folder under the checkpoint folder: the only one there.
    func jobFolder() throws -> String {
        let jobs = try FileManager.default.contentsOfDirectory(atPath: pipeline.checkpointFolder)
        guard jobs.count == 1 else { throw DrillError("job folders: \(jobs)") }
        return pipeline.checkpointFolder + "/" + jobs[0]
    }

    /// The durable checkpoints, oldest first: folders `chk-<attempt>-<sequence>` with a manifest.
    func durableCheckpoints() -> [CheckpointFolder] {
        guard let job = try? jobFolder(),
            let names = try? FileManager.default.contentsOfDirectory(atPath: job)
        else { return [] }
        return names.compactMap { name in
            let words = name.split(separator: "-")
            guard words.count == 3, words[0] == "chk", let attempt = Int(words[1]),
                let sequence = Int(words[2]),
                FileManager.default.fileExists(atPath: "\(job)/\(name)/_metadata")
            else { return nil }
            return CheckpointFolder(
                path: "\(job)/\(name)", attempt: attempt, sequence: sequence)
        }
        .sorted { ($0.attempt, $0.sequence) < ($1.attempt, $1.sequence) }
    }
}

/// A checkpoint as its folder names it.
struct CheckpointFolder {
    let path: String
    let attempt: Int
    let sequence: Int

    func remove() throws { try FileManager.default.removeItem(atPath: path) }
}
