import Formats
import StreamAPI
import StreamCore
import Testing

@testable import FileConnector

@Suite("Quoted line ends of CSV in a file") struct QuotedRecordTests {
    private let scratch: Scratch
    init() throws { scratch = try Scratch() }

    private func configuration(
        _ change: (inout CSVDialect) -> Void = { _ in }
    ) -> FileSourceConfiguration {
        var dialect = CSVDialect()
        change(&dialect)
        var wanted = FileSourceConfiguration(
            operatorID: OperatorID(rawValue: "in"), path: scratch.path + "/x")
        wanted.csvDialect = dialect
        wanted.skipsEmptyLines = true
        return wanted
    }

    private func records(
        _ content: String, _ change: (inout CSVDialect) -> Void = { _ in }
    ) throws -> [String] {
        try scratch.write(content, to: "x")
        return try SourceRun(configuration(change)).all().map(\.text)
    }

    @Test(
        "are text of a field that begins with a quote, and of no other",
        arguments: [
            ("1,\"a\nb\"\n2,c\n", ["1,\"a\nb\"", "2,c"]),
            ("\"a\r\n\"\"\nb\"\r\n2\r\n", ["\"a\r\n\"\"\nb\"", "2"]),
            ("\"\n\"", ["\"\n\""]),
            ("1,5\" wide\n2,6\"\n", ["1,5\" wide", "2,6\""]),
            ("\"a\" \"\n\"b\",\"\n\"\n", ["\"a\" \"", "\"b\",\"\n\""]),
            ("\"\"\n\"\"\"\n\"\n", ["\"\"", "\"\"\"\n\""]),
            ("#\"\n1\n", nil),
        ])
    func records(content: String, expected: [String]?) throws {
        guard let expected else {
            #expect(try records(content) { $0.allowsComments = true } == ["#\"", "1"])
            return
        }
        #expect(try records(content) == expected)
    }

