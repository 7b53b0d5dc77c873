import Foundation
import Testing

/// A dead letter as kcat sees it.
struct DeadLetter {
    /// Of the record that it was: `topic/partition/offset`.
    let place: String
    let code: String
    /// Key, value and headers of its own, each with its length where that tells NULL from nothing.
    let record: String
}

/// What went into the topics of a drill, and what came out of its dead-letter topic.
struct DeadLetterLedger {
    /// By place, the record as it was written.
    private(set) var written: [String: String] = [:]
    let letters: [DeadLetter]

    /// Length and bytes of key and value (-1: NULL), and the headers.
    private static let record = "%K|%k|%S|%s|%h"

    init(inputs: [KafkaTopic], deadLetters: KafkaTopic) throws {
        for input in inputs {
            for line in try input.lines("%p/%o|\(Self.record)\\n") {
                let parts = line.split(separator: "|", maxSplits: 1)
                written["\(input.name)/\(parts[0])"] = String(parts[1])
            }
        }
        letters = try deadLetters.lines("\(Self.record)\\n").map(Self.letter)
    }

    private static func letter(_ line: String) throws -> DeadLetter {
        guard let added = line.range(of: "error.code=", options: .backwards) else {
            throw DrillError("a dead letter without error.code: \(line)")
        }
        // kcat writes headers as `a=1,b=2`.
        var record = String(line[..<added.lowerBound])
        if record.hasSuffix(",") { record.removeLast() }
        let headers = String(line[added.lowerBound...])
        func value(_ name: String) throws -> String {
            guard let start = headers.range(of: name + "=") else {
                throw DrillError("a dead letter without \(name): \(line)")
            }
            return String(headers[start.upperBound...].prefix { $0 != "," })
        }
        return DeadLetter(
            place: try
                "\(value("source.topic"))/\(value("source.partition"))/\(value("source.offset"))",
            code: try value("error.code"), record: record)
    }

    /// The records that arrive nowhere else, as they were, each once: those of which `isBroken` says that
    /// they cannot be read, and late ones.
    ///
    /// - Returns: The values of the late ones.
    func check(
        isBroken: (_ record: String) -> Bool, _ location: SourceLocation = #_sourceLocation
    ) -> [String] {
        #expect(
            Set(letters.map(\.place)).count == letters.count, "none comes twice",
            sourceLocation: location)
        for letter in letters {
            #expect(letter.record == written[letter.place], sourceLocation: location)
        }
        let broken = Set(written.filter { isBroken($0.value) }.map(\.key))
        let failed = Set(letters.filter { $0.code != "E4001" }.map(\.place))
        #expect(failed == broken, sourceLocation: location)
        #expect(!broken.isEmpty, sourceLocation: location)
        return letters.filter { $0.code == "E4001" }.map { Self.value(of: $0.record) }
    }

    /// Of all records that can be read.
    func goodValues(isBroken: (_ record: String) -> Bool) -> [String] {
        written.values.filter { !isBroken($0) }.map(Self.value)
    }

    private static func value(of record: String) -> String {
        String(record.split(separator: "|", omittingEmptySubsequences: false)[3])
    }
}
