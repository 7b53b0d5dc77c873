import Foundation
import Glibc
import PipelineSpec
import StreamAPI
import Testing

@testable import PipelineRunner

/// Whole jobs on files, without a cluster.
@Suite("A job on files") final class FileJobTests {
    private let folder = NSTemporaryDirectory() + "millrace-file-job-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(
            atPath: folder + "/in", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func pipeline(parallelism: Int = 2, checkpoints: Bool = true, more: String = "")
        -> String
    {
        """
        version: 1
        name: file-job
        config:
          parallelism.default: \(parallelism)
          restart-strategy.type: none
        \(checkpoints ? "  execution.checkpointing.interval: 50 ms" : "")
        \(checkpoints ? "  execution.checkpointing.dir: file://\(folder)/checkpoints" : "")
        sources:
          lines: { type: file, path: \(folder)/in, format: csv, schema: { id: INT, name: STRING } }
        transforms:
          named: { type: map, input: lines, select: { id: id, name: UPPER(name), at: $offset } }
        \(more)
        sinks:
          out: { type: file, path: \(folder)/out, input: named }
        """
    }

    private func run(_ text: String, _ options: RunOptions = RunOptions()) throws -> ExitCode {
        let result = PipelineLinter.lint(path: "p.yaml", text: text, environment: LintEnvironment())
        let definition = try #require(result.definition, "\(result.diagnostics.map(\.message))")
        do {
            let plan = try PipelinePlanner(definition).plan()
            return JobRunner(plan: plan, options: options).run()
        } catch let error as FatalError {
            return error.exitCode
        }
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/in/\(name)"))
    }

    /// The lines of all finished files; there must be no unfinished ones.
    private func results() throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/out")
        #expect(!names.contains { $0.hasPrefix(".") })
        return try names.flatMap {
            try String(contentsOfFile: "\(folder)/out/\($0)", encoding: .utf8)
                .split(separator: "\n").map(String.init)
        }.sorted()
    }

    private let first = [
        #"{"id":1,"name":"A","at":0}"#, #"{"id":2,"name":"B","at":4}"#,
        #"{"id":3,"name":"C","at":0}"#,
    ]

    @Test("ends by itself when all files are read, and reads only what is new the next time")
    func restarts() throws {
        try write("1,a\n2,b\n", to: "1")
        try write("3,c", to: "2")
        #expect(try run(pipeline()) == .finished)
        #expect(try results() == first)
        try write("4,d\n", to: "3")
        #expect(try run(pipeline(parallelism: 1)) == .finished)
        let both = first + [#"{"id":4,"name":"D","at":0}"#]
        #expect(try results() == both)
        #expect(try run(pipeline(parallelism: 3)) == .finished)
        #expect(try results() == both)
    }

    @Test("goes on when a reader has taken the results away, and the files that were read are gone")
    func cleanedUp() throws {
        try write("1,a\n", to: "1")
        #expect(try run(pipeline()) == .finished)
        for part in ["in", "out"] {
            for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(part)") {
                unlink("\(folder)/\(part)/\(name)")
            }
        }
        try write("2,b\n", to: "2")
        #expect(try run(pipeline()) == .finished)
        #expect(try results() == [#"{"id":2,"name":"B","at":0}"#])
    }

    @Test("finishes its files at its end without checkpoints, and a new life writes others")
    func withoutCheckpoints() throws {
        try write("1,a\n2,b\n", to: "1")
        try write("3,c", to: "2")
        #expect(try run(pipeline(checkpoints: false)) == .finished)
        #expect(try results() == first)
        #expect(try run(pipeline(checkpoints: false)) == .finished)
        #expect(try results() == (first + first).sorted())
    }

    @Test("stops with 81 where a file of its checkpoint was replaced; a new life reads it")
    func replaced() throws {
        try write("1,a\n2,b\n", to: "1")
        #expect(try run(pipeline()) == .finished)
        try write("9,a\n2,b\n3,c\n", to: "1")
        #expect(try run(pipeline()) == .sourceGap)
        var options = RunOptions()
        options.isFresh = true
        #expect(try run(pipeline(), options) == .finished)
        #expect(try results().count == 5)
    }

    @Test("reads quoted line ends as text, and knows on which line each record begins")
    func quotedLineEnds() throws {
        try write("1,\"a\nb\"\n2,c\n", to: "1")
        let text = pipeline().replacing("at: $offset", with: "at: $line")
        #expect(try run(text) == .finished)
        let expected = [#"{"id":1,"name":"A\nB","at":1}"#, #"{"id":2,"name":"C","at":3}"#]
        #expect(try results() == expected)
    }

    @Test("says which line of which file cannot be decoded, and leaves no file half written")
    func badLine() throws {
        try write("1,a\nx,b\n", to: "1")
        #expect(try run(pipeline()) == .failed)
        #expect(try results() == [])
    }

    @Test("ends before the first line where its folder cannot be one")
    func badFolder() throws {
        try Data().write(to: URL(fileURLWithPath: folder + "/out"))
        #expect(try run(pipeline()) == .cannotCreate)
    }
}
