import Foundation
import StreamAPI
import StreamCore

@testable import FileConnector

/// A folder of one test, removed when the test ends.
final class Scratch {
    let path = NSTemporaryDirectory() + "millrace-files-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        return path + "/" + name
    }

    func append(_ text: String, to name: String) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path + "/" + name))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path + "/" + name)
    }

    /// Sorted names, hidden ones too.
    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    /// What readers see: the lines of all finished files.
    func finishedLines() throws -> [String] {
        try names().filter { !$0.hasPrefix(".") }.flatMap {
            try String(contentsOfFile: path + "/" + $0, encoding: .utf8)
                .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
                    String.init)
        }
    }
}

extension OperatorContext {
    static func of(_ id: String, subtask: Int = 0, parallelism: Int = 1) -> OperatorContext {
        OperatorContext(
            operatorID: OperatorID(rawValue: id), subtaskIndex: subtask, parallelism: parallelism,
            maxParallelism: 128)
    }
}

/// A line as a test looks at it.
struct Line: Hashable {
    let text: String
    let offset: Int64
    let file: String
    let number: Int64?
}

/// A file source with one reader: what a run of one subtask does.
struct SourceRun {
    let source: FileSource
    let reader: any SourceReader
    let raw: RawRecordBatch

    init(
        _ configuration: FileSourceConfiguration, restored: [[UInt8]]? = nil,
        stopAtEnd: Bool = false, rowCapacity: Int = 2048
    ) throws {
        source = FileSource(configuration)
        let splits = try source.resolveSplits(restored: restored, stopAtEnd: stopAtEnd)
        reader = try source.makeReader(splits: splits, context: .of("in"))
        raw = RawRecordBatch(rowCapacity: rowCapacity)
    }

    /// One poll that gave lines; nil when there are none for now, or for ever.
    func poll() throws -> [Line]? {
        // A poll may give none while it goes on to the next file.
        for _ in 0..<100 {
            switch try reader.poll(into: raw, waitMax: .zero) {
            case .records:
                return (0..<raw.rowCount).map {
                    Line(
                        text: raw.values[$0].text, offset: raw.offsets[$0],
                        file: String(raw.topic(ofRow: $0).split(separator: "/").last ?? ""),
                        number: raw.line(ofRow: $0))
                }
            case .ended: return nil
            case .idle: continue
            }
        }
        return nil
    }

    func all() throws -> [Line] {
        var lines: [Line] = []
        while let more = try poll() { lines += more }
        return lines
    }
}

/// Sebastiano Vigna's splitmix64.
struct SplitMix64 {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
