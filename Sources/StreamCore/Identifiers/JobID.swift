/// The identity of a job: 32 hex digits, a hash of its name. Names its folder among the checkpoints.
public struct JobID: Hashable, Sendable, CustomStringConvertible {
    /// Exactly 32 lower-case hex digits.
    public let hex: String

    /// The job called `name`: the same identifier in every process, version and machine.
    public init(name: String) {
        // Two 64-bit hashes of different texts: names are few, so this is as good as one of 128.
        hex = [name, "millrace.job\0" + name].map { text in
            let bytes = Array(text.utf8)
            let hash = bytes.withUnsafeBytes { StableHash.xxh3($0.baseAddress, $0.count) }
            let digits = String(hash, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// - Returns: Nil unless `hex` is 32 lower-case hex digits.
    public init?(hex: String) {
        let digits = Array("0123456789abcdef".utf8)
        guard hex.utf8.count == 32, hex.utf8.allSatisfy(digits.contains) else { return nil }
        self.hex = hex
    }

    public var description: String { hex }
}
