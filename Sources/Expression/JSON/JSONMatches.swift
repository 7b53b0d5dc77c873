internal import CSimdJSON
internal import StreamCore

/// Everything that a path with wildcards leads to.
///
/// - Threading: one thread.
/// - Cost: O(length of the text) for each wildcard.
/// - Source: Jayway JsonPath `WildcardPathToken`, as Flink calls it: arrays and objects are both gone
///   through; of members with one name the last counts.
final class JSONMatches {
    private let isStrict: Bool
    private let root: JSONSteps
    private let tails: [JSONSteps]
    private let reader = JSONReader()
    /// One a wildcard: the members of the object that is gone through there.
    private let members: [LastMembers]

    init(_ path: JSONPath) {
        isStrict = path.isStrict
        root = JSONSteps(path.steps)
        tails = path.tails.map { JSONSteps($0) }
        members = path.tails.map { _ in LastMembers() }
    }

    /// Appends the values, with commas between them, behind what the buffer holds.
    ///
    /// - Returns: False for a text that is not JSON, and for a strict path of which there is nothing up to
    ///   the first wildcard; the buffer is as it was.
    func append(from text: ByteSlice, to buffer: TextBuffer, _ arena: ByteArena) -> Bool {
        guard let found = reader.find(text, root) else { return false }
        guard found.jsonKind != .missing else { return !isStrict }
        var isFirst = true
        append(found.text.slice, 0, &isFirst, to: buffer, arena)
        return true
    }

    /// Recursive, as deep as there are wildcards: ``JSONPath/stepCountMax`` at most.
    private func append(
        _ container: ByteSlice, _ level: Int, _ isFirst: inout Bool, to buffer: TextBuffer,
        _ arena: ByteArena
    ) {
        let isObject = container.base?[0] == UInt8(ascii: "{")
        guard isObject || container.base?[0] == UInt8(ascii: "["),
            var elements = JSONElements(container, isObject: isObject)
        else { return }
        guard isObject else {
            while elements.next() { follow(elements.value, level, &isFirst, to: buffer, arena) }
            return
        }
        let members = members[level]
        members.removeAll()
        while elements.next() {
            members.append(JSONText.unescaped(elements.name, arena), elements.value)
        }
        members.markLast()
        for member in 0..<members.count where members.isLast(member) {
            follow(members.values[member], level, &isFirst, to: buffer, arena)
        }
    }

    private func follow(
        _ value: ByteSlice, _ level: Int, _ isFirst: inout Bool, to buffer: TextBuffer,
        _ arena: ByteArena
    ) {
        var value = value
        if tails[level].count > 0 {
            guard let found = reader.find(value, tails[level]), found.jsonKind != .missing else {
                return
            }
            value = found.text.slice
        }
        guard level == tails.count - 1 else {
            return append(value, level + 1, &isFirst, to: buffer, arena)
        }
        if !isFirst { buffer.append(UInt8(ascii: ",")) }
        isFirst = false
        buffer.append(value)
    }
}
