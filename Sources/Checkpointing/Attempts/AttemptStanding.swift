package import StreamCore

/// Whether an attempt may still write and commit.
package enum AttemptStanding: Hashable, Sendable {
    case newest
    /// A higher attempt exists: stop with 75.
    case superseded(by: Attempt)
    /// The attempts folder could not be read, and why: as unsafe as superseded, but worth a restart.
    case unreadable(reason: String)
}
