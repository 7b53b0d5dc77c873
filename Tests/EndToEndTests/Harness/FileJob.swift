import Foundation
import Glibc
import Synchronization
import Testing

/// A job that reads numbered lines from a folder, or a topic, and writes those that are not divisible
/// by ten to another one.
final class FileJob {
    let scratch: TemporaryFolder
    let name: String
    /// Where lines come in as files; the text of the sources otherwise.
    var source: String
    /// The text of the sinks; files by default.
    var sinks: String
    /// Of `connections` and more.
    var more = ""
    var parallelism = 2
    /// Longer than a machine that hardly runs needs; only who takes a job from a stopped runner waits for it.
    var leaseTimeout = "5 min"
    private(set) var written: [Int] = []
    private var fileCount = 0
    private var runCount = 0

    var input: String { scratch.path + "/in" }
    var output: String { scratch.path + "/out" }

    init(_ name: String) throws {
        self.name = name
        scratch = try TemporaryFolder()
        source = "type: file, path: \(scratch.path)/in, monitor_interval: 20 ms"
        sinks = "  out: { type: file, input: kept, path: \(scratch.path)/out }"
        for folder in [input, output] {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        }
    }

    private var pipeline: String {
        """
        version: 1
        name: \(name)
        config:
          parallelism.default: \(parallelism)
          execution.checkpointing.interval: 50 ms
          execution.checkpointing.num-retained: 1
          execution.checkpointing.dir: file://\(scratch.path)/checkpoints
          restart-strategy.type: none
          millrace.lease.timeout: \(leaseTimeout)
        \(more)
        sources:
          numbers: { \(source), format: json, schema: { id: BIGINT NOT NULL } }
        transforms:
          kept: { type: filter, input: numbers, where: 'MOD(id, 10) <> 0' }
        sinks:
        \(sinks)

        """
    }

    // MARK: Lines

    func line(_ number: Int) -> String { "{\"id\":\(number)}\n" }

    /// The next numbers, to be written by the caller.
    func nextNumbers(_ count: Int) -> Range<Int> {
        let numbers = written.count..<(written.count + count)
        written += numbers
        return numbers
    }

    /// Puts the next numbers into the folder, as one file that is complete when it is seen.
    func writeFile(_ count: Int = 40) throws {
        let text = nextNumbers(count).map(line).joined()
        fileCount += 1
        let name = String(format: "%04d.json", fileCount)
        try text.write(toFile: "\(input)/.\(name)", atomically: false, encoding: .utf8)
        guard rename("\(input)/.\(name)", "\(input)/\(name)") == 0 else {
            throw DrillError("rename: errno \(errno)")
        }
    }

    // MARK: Runs

    func start(_ options: [String] = [], failpoints: String? = nil) throws -> ChildProcess {
        runCount += 1
        let file = "\(scratch.path)/pipeline.yaml"
        try pipeline.write(toFile: file, atomically: true, encoding: .utf8)
        return try ChildProcess(
            [Checkout.millrace, "run", file] + options,
            environment: failpoints.map { ["MILLRACE_FAILPOINTS": $0] } ?? [:],
            outputPath: "\(scratch.path)/run-\(runCount).log")
    }

    /// Gives the run more to do, each time when `isDone` says that it has done what it had, until it
    /// ends.
    func feed(
        _ runner: ChildProcess, write: () throws -> Void, isDone: () throws -> Bool
    ) throws -> ChildProcess.Ending {
        for _ in 0..<100 {
            try write()
            try wait(for: "results, or an end; last lines:\n\(runner.tail())") {
                if runner.endingIfEnded() != nil { return true }
                return try isDone()
            }
            if let ending = runner.endingIfEnded() { return ending }
        }
        throw DrillError("\(name): the failpoint was never reached\n\(runner.tail())")
    }

    /// Feeds a run with files until a failpoint kills it.
    func runUntilKilled(at failpoints: String) throws {
        let runner = try start(failpoints: failpoints)
        let ending = try feed(
            runner, write: { try writeFile() }, isDone: { try results().count >= expected.count })
        guard ending == .signalled(SIGKILL) else {
            throw DrillError("\(name): \(failpoints) did not kill: \(ending)\n\(runner.tail())")
        }
    }

    func finish(_ options: [String] = []) throws {
        let runner = try start(["--stop-at-end"] + options)
        let ending = try runner.waitForEnd()
        guard ending == .exited(0) else {
            throw DrillError("\(name): the finishing run ended with \(ending)\n\(runner.tail())")
        }
    }

    // MARK: Judgement

    var expected: [Int] { written.filter { $0 % 10 != 0 } }

    /// The numbers in all finished files, in no order.
    func results() throws -> [Int] {
        try FileManager.default.contentsOfDirectory(atPath: output).filter { !$0.hasPrefix(".") }
            .flatMap {
                try Self.numbers(in: String(contentsOfFile: "\(output)/\($0)", encoding: .utf8))
            }
    }

    static func numbers(in text: String) throws -> [Int] {
        try text.split(separator: "\n").map { line in
            guard let number = Int(line.dropFirst("{\"id\":".count).dropLast()) else {
                throw DrillError("not a line of ours: \(line)")
            }
            return number
        }
    }

    /// Each number once in finished files, and nothing unfinished.
    func expectExactlyOnce(_ location: SourceLocation = #_sourceLocation) throws {
        #expect(try results().sorted() == expected, sourceLocation: location)
        let names = try FileManager.default.contentsOfDirectory(atPath: output)
        #expect(!names.contains { $0.hasPrefix(".") }, "\(names)", sourceLocation: location)
    }
}

/// A reader that looks at a folder all the time: a file is complete when it is first seen, and stays
/// as it is.
final class FolderWatcher: Sendable {
    private struct State {
        var sizes: [String: Int] = [:]
        var violations: [String] = []
        var isStopped = false
        var hasEnded = false
    }
    private let state = Mutex(State())
    private let folder: String

    init(_ folder: String) {
        self.folder = folder
        Thread.detachNewThread { [self] in
            while !state.withLock(\.isStopped) {
                look()
                _ = poll(nil, 0, 1)
            }
            state.withLock { $0.hasEnded = true }
        }
    }

    private func look() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where !name.hasPrefix(".") {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
                continue
            }
            state.withLock { state in
                if data.last != UInt8(ascii: "\n") {
                    state.violations.append("\(name) does not end with a line")
                }
                let before = state.sizes.updateValue(data.count, forKey: name)
                if let before, before != data.count {
                    state.violations.append("\(name) had \(before) bytes, then \(data.count)")
                }
            }
        }
    }

    /// Stops looking; nothing may have been wrong, and something must have been seen.
    func expectOnlyCompleteFiles(_ location: SourceLocation = #_sourceLocation) throws {
        state.withLock { $0.isStopped = true }
        try wait(for: "the watcher to end") { state.withLock(\.hasEnded) }
        let (violations, count) = state.withLock { ($0.violations, $0.sizes.count) }
        #expect(violations == [], sourceLocation: location)
        #expect(count > 0, "files were seen", sourceLocation: location)
    }
}
