internal import StreamCore

/// Which casts there are, and which of them may fail.
///
/// Source: Flink's table of supported casts (docs, "Data Types", CAST), for the types that are
/// built. A cast that Flink lets wrap around (BIGINT to INT) fails here instead.
struct CastRule {
    let canFail: Bool

    /// Nil: there is no such cast.
    static func find(from: LogicalType, to target: LogicalType) -> CastRule? {
        if from == target { return CastRule(canFail: false) }
        switch (from, target) {
        case (.int, .bigint), (.int, .double), (.bigint, .double), (.boolean, .int),
            (.boolean, .bigint), (.boolean, .double), (.int, .boolean), (.bigint, .boolean),
            (.double, .boolean), (.boolean, .string), (.int, .string), (.bigint, .string),
            (.double, .string), (.string, .bytes):
            return CastRule(canFail: false)
        case (.bigint, .int), (.double, .int), (.double, .bigint), (.string, .boolean),
            (.string, .int), (.string, .bigint), (.string, .double), (.bytes, .string):
            return CastRule(canFail: true)
        default:
            return nil
        }
    }
}
