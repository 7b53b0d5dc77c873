/// Where bytes of strangers come in: one entry for each fuzzer, each with the invariants that it checks.
///
/// An entry traps, or ends the process by `precondition`, if and only if an invariant is broken; whatever
/// the bytes, it allocates and takes time in proportion to them.
///
/// - Threading: one thread at a time.
public enum FuzzEntry: String, CaseIterable, Sendable {
    /// A pipeline file: ``LintFuzz``.
    case lint
    /// An expression: ``ExpressionFuzz``.
    case expression
    /// A JSON document: ``JSONFuzz``.
    case json
    /// A dialect and a record of CSV: ``CSVFuzz``.
    case csv
    /// A file that is divided into records, and a split of one: ``SplitFuzz``.
    case split
    /// A broker's answer: ``WireFuzz``.
    case wire

    /// Runs one input.
    public func run(_ bytes: [UInt8]) {
        switch self {
        case .lint: LintFuzz.run(bytes)
        case .expression: ExpressionFuzz.run(bytes)
        case .json: JSONFuzz.run(bytes)
        case .csv: CSVFuzz.run(bytes)
        case .split: SplitFuzz.run(bytes)
        case .wire: WireFuzz.run(bytes)
        }
    }
}
