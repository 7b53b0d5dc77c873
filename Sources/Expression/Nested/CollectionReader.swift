internal import CSimdJSON
package import StreamCore

/// Reads the elements of ARRAY values and the members of MAP values, one after the other.
///
/// An array is walked: its elements are never listed, so one of millions costs no more memory than one
/// of two. The members of a map are listed first, because of those with one name the last counts.
///
/// - Threading: one subtask.
package final class CollectionReader {
    /// Members of one MAP value, at most.
    package static let memberCountMax = 1 << 16

    package enum Beginning: Hashable {
        case good
        /// The text is not JSON, or of another kind.
        case notACollection
        /// More than ``memberCountMax`` members.
        case tooManyMembers
    }

    private let isMap: Bool
    private let reader = JSONReader()
    private let root = JSONSteps([])
    private let members = LastMembers()
    private var elements: JSONElements?
    private var member = -1
    /// A member's name, unescaped; of an array absent.
    package private(set) var key = ByteSlice.absent
    /// The element's or member's value as JSON; absent for NULL.
    package private(set) var value = ByteSlice.absent

    package init(isMap: Bool) { self.isMap = isMap }

    /// Begins with another value.
    ///
    /// - Parameters:
    ///   - text: Stays valid until the last ``next()``.
    ///   - arena: Where names are unescaped to; its chunks outlive the last ``next()``.
    package func begin(_ text: ByteSlice, _ arena: ByteArena) -> Beginning {
        elements = nil
        member = -1
        guard let found = reader.find(text, root), found.jsonKind == (isMap ? .object : .array),
            var elements = JSONElements(found.text.slice, isObject: isMap)
        else { return .notACollection }
        guard isMap else {
            self.elements = elements
            return .good
        }
        members.removeAll()
        while elements.next() {
            guard members.count < Self.memberCountMax else { return .tooManyMembers }
            members.append(
                JSONText.unescaped(elements.name, arena),
                elements.isNull ? .absent : elements.value)
        }
        members.markLast()
        return .good
    }

    /// Moves to the next element, or to the next member whose name does not come again.
    ///
    /// - Returns: False at the end.
    package func next() -> Bool {
        guard isMap else {
            guard elements?.next() == true, let elements else { return false }
            value = elements.isNull ? .absent : elements.value
            return true
        }
        member += 1
        while member < members.count, !members.isLast(member) { member += 1 }
        guard member < members.count else { return false }
        key = members.names[member]
        value = members.values[member]
        return true
    }
}
