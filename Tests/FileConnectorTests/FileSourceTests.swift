import Foundation
import Glibc
import StreamAPI
import StreamCore
import Testing

@testable import FileConnector

@Suite("A file source") struct FileSourceTests {
    private let scratch: Scratch
    init() throws { scratch = try Scratch() }

    private func configuration(_ name: String = "") -> FileSourceConfiguration {
        FileSourceConfiguration(
            operatorID: OperatorID(rawValue: "in"),
            path: name.isEmpty ? scratch.path : scratch.path + "/" + name)
    }

    private func texts(_ configuration: FileSourceConfiguration) throws -> [String] {
        try SourceRun(configuration).all().map(\.text)
    }

    // MARK: Lines

    @Test("ends lines with LF or CR LF, and the last one with the file")
    func lineEnds() throws {
        try scratch.write("a\nb\r\n\nc\rd\n\0e", to: "x")
        let lines = try SourceRun(configuration("x")).all()
        #expect(lines.map(\.text) == ["a", "b", "", "c\rd", "\0e"])
        #expect(lines.map(\.offset) == [0, 2, 5, 6, 10])
        #expect(lines.map(\.number) == [1, 2, 3, 4, 5])
    }

    @Test("leaves out the byte order mark, the lines to skip, and empty lines where it shall")
    func whatIsNoRecord() throws {
        try scratch.write("\u{FEFF}id,x\n1,a\n\r\n2,b\n", to: "x")
        var wanted = configuration("x")
        wanted.skipLineCount = 1
        wanted.skipsEmptyLines = true
        #expect(try texts(wanted) == ["1,a", "2,b"])
        wanted.skipLineCount = 0
        #expect(try texts(wanted) == ["id,x", "1,a", "2,b"])
        wanted.skipsByteOrderMark = false
        #expect(try texts(wanted).first == "\u{FEFF}id,x")
    }

    @Test("gives lines that are longer than a chunk whole")
    func longLines() throws {
        let long = String(repeating: "x", count: 3 << 20)
        try scratch.write("a\n\(long)\nb\n", to: "x")
        #expect(try texts(configuration("x")) == ["a", long, "b"])
    }

    @Test("stops with E2401 at a line of more than 16 MiB, without keeping more of it")
    func tooLongLine() throws {
        let path = try scratch.write("a\n", to: "x")
        // A gibibyte of NULs that takes no room on the disk.
        #expect(truncate(path, 1 << 30) == 0)
        let error = #expect(throws: RecordError.self) { try texts(configuration("x")) }
        #expect(error?.code == "E2401")
        #expect(error?.place.description == "\(path):2 (offset 2)")
    }

    // MARK: Which files

    @Test("reads the files of a folder in the order of their names, without hidden and nested ones")
    func folder() throws {
        for name in ["b", "a", ".hidden", "_partial"] { try scratch.write("\(name)\n", to: name) }
        #expect(mkdir(scratch.path + "/folder", 0o700) == 0)
        #expect(try texts(configuration()) == ["a", "b"])
    }

    @Test(
        "reads the files whose names match the pattern",
        arguments: [
            ("*.csv", ["1.csv", "2.csv"]), ("?.csv", ["1.csv", "2.csv"]), ("[2-9].*", ["2.csv"]),
            ("_*", ["_x.csv"]), ("*.json", []),
        ])
    func pattern(pattern: String, expected: [String]) throws {
        for name in ["1.csv", "2.csv", "x.txt", "_x.csv"] {
            try scratch.write("\(name)\n", to: name)
        }
        #expect(try texts(configuration(pattern)) == expected)
    }

    @Test("refuses what cannot be read again, and says what it is")
    func specialFiles() throws {
        #expect(mkfifo(scratch.path + "/pipe", 0o600) == 0)
        for path in ["pipe", "p*"] {
            let error = #expect(throws: FatalError.self) { try texts(configuration(path)) }
            #expect(error?.exitCode == .configuration)
            #expect(error?.message.contains("is a FIFO") == true)
        }
        let device = FileSourceConfiguration(
            operatorID: OperatorID(rawValue: "in"), path: "/dev/null")
        #expect(throws: FatalError.self) { try texts(device) }
    }

    @Test("names a file or folder that is not there with exit code 66")
    func missing() throws {
        for name in ["none", "none/*.csv"] {
            let error = #expect(throws: FatalError.self) { try texts(configuration(name)) }
            #expect(error?.exitCode == .inputMissing)
        }
    }

