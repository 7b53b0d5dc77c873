import Foundation
import Glibc
import StreamAPI
import StreamCore
import Testing

@testable import FileConnector

@Suite("A file sink") struct FileSinkTests {
    private let scratch: Scratch
    init() throws { scratch = try Scratch() }

    private var configuration: FileSinkConfiguration {
        FileSinkConfiguration(
            operatorID: OperatorID(rawValue: "out"), folder: scratch.path, fileExtension: "txt",
            job: JobID(name: "job"))
    }

    private func batch(_ lines: [String]) -> RecordBatch {
        let batch = RecordBatch(schema: RowSchema([]), rowCapacity: max(1, lines.count))
        let arena = ByteArena()
        for (row, line) in lines.enumerated() {
            batch.origin.values[row] = Array(line.utf8).withUnsafeBytes { bytes in
                bytes.baseAddress.map { arena.append($0, bytes.count) } ?? .absent
            }
        }
        batch.origin.chunks = arena.takeChunks()
        batch.rowCount = lines.count
        batch.selection.selectAll(lines.count)
        return batch
    }

    private func writer(subtask: Int = 0) -> any SinkWriter {
        FileSink(configuration).makeWriter(encoding: .origin, context: .of("out", subtask: subtask))
    }

    private func barrier(_ sequence: UInt32) -> CheckpointBarrier {
        CheckpointBarrier(
            id: CheckpointID(attempt: Attempt(rawValue: 1), sequence: sequence), kind: .checkpoint)
    }

    /// What a checkpoint keeps of the writer, durable.
    private func checkpoint(_ writer: any SinkWriter, _ sequence: UInt32) throws -> [[UInt8]] {
        try writer.barrier(barrier(sequence))
        let snapshot = try writer.snapshot(barrier(sequence))
        try snapshot.output?.makeDurable()
        return snapshot.items
    }

    private func hidden() throws -> [String] { try scratch.names().filter { $0.hasPrefix(".") } }

    @Test("shows a file when its checkpoint is committed, complete, and nothing before")
    func life() throws {
        let writer = writer()
        try writer.write(batch(["a", "", "b"]))
        #expect(try scratch.finishedLines() == [])
        let items = try checkpoint(writer, 1)
        #expect(try scratch.finishedLines() == [])
        #expect(try hidden().count == 1)
        try FileSink(configuration).commit(items, areKnownCommitted: false)
        #expect(try scratch.finishedLines() == ["a", "", "b"])
        #expect(try hidden() == [])
        let name = try #require(try scratch.names().first)
        #expect(name.hasPrefix("part-") && name.hasSuffix("-0-0.txt"))
    }

    @Test("writes no file for a checkpoint without rows")
    func empty() throws {
        let writer = writer()
        #expect(try checkpoint(writer, 1) == [])
        #expect(try scratch.names() == [])
    }

    @Test("lists a file until it hears that it is finished, those of failed checkpoints too")
    func listed() throws {
        let writer = writer()
        try writer.write(batch(["a"]))
        #expect(try checkpoint(writer, 1).count == 1)
        try writer.write(batch(["b"]))
        #expect(try checkpoint(writer, 2).count == 2)
        try writer.notifyCheckpointComplete(barrier(1).id)
        #expect(try checkpoint(writer, 3).count == 1)
        try writer.notifyCheckpointComplete(barrier(3).id)
        #expect(try checkpoint(writer, 4) == [])
    }

    @Test("finishes the same files again without harm, also when a reader has taken them away")
    func idempotent() throws {
        let writer = writer()
        try writer.write(batch(["a"]))
        let items = try checkpoint(writer, 1)
        let sink = FileSink(configuration)
        try sink.commit(items, areKnownCommitted: false)
        // After a crash, another process.
        try FileSink(configuration).commit(items, areKnownCommitted: false)
        #expect(try scratch.finishedLines() == ["a"])
        for name in try scratch.names() { try scratch.remove(name) }
        try sink.commit(items, areKnownCommitted: false)
        try FileSink(configuration).commit(items, areKnownCommitted: true)
    }

