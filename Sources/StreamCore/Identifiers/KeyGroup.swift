/// The unit in which keyed state is stored, assigned to subtasks and moved on rescaling.
///
/// Source: Flink `KeyGroupRangeAssignment`, with a multiply-shift in place of the modulo.
public struct KeyGroup: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public static func < (a: KeyGroup, b: KeyGroup) -> Bool { a.rawValue < b.rawValue }

    /// The largest `maxParallelism` a job may declare (groups are stored as 16 bits).
    public static let countMax = 1 << 15

    /// The key group of one key hash. Part of the state format: never change it.
    ///
    /// - Parameters:
    ///   - hash: xxh3-64 of the key's canonical bytes.
    ///   - groupCount: The job's `maxParallelism`, in `1 ... countMax`.
    @inlinable
    public static func index(ofHash hash: UInt64, groupCount: Int) -> Int {
        Int(truncatingIfNeeded: ((hash &>> 32) &* UInt64(truncatingIfNeeded: groupCount)) &>> 32)
    }

    /// The subtask that owns `group`: Flink's `computeOperatorIndexForKeyGroup`.
    @inlinable
    public static func subtask(ofGroup group: Int, groupCount: Int, parallelism: Int) -> Int {
        group &* parallelism / groupCount
    }
}

/// The contiguous key groups of one subtask, `lower ..< upper`; may be empty.
public struct KeyGroupRange: Hashable, Sendable {
    public let lower: Int
    public let upper: Int
    public var count: Int { upper - lower }

    public init(lower: Int, upper: Int) {
        precondition(lower >= 0)
        precondition(lower <= upper)
        precondition(upper <= KeyGroup.countMax)
        self.lower = lower
        self.upper = upper
    }

    /// The range of subtask `index` of `parallelism` (Flink `computeKeyGroupRangeForOperatorIndex`).
    public init(subtask index: Int, parallelism: Int, groupCount: Int) {
        precondition(parallelism > 0)
        precondition(index >= 0 && index < parallelism)
        self.init(
            lower: (index * groupCount + parallelism - 1) / parallelism,
            upper: ((index + 1) * groupCount + parallelism - 1) / parallelism)
    }

    public func contains(_ group: Int) -> Bool { group >= lower && group < upper }
}