    @Test("follow the options of the format: other quotes, none, an escape character")
    func options() throws {
        #expect(try records("'a\n',\"\n\"\n") { $0.quote = 0x27 } == ["'a\n',\"", "\""])
        #expect(try records("\"a\nb\"\n") { $0.quote = nil } == ["\"a", "b\""])
        let escaped = "a\\\nb,\"\\\"\n\",\\,\"\nc\\\r\n\"\\\\\"\n"
        #expect(
            try records(escaped) { $0.escape = 0x5C }
                == ["a\\\nb,\"\\\"\n\",\\,\"", "c\\\r", "\"\\\\\""])
    }

    @Test("count as lines, so that a record is named by the line on which it begins")
    func numbers() throws {
        try scratch.write("h\"\n\"a\n\n\"\n\nb\n\"c\n\",\nd", to: "x")
        var wanted = configuration()
        wanted.skipLineCount = 1
        let lines = try SourceRun(wanted, rowCapacity: 2).all()
        #expect(lines.map(\.text) == ["\"a\n\n\"", "b", "\"c\n\",", "d"])
        #expect(lines.map(\.number) == [2, 6, 7, 9])
    }

    @Test("that are not closed stop the run with E2402, which names where the quote stands")
    func openQuote() throws {
        try scratch.write("a\n\"b\n\",\"c\nd\n", to: "x")
        let run = try SourceRun(configuration())
        #expect(try run.poll()?.map(\.text) == ["a"])
        let error = #expect(throws: RecordError.self) { try run.all() }
        #expect(error?.code == "E2402")
        #expect(error?.canBeDropped == false)
        #expect(error?.place.description == "\(scratch.path)/x:3 (offset 7)")
    }

    @Test("that are not closed within 16 MiB stop the run with E2401 and the place of the quote")
    func tooLong() throws {
        let lines = String(repeating: String(repeating: "x", count: 1023) + "\n", count: 17 << 10)
        try scratch.write("a\nb,\"" + lines, to: "x")
        let error = #expect(throws: RecordError.self) { try records() }
        #expect(error?.code == "E2401")
        #expect(error?.place.description == "\(scratch.path)/x:2 (offset 2)")
        #expect(error?.message.contains("the quote at \(scratch.path)/x:2 (offset 4)") == true)
    }

    private func records() throws -> [Line] { try SourceRun(configuration()).all() }

    @Test("wait for their quote in a file that grows")
    func growing() throws {
        try scratch.write("a\n\"b\n", to: "x")
        var wanted = configuration()
        wanted.monitorIntervalMilliseconds = 0
        let run = try SourceRun(wanted)
        #expect(try run.all().map(\.text) == ["a"])
        try scratch.append("c\"\nd\n", to: "x")
        let more = try run.all()
        #expect(more.map(\.text) == ["\"b\nc\"", "d"])
        #expect(more.map(\.number) == [2, 4])
    }

    @Test("of a checkpoint without line numbers are counted when the file is opened")
    func formerCheckpoint() throws {
        let path = try scratch.write("\"a\n\"\nb\nc\n", to: "x")
        var writer = ByteWriter()
        let hash = FileFingerprint(of: Array("\"a\n\"\nb\n".utf8), readByteCount: 7)
        writer.append(UInt8(1))
        writer.append(path)
        writer.append(Int64(7))
        writer.append(UInt8(0))
        writer.append(Int32(hash.byteCount))
        writer.append(hash.hash)
        let run = try SourceRun(configuration(), restored: [writer.bytes])
        let lines = try run.all()
        #expect(lines.map(\.text) == ["c"])
        #expect(lines.map(\.number) == [4])
        #expect(try FileSplit(decoding: run.reader.snapshot()[0]).line == 5)
    }

    // MARK: Any boundary

    @Test(
        "give the records of a naive splitter, wherever reading stops and goes on",
        arguments: 0..<400 as Range<UInt64>)
    func likeTheNaiveSplitter(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var dialect = CSVDialect()
        dialect.quote = [0x22, 0x27, nil][random.next(below: 3)]
        dialect.escape = random.next(below: 2) == 0 ? nil : 0x5C
        dialect.allowsComments = random.next(below: 2) == 0
        let alphabet = Array("\"'\\,,\n\n#ab\r".utf8)
        let bytes = (0..<random.next(below: 80)).map { _ in
            alphabet[random.next(below: alphabet.count)]
        }
        let expected = NaiveSplitter.ends(bytes, dialect)
        let found = ends(bytes, dialect, &random)
        #expect(found == expected, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
    }

    /// The ends of the records, of bytes that come in pieces and move to the front now and then.
    private func ends(
        _ bytes: [UInt8], _ dialect: CSVDialect, _ random: inout SplitMix64
    ) -> [Int] {
        var splitter = RecordSplitter(dialect)
        var (ends, shifted, start, end) = ([Int](), 0, 0, 0)
        while true {
            let isLast = shifted + end == bytes.count
            let piece = Array(bytes[shifted..<(shifted + end)]) + [0]
            let found = piece.withUnsafeBytes { buffer in
                buffer.baseAddress.flatMap {
                    splitter.recordEnd(in: $0, from: start, to: end, isLast: isLast)
                }
            }
            if let found {
                ends.append(shifted + found)
                start = min(found + 1, end)
                if isLast, start == end { return ends }
                continue
            }
            if isLast { return ends }
            if random.next(below: 3) == 0 {
                splitter.shift(by: start)
                (shifted, end, start) = (shifted + start, end - start, 0)
            }
            end += 1 + random.next(below: min(7, bytes.count - shifted - end))
        }
    }
}

/// Splits CSV into records byte by byte, as its format is described.
enum NaiveSplitter {
    private enum State { case fieldStart, text, quoted, behindQuote }

    /// Where records end: at a line feed, or at the end of the bytes outside of quotes.
    static func ends(_ bytes: [UInt8], _ dialect: CSVDialect) -> [Int] {
        var (ends, start, at, state) = ([Int](), 0, 0, State.fieldStart)
        while at < bytes.count {
            let byte = bytes[at]
            let isComment = dialect.allowsComments && bytes[start] == UInt8(ascii: "#")
            if state == .behindQuote, byte == dialect.quote {
                state = .quoted
            } else if byte == dialect.escape, !isComment {
                at += 1
                if state != .quoted { state = .text }
            } else if state == .quoted {
                if byte == dialect.quote { state = .behindQuote }
            } else if byte == 0x0A {
                ends.append(at)
                (start, state) = (at + 1, .fieldStart)
            } else if byte == dialect.quote, state == .fieldStart, !isComment {
                state = .quoted
            } else {
                state = byte == dialect.delimiter ? .fieldStart : .text
            }
            at += 1
        }
        if start < bytes.count, state != .quoted { ends.append(bytes.count) }
        return ends
    }
}