    @Test(
        "stops with 79 where a file is neither pending nor finished, and goes on once it is there")
    func lost() throws {
        let writer = writer()
        try writer.write(batch(["a", "b"]))
        let items = try checkpoint(writer, 1)
        for name in try scratch.names() { try scratch.remove(name) }
        let error = #expect(throws: FatalError.self) {
            try FileSink(configuration).commit(items, areKnownCommitted: false)
        }
        #expect(error?.exitCode == .outputLost)
        #expect(error?.message.contains("2 rows, 4 bytes") == true)
        try scratch.write("", to: try PendingFile(decoding: items[0]).name)
        try FileSink(configuration).commit(items, areKnownCommitted: false)
    }

    @Test("stops with 79 where a pending file has lost a part")
    func torn() throws {
        let writer = writer()
        try writer.write(batch(["a", "b"]))
        let items = try checkpoint(writer, 1)
        #expect(truncate(try PendingFile(decoding: items[0]).hiddenPath, 1) == 0)
        let error = #expect(throws: FatalError.self) {
            try FileSink(configuration).commit(items, areKnownCommitted: false)
        }
        #expect(error?.exitCode == .outputLost)
        #expect(try scratch.finishedLines() == [])
    }

    @Test("never replaces a file that has the name")
    func nothingIsReplaced() throws {
        let writer = writer()
        try writer.write(batch(["a"]))
        let items = try checkpoint(writer, 1)
        let name = try PendingFile(decoding: items[0]).name
        try scratch.write("other\n", to: name)
        let error = #expect(throws: FatalError.self) {
            try FileSink(configuration).commit(items, areKnownCommitted: false)
        }
        #expect(error?.exitCode == .cannotCreate)
        #expect(try scratch.finishedLines() == ["other"])
        // A link that was made and whose old name was left: the same file.
        try scratch.remove(name)
        #expect(link(scratch.path + "/" + (try hidden()[0]), scratch.path + "/" + name) == 0)
        try FileSink(configuration).commit(items, areKnownCommitted: false)
        #expect(try scratch.finishedLines() == ["a"])
        #expect(try hidden() == [])
    }

    @Test("removes its own unfinished files that no checkpoint lists, and nobody else's")
    func leftovers() throws {
        let writer = writer()
        try writer.write(batch(["a"]))
        let items = try checkpoint(writer, 1)
        try writer.write(batch(["b"]))
        let other = FileSinkConfiguration(
            operatorID: OperatorID(rawValue: "other"), folder: scratch.path, fileExtension: "txt",
            job: JobID(name: "job"))
        let foreign = FileSink(other).makeWriter(encoding: .origin, context: .of("other"))
        try foreign.write(batch(["c"]))
        try scratch.write("d\n", to: ".part-d.txt")
        #expect(try hidden().count == 4)
        let sink = FileSink(configuration)
        try sink.discardLeftovers(keeping: items) { false }
        #expect(try hidden().count == 4, "a later attempt may have made them")
        try sink.discardLeftovers(keeping: items) { true }
        #expect(try hidden().count == 3)
        try sink.commit(items, areKnownCommitted: false)
        #expect(try scratch.finishedLines() == ["a"])
    }

    @Test("gives the files of two runs different names, whatever was kept of the first")
    func names() throws {
        for _ in 0..<2 {
            let writer = writer()
            try writer.write(batch(["a"]))
            try FileSink(configuration).commit(
                try checkpoint(writer, 1), areKnownCommitted: false)
        }
        #expect(try scratch.finishedLines() == ["a", "a"])
    }

    @Test("takes its file in progress away when a run fails")
    func failedRun() throws {
        let writer = writer()
        try writer.write(batch(["a"]))
        writer.close()
        #expect(try scratch.names() == [])
    }

    @Test("writes values that are larger than its buffer whole and in order")
    func largeValues() throws {
        let writer = writer()
        let lines =
            ["a", String(repeating: "x", count: LineBuffer.capacity), "b"]
            + (0..<10).map { String(repeating: "\($0)", count: LineBuffer.capacity / 3) }
        try writer.write(batch(lines))
        try FileSink(configuration).commit(try checkpoint(writer, 1), areKnownCommitted: false)
        #expect(try scratch.finishedLines() == lines)
    }

    @Test("makes its folder, and says why it cannot")
    func folder() throws {
        func prepare(_ folder: String) throws {
            try FileSink(
                FileSinkConfiguration(
                    operatorID: OperatorID(rawValue: "out"), folder: folder, fileExtension: "txt",
                    job: JobID(name: "job"))
            ).prepare()
        }
        try prepare(scratch.path + "/a/b")
        var isFolder: ObjCBool = false
        #expect(
            FileManager.default.fileExists(atPath: scratch.path + "/a/b", isDirectory: &isFolder))
        #expect(isFolder.boolValue)
        try scratch.write("", to: "file")
        for path in ["file", "file/below"] {
            let error = #expect(throws: FatalError.self) { try prepare(scratch.path + "/" + path) }
            #expect(error?.exitCode == .cannotCreate)
        }
    }

    @Test(
        "ends the run with the exit code of what is wrong",
        arguments: [
            (ENOSPC, ExitCode.inputOutput, "free space"), (EIO, .inputOutput, "check the disk"),
            (EACCES, .unauthorized, "right"), (ENOENT, .inputMissing, "path"),
            (ENOTDIR, .cannotCreate, "another path"),
        ])
    func exitCodes(number: Int32, code: ExitCode, advice: String) {
        let failure = FileFailure.system(number, "write", "/x", "sink out")
        #expect(failure.exitCode == code)
        #expect(failure.message.contains(advice))
        #expect(failure.message.hasPrefix("sink out: cannot write /x: "))
    }

    @Test("refuses state that it did not write", arguments: [[], [2], [1, 9], [1, 0, 0, 0, 0]])
    func badState(state: [UInt8]) throws {
        let error = #expect(throws: FatalError.self) {
            try FileSink(configuration).commit([state], areKnownCommitted: false)
        }
        #expect(error?.exitCode == .snapshotCorrupt)
    }

    // MARK: Any crash

    /// Two subtasks write numbered lines; checkpoints become durable, committed, or neither, and the
    /// process may die between any two steps, in the middle of finishing, too.
    @Test("shows each line once, wherever it dies", arguments: 0..<30 as Range<UInt64>)
    func anyCrash(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        /// What the newest durable checkpoint has: the next line to write, and its files.
        var durable = (next: 0, items: [[UInt8]](), isCommitted: true)
        for _ in 0..<12 {
            let sink = FileSink(configuration)
            try sink.commit(durable.items, areKnownCommitted: durable.isCommitted)
            try sink.discardLeftovers(keeping: durable.items) { true }
            durable.isCommitted = true
            #expect(try hidden() == [], "seed \(seed)")
            let writers = [writer(subtask: 0), writer(subtask: 1)]
            var next = durable.next
            for sequence in 1...UInt32(1 + random.next(below: 4)) {
                let count = random.next(below: 30)
                for line in next..<(next + count) {
                    try writers[random.next(below: 2)].write(batch(["\(line)"]))
                }
                next += count
                let items = try writers.flatMap { try checkpoint($0, sequence) }
                if random.next(below: 5) == 0 { break }  // dies before it is durable
                if random.next(below: 5) == 0 { continue }  // declined: the next one has its files
                durable = (next, items, false)
                if random.next(below: 5) == 0 { break }  // dies before it is committed
                if random.next(below: 5) == 0, let first = items.first {
                    try sink.commit([first], areKnownCommitted: false)
                    break  // dies between two renames
                }
                try sink.commit(items, areKnownCommitted: false)
                durable.isCommitted = true
                if random.next(below: 3) > 0 {
                    for writer in writers {
                        try writer.notifyCheckpointComplete(barrier(sequence).id)
                    }
                }
            }
        }
        try FileSink(configuration).commit(durable.items, areKnownCommitted: durable.isCommitted)
        let seen = try scratch.finishedLines().compactMap(Int.init).sorted()
        #expect(seen == Array(0..<durable.next), "seed \(seed)")
    }
}
