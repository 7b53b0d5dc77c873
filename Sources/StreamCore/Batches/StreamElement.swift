/// Divides the stream into what belongs to a checkpoint and what comes after (Chandy and Lamport).
public struct CheckpointBarrier: Hashable, Sendable {
    public let id: CheckpointID
    public let kind: CheckpointKind
    public init(id: CheckpointID, kind: CheckpointKind) {
        self.id = id
        self.kind = kind
    }
}

/// No row with this event time or an earlier one will follow, but for late ones; milliseconds since
/// the epoch.
public struct Watermark: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public static func < (a: Watermark, b: Watermark) -> Bool { a.rawValue < b.rawValue }
    /// The watermark some milliseconds before; the end of time, and its beginning, stay.
    public func delayed(by milliseconds: Int64) -> Watermark {
        guard self != .max else { return self }
        let (value, overflow) = rawValue.subtractingReportingOverflow(milliseconds)
        return overflow ? .min : Watermark(rawValue: value)
    }

    /// Nothing is known of event time yet.
    public static let min = Watermark(rawValue: .min)
    /// The input has ended: no row follows.
    public static let max = Watermark(rawValue: .max)
}
