package import Expression

/// `type: kafka` among sources: topics that are read.
package struct KafkaSourceDefinition: Sendable {
    /// Where a source begins when no checkpoint says so.
    package enum Startup: Hashable, Sendable {
        case earliest, latest, committed
        /// The first record at or after this time, milliseconds since the epoch.
        case timestamp(milliseconds: Int64)
        /// By partition; those not named begin at their earliest offset.
        case offsets([Int32: Int64])
    }
    /// Which records of other producers' transactions are read.
    package enum Isolation: String, Hashable, Sendable, CaseIterable {
        case readCommitted = "read_committed"
        case readUncommitted = "read_uncommitted"
    }

    /// The id of a ``ConnectionDefinition``.
    package let connection: String
    /// Valid topic names, each once; whether they exist, only the broker knows. Empty for a pattern.
    package let topics: [String]
    /// Topics whose whole name matches, those that come up later too.
    package let topicPattern: NamePattern?
    /// How often new partitions are looked for; 0: never.
    package let discoveryIntervalMilliseconds: Int64
    /// Where offsets are published for lag tools; the pipeline's name by default.
    package let groupID: String
    /// Used when no checkpoint says where to begin.
    package let startup: Startup
    package let isolation: Isolation
    /// Nil: keys are not decoded.
    package let key: SourceKey?
    /// What becomes of records whose value is null.
    package let tombstones: TombstonePolicy
    /// Whether a sink writes the headers of this source's records.
    package var passesHeadersOn = false

    /// Whether it reads this topic of its cluster.
    package func reads(_ topic: String) -> Bool {
        topics.contains(topic) || topicPattern?.matches(topic) == true
    }
}

/// What becomes of a record whose value is null, at a source.
package enum TombstonePolicy: String, Hashable, Sendable, CaseIterable {
    case fail, drop, row
}
