import Foundation

/// Events of one minute of event time after the other, for a windowed `color-counts`: good ones, those
/// that no decoder takes, and those that come when their minute has been counted for good.
struct ColorMinutes {
    private static let colors = ["red", "GREEN", "Blue", "orange", "Violet", "black", "grey"]
    /// Of every minute; the others are for the next.
    static let resultsPerMinute = 6

    /// A record that the decoder refuses: none of the others is like these.
    static func isBroken(_ record: String) -> Bool {
        record.contains("broken") || record.contains("|-1|")
    }

    /// The lines that kcat writes, with `-Z`: what is empty is NULL.
    ///
    /// - Parameter lateFor: A minute whose results are there.
    static func lines(minute: Int, lateFor: Int?) -> String {
        var lines = (0..<42).map { index in
            let time = minute * 60_000 + 20_000 + index * 900
            return "k\(index)\t" + event(colors[index % 7], Double(index) + 0.5, time)
        }
        lines += [
            "broken\t{\"color\":\"red\",\"weight\":\"broken \(minute)\",\"ts\":1}",
            "tombstone \(minute)\t", "broken without a key \(minute)",
            "broken\t{\"weight\":1.5,\"ts\":\(minute)}",
        ]
        if let lateFor {
            lines += (0..<5).map { index in
                "late\(index)\t" + event("red", 1000.5, lateFor * 60_000 + index * 10_000)
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func event(_ color: String, _ weight: Double, _ time: Int) -> String {
        "{\"color\":\"\(color)\",\"weight\":\(weight),\"ts\":\(time)}"
    }

    private struct Event: Decodable {
        let color: String
        let weight: Double
        let ts: Int
    }

    /// What the windows must give for these values: one line for each colour and minute, sorted.
    static func results(_ values: [String]) throws -> [String] {
        struct Group: Hashable {
            let color: String
            let minute: Int
        }
        var groups: [Group: (total: Int, heaviest: Double)] = [:]
        for value in values {
            let event = try JSONDecoder().decode(Event.self, from: Data(value.utf8))
            let group = Group(color: event.color.lowercased(), minute: event.ts / 60_000)
            guard group.color != "grey" else { continue }
            let old = groups[group] ?? (0, 0)
            groups[group] = (old.total + 1, max(old.heaviest, event.weight))
        }
        return groups.map { group, result in
            "{\"color\":\"\(group.color)\",\"total\":\(result.total),"
                + "\"heaviest\":\(result.heaviest),\"minute\":\(group.minute * 60_000)}"
        }.sorted()
    }
}
