import Foundation
import Testing

/// A transcript file: blocks of comments, one command, `----`, and the lines that it must give.
///
/// `MILLRACE_TRANSCRIPTS=write swift test --filter TranscriptTests` rewrites the expectations; the
/// difference is then reviewed as text.
struct Transcript {
    struct Block {
        var comments: [String] = []
        var command = ""
        var expected: [String] = []
        let line: Int
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "transcripts")
    static let isWriting =
        ProcessInfo.processInfo.environment["MILLRACE_TRANSCRIPTS"] == "write"

    let url: URL
    var blocks: [Block] = []

    init(_ name: String) throws {
        url = Self.folder.appending(path: name + ".txt")
        let text = try String(contentsOf: url, encoding: .utf8)
        var block: Block?
        var isExpecting = false
        for (number, line) in text.components(separatedBy: "\n").enumerated() {
            if line.isEmpty {
                if let block { blocks.append(block) }
                block = nil
                isExpecting = false
                continue
            }
            if block == nil { block = Block(line: number + 1) }
            if line == "----" {
                isExpecting = true
            } else if isExpecting {
                block?.expected.append(line)
            } else if line.hasPrefix("#") {
                block?.comments.append(line)
            } else {
                block?.command = line
            }
        }
        if let block { blocks.append(block) }
    }

    /// Runs every command; compares, or writes what came.
    func run(_ execute: (Command) throws -> [String]) throws {
        var text: [String] = []
        for block in blocks {
            text += block.comments
            if !block.command.isEmpty {
                let lines = try execute(Command(block.command))
                if !Self.isWriting {
                    #expect(
                        lines == block.expected, "\(url.lastPathComponent):\(block.line)")
                }
                text += [block.command, "----"] + lines
            }
            text.append("")
        }
        guard Self.isWriting else { return }
        try text.joined(separator: "\n").write(to: url, atomically: true, encoding: .utf8)
    }
}

/// `word key=value key=value`.
struct Command {
    struct Malformed: Error { let text: String }

    let name: String
    let text: String
    private let arguments: [String: String]

    init(_ text: String) throws {
        self.text = text
        let words = text.split(separator: " ")
        guard let first = words.first else { throw Malformed(text: text) }
        name = String(first)
        var arguments: [String: String] = [:]
        for word in words.dropFirst() {
            let sides = word.split(separator: "=", maxSplits: 1).map(String.init)
            arguments[sides[0]] = sides.count == 2 ? sides[1] : ""
        }
        self.arguments = arguments
    }

    subscript(key: String) -> String? { arguments[key] }
    func has(_ key: String) -> Bool { arguments[key] != nil }

    func string(_ key: String) throws -> String {
        guard let value = arguments[key] else { throw Malformed(text: "\(text): \(key)?") }
        return value
    }

    func int(_ key: String) throws -> Int {
        guard let value = Int(try string(key)) else { throw Malformed(text: "\(text): \(key)") }
        return value
    }
}
