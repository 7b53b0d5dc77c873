internal import StreamCore
internal import Synchronization

/// A regular expression that whole names are compared with, in Java's syntax as far as it can be
/// matched in linear time (RE2).
///
/// - Threading: any. For the control path: a match takes a lock and copies the name.
package final class NamePattern: Sendable {
    /// Why a text is not a pattern, in one line that follows "the pattern is refused: ".
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// As it was written.
    package let text: String
    /// Proof of `@unchecked`: reached under the lock only.
    private struct Compiled: @unchecked Sendable {
        let regex: Regex
    }
    private let compiled: Mutex<Compiled>

    package init(_ text: String) throws(Failure) {
        self.text = text
        do throws(Regex.Failure) {
            let regex = try Regex(try JavaPattern.translated(Array(text.utf8)))
            compiled = Mutex(Compiled(regex: regex))
        } catch {
            throw Failure(description: error.message)
        }
    }

    /// Whether the whole of `name` matches.
    package func matches(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { utf8 in
            let slice = ByteSlice(base: utf8.baseAddress, count: utf8.count)
            return compiled.withLock { $0.regex.matches(slice) }
        }
    }
}
