/// `type: dead_letter` among sinks: a topic of records that operators would not take.
package struct DeadLetterDefinition: Sendable {
    package let address: TopicAddress
    /// The sources whose records may come, by id, in the order of the file.
    package let sources: [String]
    /// Nil: any number of records.
    package let maxRate: MaxRate?
}

/// `max_rate`: how many records may be rejected until the job fails.
package struct MaxRate: Hashable, Sendable {
    package enum Limit: Hashable, Sendable {
        /// Of the records that the sources read; 0 or more, below 100.
        case percent(Double)
        /// 0 or more.
        case count(Int64)
    }

    package let limit: Limit
    /// At least ``perMillisecondsMin``.
    package let perMilliseconds: Int64
    /// As written.
    package let text: String
    /// `1 min`.
    package var perText: String { DurationText.text(milliseconds: perMilliseconds) }

    static let perMillisecondsMin: Int64 = 1_000
    static let perMillisecondsMax: Int64 = 86_400_000

    /// Reads `5 % per 1 min`, `0.5% per 10 s`, `100 per 1 h`.
    ///
    /// - Returns: Nil if it is neither.
    init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard let word = words.firstIndex(of: "per"),
            let limit = Self.limit(words[..<word].joined()),
            case .success(let milliseconds) = DurationText.parse(
                words[(word + 1)...].joined(separator: " "), bareNumbers: false),
            (Self.perMillisecondsMin...Self.perMillisecondsMax).contains(milliseconds)
        else { return nil }
        self.limit = limit
        self.text = text
        perMilliseconds = milliseconds
    }

    private static func limit(_ text: String) -> Limit? {
        let number = text.hasSuffix("%") ? String(text.dropLast()) : text
        // Neither a sign nor an exponent.
        guard number.unicodeScalars.allSatisfy({ "0"..."9" ~= $0 || $0 == "." }) else { return nil }
        guard text.hasSuffix("%") else { return Int64(number).map { .count($0) } }
        return Double(number).flatMap { $0 < 100 ? .percent($0) : nil }
    }
}
