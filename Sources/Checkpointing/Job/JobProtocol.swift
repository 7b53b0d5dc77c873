/// Everything that a running job decides: when to take a checkpoint, what it consists of, and when
/// its transactions may be committed.
///
/// A pure state machine. The controller feeds it every event with the monotonic time and carries
/// out the actions.
package struct JobProtocol: Sendable {
    package let settings: JobSettings

    package init(settings: JobSettings, start: JobStart, rules: ProtocolRules = .all) {
        self.settings = settings
    }

    /// When to send a `tick`, monotonic; nil: nothing is timed.
    package var nextDeadlineMilliseconds: Int64? { nil }

    /// - Parameter nowMilliseconds: Monotonic, never falling from call to call.
    package mutating func handle(_ event: JobEvent, at nowMilliseconds: Int64) -> [JobAction] { [] }
}
