internal import CRDKafka
internal import Glibc

/// The client properties that the linked librdkafka knows, as it lists them itself.
struct ClientPropertyCatalogue: Sendable {
    struct Entry: Sendable {
        let appliesToConsumer: Bool
        let appliesToProducer: Bool
        /// librdkafka's words, as `0 .. 900000` or `true, false`; empty where anything goes.
        let range: String
    }

    /// Read once; the list is fixed at librdkafka's compile time.
    static let shared = ClientPropertyCatalogue(table: librdkafkaTable())

    let entries: [String: Entry]

    /// - Parameter table: The output of `rd_kafka_conf_properties_show`: lines of
    ///   `name | C/P | range | default | importance | description`.
    init(table: String) {
        var entries: [String: Entry] = [:]
        for line in table.split(separator: "\n") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
            guard cells.count >= 4 else { continue }
            let scope = cells[1].filter { !$0.isWhitespace }
            guard ["*", "C", "P"].contains(scope) else { continue }
            // A global property is listed before the topic property of the same name.
            let name = trimmed(cells[0])
            if entries[name] != nil { continue }
            entries[name] = Entry(
                appliesToConsumer: scope != "P", appliesToProducer: scope != "C",
                range: trimmed(cells[2]))
        }
        self.entries = entries
    }

    /// The known name that is fewest edits away, if that is near enough to be meant.
    func nearestName(to name: String) -> String? {
        let count = name.utf8.count
        guard count <= Self.nameByteCountMax else { return nil }
        let limit = max(2, count / 3)
        var best: (name: String, distance: Int)?
        let similar = entries.keys.filter { abs($0.utf8.count - count) <= limit }
        for candidate in similar.sorted() {
            let distance = editDistance(name, candidate)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        // The beginning of a name is a better guess than a distance: `linger` for `linger.ms`.
        return entries.keys.filter { $0.hasPrefix(name + ".") }.min() ?? best?.name
    }

    /// No property's name is longer; a longer one has nothing near.
    private static let nameByteCountMax = 64

    private static func librdkafkaTable() -> String {
        var text: UnsafeMutablePointer<CChar>?
        var count = 0
        guard let stream = open_memstream(&text, &count) else { return "" }
        rd_kafka_conf_properties_show(stream)
        fclose(stream)
        defer { free(text) }
        return text.map { String(cString: $0) } ?? ""
    }
}

private func trimmed(_ text: Substring) -> String {
    guard let first = text.firstIndex(where: { $0 != " " }),
        let last = text.lastIndex(where: { $0 != " " })
    else { return "" }
    return String(text[first...last])
}

/// Levenshtein's distance over bytes.
private func editDistance(_ first: String, _ second: String) -> Int {
    let first = Array(first.utf8), second = Array(second.utf8)
    var row = Array(0...second.count)
    for (line, byte) in first.enumerated() {
        var diagonal = row[0]
        row[0] = line + 1
        for (column, other) in second.enumerated() {
            let replaced = diagonal + (byte == other ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
        }
    }
    return row[second.count]
}