    @Test("says that a name is not UTF-8 rather than leaving the file out")
    func badName() throws {
        try scratch.write("a\n", to: "1")
        let name = Array(scratch.path.utf8CString.dropLast()) + [0x2F, -1, 0]
        let descriptor = open(name, O_CREAT | O_WRONLY, 0o600)
        #expect(descriptor >= 0)
        close(descriptor)
        let error = #expect(throws: FatalError.self) { try texts(configuration()) }
        #expect(error?.exitCode == .configuration)
        #expect(unlink(name) == 0)
        #expect(try texts(configuration()) == ["a"])
    }

    // MARK: Restart

    @Test("keeps no file open that it has read")
    func openFiles() throws {
        for name in ["1", "2", "3"] { try scratch.write("a\n", to: name) }
        let run = try SourceRun(configuration())
        #expect(try run.all().count == 3)
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
            let target = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/fd/" + $0)
            return target?.hasPrefix(scratch.path) == true
        }
        #expect(open == [])
        run.reader.close()
    }

    @Test("goes on behind the last line that was given")
    func resume() throws {
        try scratch.write("a\nb\nc\n", to: "1")
        try scratch.write("d\n", to: "2")
        let first = try SourceRun(configuration(), rowCapacity: 2)
        #expect(try first.poll()?.map(\.text) == ["a", "b"])
        try scratch.write("0\n", to: "0")
        try scratch.append("e\n", to: "2")
        let second = try SourceRun(configuration(), restored: first.reader.snapshot())
        #expect(try second.all().map(\.text) == ["0", "c", "d", "e"])
    }

    @Test("begins again in front of header lines that were not all passed over")
    func resumeInHeader() throws {
        try scratch.write("h1\n", to: "x")
        var wanted = configuration("x")
        wanted.skipLineCount = 2
        let first = try SourceRun(wanted)
        #expect(try first.all() == [])
        try scratch.append("h2\na\n", to: "x")
        let second = try SourceRun(wanted, restored: first.reader.snapshot())
        #expect(try second.all().map(\.text) == ["a"])
    }

    @Test(
        "stops with 81 and the place where a file is not the one that was read",
        arguments: [
            "a\n", "x\nb\nc\nd\n", nil,
        ])
    func changedFiles(content: String?) throws {
        try scratch.write("a\nb\nc\n", to: "1")
        let first = try SourceRun(configuration(), rowCapacity: 2)
        _ = try first.poll()
        if let content { try scratch.write(content, to: "1") } else { try scratch.remove("1") }
        let error = #expect(throws: FatalError.self) {
            try SourceRun(configuration(), restored: first.reader.snapshot())
        }
        #expect(error?.exitCode == .sourceGap)
        #expect(error?.message.contains("\(scratch.path)/1:3 (offset 4)") == true)
    }

    @Test("forgets a file that was read to its end and is gone")
    func readAndGone() throws {
        try scratch.write("a\n", to: "1")
        let first = try SourceRun(configuration())
        #expect(try first.all().count == 1)
        try scratch.remove("1")
        let second = try SourceRun(configuration(), restored: first.reader.snapshot())
        #expect(try second.all() == [])
        #expect(second.reader.snapshot() == [])
    }

    @Test(
        "accepts the line end of a last line that comes later, and nothing else",
        arguments: [
            ("\nc\n", ["c"]), ("\r\nc\n", ["c"]), ("c\n", nil),
        ])
    func lastLineGoesOn(appended: String, expected: [String]?) throws {
        try scratch.write("a\nb", to: "1")
        let first = try SourceRun(configuration())
        #expect(try first.all().map(\.text) == ["a", "b"])
        try scratch.append(appended, to: "1")
        let second = try SourceRun(configuration(), restored: first.reader.snapshot())
        guard let expected else {
            let error = #expect(throws: FatalError.self) { try second.all() }
            #expect(error?.exitCode == .sourceGap)
            return
        }
        #expect(try second.all().map(\.text) == expected)
    }

    @Test("refuses state that it did not write", arguments: [[], [3], [1, 9], [2, 0, 0, 0, 0]])
    func badState(state: [UInt8]) throws {
        let error = #expect(throws: FatalError.self) {
            try SourceRun(configuration(), restored: [state])
        }
        #expect(error?.exitCode == .snapshotCorrupt)
    }

    // MARK: Files that come and grow

    private func monitored() -> FileSourceConfiguration {
        var wanted = configuration()
        wanted.monitorIntervalMilliseconds = 1
        return wanted
    }

    @Test("finds new files and new lines, and waits for the end of a line")
    func growing() throws {
        try scratch.write("a\nb", to: "1")
        let run = try SourceRun(monitored())
        #expect(try run.poll()?.map(\.text) == ["a"])
        #expect(try run.poll() == nil)
        try scratch.append("b\nc\n", to: "1")
        #expect(try run.poll()?.map(\.text) == ["bb", "c"])
        try scratch.write("d\n", to: "2")
        let found = try run.source.discoverSplits().splits
        #expect(found.map(\.id) == ["\(scratch.path)/2"])
        #expect(try run.source.discoverSplits().splits.isEmpty)
        try run.reader.add(found)
        #expect(try run.poll()?.map(\.text) == ["d"])
    }

    @Test("stops where what comes up is no file, and asks again where the folder cannot be read")
    func noFile() throws {
        let run = try SourceRun(monitored())
        #expect(mkfifo(scratch.path + "/pipe", 0o600) == 0)
        #expect(try run.source.discoverSplits().failure?.exitCode == .configuration)
        try scratch.remove("")
        #expect(throws: FatalError.self) { try run.source.discoverSplits() }
    }

    @Test("stops with 81 where a file that was read is cut off")
    func cutOff() throws {
        try scratch.write("a\nb\n", to: "1")
        let run = try SourceRun(monitored())
        #expect(try run.all().count == 2)
        try scratch.write("a\n", to: "1")
        let error = #expect(throws: FatalError.self) { while true { _ = try run.poll() } }
        #expect(error?.exitCode == .sourceGap)
    }

    @Test("stops with 81 where another file of the same size takes the name of one that was read")
    func replaced() throws {
        try scratch.write("a\nb\n", to: "1")
        var wanted = configuration()
        wanted.monitorIntervalMilliseconds = 0
        let run = try SourceRun(wanted)
        #expect(try run.all().count == 2)
        // A copy of the same bytes is the same file.
        try scratch.write("a\nb\n", to: ".new")
        #expect(rename(scratch.path + "/.new", scratch.path + "/1") == 0)
        #expect(try run.all() == [])
        try scratch.write("c\nd\n", to: ".new")
        #expect(rename(scratch.path + "/.new", scratch.path + "/1") == 0)
        let error = #expect(throws: FatalError.self) { try run.all() }
        #expect(error?.exitCode == .sourceGap)
        #expect(error?.message.contains("/1:3 (offset 4): another file") == true)
    }

    @Test("stops with 81 where a file is gone before it was read")
    func goneUnread() throws {
        try scratch.write("a\n", to: "1")
        let run = try SourceRun(monitored())
        try scratch.remove("1")
        let error = #expect(throws: FatalError.self) { try run.poll() }
        #expect(error?.exitCode == .sourceGap)
    }

    @Test("with --stop-at-end reads what is there at the start, and looks for nothing more")
    func boundedMonitoring() throws {
        try scratch.write("a\n", to: "1")
        let run = try SourceRun(monitored(), stopAtEnd: true)
        #expect(run.source.discoveryIntervalMilliseconds == nil)
        try scratch.append("b\n", to: "1")
        #expect(try run.all().map(\.text) == ["a"])
        #expect(try run.reader.poll(into: run.raw, waitMax: .zero) == .ended)
    }

    @Test("holds the watermark back by files that are not read to their end, and by no others")
    func openSplits() throws {
        for name in ["1", "2"] { try scratch.write("a\nb\n", to: name) }
        let run = try SourceRun(monitored(), rowCapacity: 1)
        func open() -> [String] {
            run.reader.openSplits().map { String($0.topic.split(separator: "/").last ?? "") }
        }
        #expect(open() == ["1", "2"])
        while try run.poll()?.first?.file != "2" {}
        #expect(open() == ["2"])
        _ = try run.all()
        #expect(open() == [])
    }

    // MARK: Any boundary

    @Test(
        "gives each line once, wherever it is stopped and begun again",
        arguments: 0..<20 as Range<UInt64>)
    func resumesAtAnyBoundary(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var expected: [String] = []
        for file in 0..<4 {
            var content = ""
            for line in 0..<random.next(below: 200) {
                let padding = String(repeating: "é", count: random.next(below: 40))
                expected.append("\(file)-\(line)-\(padding)")
                content +=
                    expected[expected.count - 1] + (random.next(below: 2) == 0 ? "\n" : "\r\n")
            }
            try scratch.write(content, to: "f\(file)")
        }
        var seen: [String] = []
        var restored: [[UInt8]]?
        var isAtEnd = false
        while !isAtEnd {
            let run = try SourceRun(
                configuration(), restored: restored, rowCapacity: 1 + random.next(below: 50))
            for _ in 0..<(1 + random.next(below: 4)) {
                guard let lines = try run.poll() else {
                    isAtEnd = true
                    break
                }
                seen += lines.map(\.text)
            }
            restored = run.reader.snapshot()
        }
        #expect(seen == expected, "seed \(seed)")
    }
}
