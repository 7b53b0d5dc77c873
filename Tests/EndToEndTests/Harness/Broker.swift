import Foundation
import Glibc

/// A real Kafka broker, driven by `scripts/kafka`.
final class Broker {
    let bootstrap: String
    private let folder: String
    private let isOwn: Bool
    private let scratch: TemporaryFolder

    /// The broker that `make test` started. Shared: it may not be paused or killed.
    init(sharedBy scratch: TemporaryFolder) throws {
        let variables = ProcessInfo.processInfo.environment
        guard let bootstrap = variables["MILLRACE_TEST_BOOTSTRAP"],
            let folder = variables["MILLRACE_TEST_KAFKA_DIR"]
        else { throw DrillError("no broker: run `make test`, or `scripts/test drills NAME`") }
        self.bootstrap = bootstrap
        self.folder = folder
        self.scratch = scratch
        isOwn = false
    }

    /// A broker for one drill, to be paused and killed. Ready in about 4 s.
    init(ownIn scratch: TemporaryFolder) throws {
        folder = scratch.path + "/kafka"
        self.scratch = scratch
        isOwn = true
        _ = try ChildProcess.run(
            [Checkout.kafkaScript, "up", "--dir", folder, "--port", "auto"], in: scratch)
        let port = try String(contentsOfFile: folder + "/port", encoding: .utf8)
        bootstrap = "127.0.0.1:" + port.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    deinit { if isOwn { _ = try? control("down") } }

    @discardableResult
    private func control(_ verb: String, _ arguments: [String] = []) throws -> String {
        try ChildProcess.run(
            [Checkout.kafkaScript, verb, "--dir", folder] + arguments, in: scratch)
    }

    func createTopics(_ topics: [String]) throws { try control("topic", topics) }

    /// Writes lines of key, tab, value by Kafka's console producer, which chooses the partitions.
    func produce(_ lines: String, to topic: String) throws {
        let path = scratch.newPath("records")
        try lines.write(toFile: path, atomically: false, encoding: .utf8)
        _ = try ChildProcess.run(
            [
                Checkout.kafkaScript, "tool", "--dir", folder, "kafka-console-producer.sh",
                "--bootstrap-server", bootstrap, "--topic", topic,
                "--property", "parse.key=true", "--property", "key.separator=\t",
            ], in: scratch, input: path)
    }

    /// Gives a topic more partitions, by Kafka's own tool.
    func grow(_ topic: String, to partitionCount: Int) throws {
        try topics(["--alter", "--topic", topic, "--partitions", "\(partitionCount)"])
    }

    /// Deletes a topic; returns when the broker no longer lists it.
    func delete(_ topic: String) throws {
        try topics(["--delete", "--topic", topic])
        try wait(for: "\(topic) to be gone") {
            try !topics(["--list"]).split(separator: "\n").contains(Substring(topic))
        }
    }

    @discardableResult
    private func topics(_ arguments: [String]) throws -> String {
        try control("tool", ["kafka-topics.sh", "--bootstrap-server", bootstrap] + arguments)
    }

    func pause() throws { try onlyOwn("pause") }
    func resume() throws { try onlyOwn("resume") }
    func killHard() throws { try onlyOwn("kill") }
    func restart() throws { try onlyOwn("restart") }

    private func onlyOwn(_ verb: String) throws {
        precondition(isOwn, "the shared broker may not be disturbed")
        try control(verb)
    }

    /// One line of `kafka-transactions.sh list`.
    struct ListedTransaction: Equatable {
        let transactionalID: String
        let producerID: Int64
        let state: String
    }

    /// What Kafka's own tool lists for ids that begin with `prefix`.
    func transactions(prefix: String) throws -> [ListedTransaction] {
        try control("transactions").split(separator: "\n").compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 4, words[0].hasPrefix(prefix), let id = Int64(words[2]) else {
                return nil
            }
            return ListedTransaction(
                transactionalID: String(words[0]), producerID: id, state: String(words[3]))
        }
    }

    /// The transaction of an id as `kafka-transactions.sh describe` shows it.
    struct DescribedTransaction {
        let producerID: Int64
        let producerEpoch: Int16
        let startTimeMilliseconds: Int64
    }

    func describe(_ transactionalID: String) throws -> DescribedTransaction {
        let table = try control(
            "transactions", ["describe", "--transactional-id", transactionalID])
        let rows = table.split(separator: "\n").map {
            $0.split(separator: "\t").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        func number(_ column: String) -> Int64? {
            guard rows.count > 1, let index = rows[0].firstIndex(of: column),
                index < rows[1].count
            else { return nil }
            return Int64(rows[1][index])
        }
        guard let id = number("ProducerId"), let epoch = number("ProducerEpoch") else {
            throw DrillError("kafka-transactions.sh described no producer:\n\(table)")
        }
        return DescribedTransaction(
            producerID: id, producerEpoch: Int16(truncatingIfNeeded: epoch),
            startTimeMilliseconds: number("CurrentTransactionStartTimeMs") ?? 0)
    }

    /// The oldest transaction under `prefix` that has begun and not ended.
    func oldestOngoing(prefix: String) throws -> DescribedTransaction? {
        try transactions(prefix: prefix).filter { $0.state == "Ongoing" }
            .map { try describe($0.transactionalID) }
            .min { $0.startTimeMilliseconds < $1.startTimeMilliseconds }
    }

    /// The end of one transaction in one partition's log.
    struct EndMarker: Hashable {
        let partition: Int
        let producerID: Int64
        let producerEpoch: Int16
        let isCommit: Bool
    }

    /// Every commit and abort marker in the log of a topic, by `kafka-dump-log.sh`.
    func endMarkers(topic: String) throws -> [EndMarker] {
        var partition = -1
        var producer = (id: Int64(-1), epoch: Int16(-1))
        var markers: [EndMarker] = []
        for line in try control("dump", [topic]).split(separator: "\n") {
            if line.hasPrefix("Dumping ") {
                let folder = line.split(separator: "/").dropLast().last ?? ""
                partition = Int(folder.split(separator: "-").last ?? "") ?? -1
            } else if line.hasPrefix("baseOffset:") {
                // The producer stands in the line of the batch, above those of its records.
                producer.id = number(after: "producerId:", in: line)
                producer.epoch = Int16(number(after: "producerEpoch:", in: line))
            } else if let end = line.range(of: "endTxnMarker: ") {
                markers.append(
                    EndMarker(
                        partition: partition, producerID: producer.id,
                        producerEpoch: producer.epoch,
                        isCommit: line[end.upperBound...].hasPrefix("COMMIT")))
            }
        }
        return markers
    }

    private func number(after name: String, in line: Substring) -> Int64 {
        let words = line.split(separator: " ")
        guard let index = words.firstIndex(of: Substring(name)), index + 1 < words.count else {
            return -1
        }
        return Int64(words[index + 1]) ?? -1
    }
}
