/// The rules of docs/checkpoint-protocol.md that a test may take out, to prove that it would notice.
///
/// Production code never passes anything but ``all``.
package struct ProtocolRules: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package static let all = ProtocolRules(rawValue: .max)
}
