import Foundation

/// A record as a reader sees it.
struct KafkaRecord: Hashable {
    let partition: Int
    let offset: Int
    let key: String
    let value: String
}

/// A topic, written and read by kcat: a client that is not ours.
struct KafkaTopic {
    let name: String
    let bootstrap: String
    let scratch: TemporaryFolder

    /// Writes lines of key, tab, value; keyed as Kafka's own producer does. Idempotent, because a
    /// retry of kcat's default would change the order.
    ///
    /// - Parameter options: More of kcat's, as headers.
    func write(lines: String, options: [String] = []) throws {
        let path = scratch.newPath("records")
        try lines.write(toFile: path, atomically: false, encoding: .utf8)
        try run(
            ["-P", "-K", "\\t", "-X", "partitioner=murmur2_random"]
                + ["-X", "enable.idempotence=true"] + options + ["-l", path])
    }

    /// What a `read_committed` reader sees, each record in kcat's `format`, a line.
    func lines(_ format: String) throws -> [String] {
        try run(
            ["-C", "-q", "-e", "-o", "beginning", "-X", "isolation.level=read_committed"]
                + ["-f", format]
        ).split(separator: "\n").map(String.init)
    }

    /// Writes one record to partition 0, byte for byte.
    ///
    /// - Parameter value: Nil is a tombstone.
    func write(value: Data?, key: String) throws {
        let path = scratch.newPath("record")
        let options = ["-P", "-p", "0", "-X", "message.max.bytes=2000000"]
        if let value, !value.isEmpty {
            try value.write(to: URL(fileURLWithPath: path))
            try run(options + ["-k", key, path])
        } else {
            // kcat leaves empty files out, but not empty lines; with -Z they are NULL.
            try "\(key)\t\n".write(toFile: path, atomically: false, encoding: .utf8)
            try run(options + ["-K", "\\t"] + (value == nil ? ["-Z"] : []) + ["-l", path])
        }
    }

    /// Every record that a `read_committed` reader sees, partition by partition in offset order.
    func read() throws -> [KafkaRecord] {
        let text = try run(
            ["-C", "-q", "-e", "-o", "beginning", "-X", "isolation.level=read_committed"]
                + ["-X", "check.crcs=true", "-f", #"%p\t%o\t%k\t%s\n"#])
        return text.split(separator: "\n").compactMap(Self.record).sorted {
            ($0.partition, $0.offset) < ($1.partition, $1.offset)
        }
    }

    static func record(_ line: Substring) -> KafkaRecord? {
        let columns = line.split(separator: "\t", maxSplits: 3, omittingEmptySubsequences: false)
        guard columns.count == 4, let partition = Int(columns[0]), let offset = Int(columns[1])
        else { return nil }
        return KafkaRecord(
            partition: partition, offset: offset, key: String(columns[2]),
            value: String(columns[3]))
    }

    /// Whether some transaction holds `read_committed` readers back: their end of a partition is
    /// not the end of its log.
    func isHeldBack() throws -> Bool {
        let ends = try ends()
        return ends.visible != ends.written
    }

    /// The end of each partition for a `read_committed` reader, and the end of its log.
    func ends() throws -> (visible: Set<Substring>, written: Set<Substring>) {
        (try ends(isolation: "read_committed"), try ends(isolation: "read_uncommitted"))
    }

    /// The offset after the last visible record of each partition, as kcat reports it.
    private func ends(isolation: String) throws -> Set<Substring> {
        let path = scratch.newPath("ends")
        let reader = try ChildProcess(
            command(["-C", "-e", "-o", "beginning", "-f", "", "-X", "isolation.level=\(isolation)"]
            ),
            outputPath: path)
        guard try reader.waitForEnd() == .exited(0) else {
            throw DrillError("kcat: \(reader.tail())")
        }
        return Set(
            reader.output().split(separator: "\n").filter { $0.contains("Reached end of topic") }
                .map { $0.split(separator: ":")[0] })
    }

    private let fetchSoon = ["-X", "fetch.wait.max.ms=10"]

    @discardableResult
    private func run(_ options: [String]) throws -> String {
        try ChildProcess.run(command(options), in: scratch)
    }

    private func command(_ options: [String]) -> [String] {
        // The end of a partition is only reported after a fetch that waited in vain.
        ["kcat", "-b", bootstrap, "-t", name] + (options.first == "-C" ? fetchSoon : []) + options
    }
}

/// A reader that is there all the time, as users' readers are.
final class TopicFollower {
    private let reader: ChildProcess

    init(of topic: KafkaTopic, isolation: String = "read_committed") throws {
        let format = #"%p\t%o\t%k\t%s\n"#
        reader = try ChildProcess(
            ["kcat", "-C", "-q", "-u", "-b", topic.bootstrap, "-t", topic.name, "-o", "beginning"]
                + [
                    "-X", "isolation.level=\(isolation)", "-X", "fetch.wait.max.ms=50", "-f",
                    format,
                ],
            outputPath: topic.scratch.newPath("followed"),
            errorPath: topic.scratch.newPath("follower-errors"))
    }

    /// How many records it has seen so far.
    var count: Int { reader.output().utf8.count { $0 == UInt8(ascii: "\n") } }

    /// What it has seen, partition by partition in the order seen.
    var records: [KafkaRecord] {
        reader.output().split(separator: "\n").compactMap(KafkaTopic.record)
    }
}
