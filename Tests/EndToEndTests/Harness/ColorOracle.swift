import Foundation

/// One result of `color-counts`.
struct ColorResult: Hashable, CustomStringConvertible {
    let total: Int
    let heaviest: Double?
    var description: String { "(\(total), \(heaviest.map { "\($0)" } ?? "null"))" }
}

/// What `color-counts` must have written, computed without any code of the product.
struct ColorOracle {
    /// What is wrong with an output; all zero and empty when every result is there exactly once, in
    /// order.
    struct Verdict: Equatable, CustomStringConvertible {
        var missing = 0
        var duplicated = 0
        /// Results that no prefix of the input gives, or that stand under another key.
        var wrong = 0
        /// Colours whose results are complete but out of order.
        var disordered: [String] = []
        static let exactlyOnce = Verdict()
        var description: String {
            "\(missing) missing, \(duplicated) duplicated, \(wrong) wrong, disordered: \(disordered)"
        }
    }

    /// The results of each colour, in order: totals 1 to n, the heaviest weight so far.
    let expected: [String: [ColorResult]]

    var resultCount: Int { expected.values.reduce(0) { $0 + $1.count } }

    init(events: [ColorEvent]) {
        var results: [String: [ColorResult]] = [:]
        for event in events {
            let color = event.color.lowercased()
            if color == "grey" { continue }
            if let weight = event.weight, weight <= 0 { continue }
            let last = results[color]?.last
            let heaviest = [last?.heaviest, event.weight].compactMap { $0 }.max()
            results[color, default: []].append(
                ColorResult(total: (last?.total ?? 0) + 1, heaviest: heaviest))
        }
        expected = results
    }

    /// Compares an output topic, partition by partition in offset order, with the expectation.
    func judge(_ records: [KafkaRecord]) -> Verdict {
        var verdict = Verdict()
        var actual: [String: [ColorResult]] = [:]
        for record in records {
            guard let (color, result) = decode(record), record.key == color else {
                verdict.wrong += 1
                continue
            }
            actual[color, default: []].append(result)
        }
        for color in Set(expected.keys).union(actual.keys).sorted() {
            compare(actual[color] ?? [], with: expected[color] ?? [], of: color, into: &verdict)
        }
        return verdict
    }

    private func compare(
        _ have: [ColorResult], with want: [ColorResult], of color: String,
        into verdict: inout Verdict
    ) {
        if have == want { return }
        let (haveCounts, wantCounts) = (counts(have), counts(want))
        let before = verdict
        for (result, count) in wantCounts {
            verdict.missing += max(0, count - haveCounts[result, default: 0])
        }
        for (result, count) in haveCounts {
            guard let wanted = wantCounts[result] else {
                verdict.wrong += count
                continue
            }
            verdict.duplicated += max(0, count - wanted)
        }
        if verdict == before { verdict.disordered.append(color) }
    }

    private func counts(_ results: [ColorResult]) -> [ColorResult: Int] {
        results.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    private func decode(_ record: KafkaRecord) -> (String, ColorResult)? {
        if !record.value.hasPrefix("{") { return decodeCSV(record.value) }
        guard
            let row = try? JSONSerialization.jsonObject(with: Data(record.value.utf8))
                as? [String: Any],
            row.count == 3, let color = row["color"] as? String, let total = row["total"] as? Int,
            let heaviest = row["heaviest"]
        else { return nil }
        return (color, ColorResult(total: total, heaviest: heaviest as? Double))
    }

    private func decodeCSV(_ value: String) -> (String, ColorResult)? {
        let fields = value.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == 3, let total = Int(fields[1]) else { return nil }
        let heaviest = Double(fields[2])
        guard heaviest != nil || fields[2].isEmpty else { return nil }
        return (String(fields[0]), ColorResult(total: total, heaviest: heaviest))
    }
}
