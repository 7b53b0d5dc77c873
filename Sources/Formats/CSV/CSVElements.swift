internal import StreamCore

/// Divides the text of one field into the elements of an ARRAY or a ROW.
///
/// An element that begins with the quote ends at the next single one: delimiters in it are text, and a
/// doubled quote is one. Flink knows no such elements; whatever else it writes is read as it reads it.
///
///     a;;"b;c"      three elements: a | (empty) | b;c
struct CSVElements {
    /// What ``next(_:_:)`` found.
    enum Step {
        case element, null, end
        /// A quoted element that does not end, or ends before other text.
        case malformed
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let dialect: CSVDialect
    private var at = 0
    private var isAtEnd = false

    init(_ text: ByteSlice, _ dialect: CSVDialect) {
        bytes = text.buffer
        self.dialect = dialect
    }

    /// Moves to the next element.
    ///
    /// - Parameters:
    ///   - element: Set to its text, if there is one; never absent.
    ///   - arena: For texts whose quotes had to be undone.
    mutating func next(_ element: inout ByteSlice, _ arena: ByteArena) -> Step {
        guard !isAtEnd else { return .end }
        let isQuoted = at < bytes.count && bytes[at] == dialect.quote
        let step = isQuoted ? quoted(&element, arena) : plain(&element)
        isAtEnd = at >= bytes.count
        at += 1
        return step
    }

    private mutating func plain(_ element: inout ByteSlice) -> Step {
        let start = at
        while at < bytes.count, bytes[at] != dialect.elementDelimiter { at += 1 }
        let text = UnsafeBufferPointer(rebasing: bytes[start..<at])
        if let literal = dialect.nullLiteral, text.elementsEqual(literal) { return .null }
        element = ByteSlice(base: bytes.baseAddress.map { $0 + start }, count: text.count)
        return .element
    }

    private mutating func quoted(_ element: inout ByteSlice, _ arena: ByteArena) -> Step {
        let target = arena.allocate(bytes.count - at)
        var count = 0
        at += 1
        while at < bytes.count {
            if bytes[at] == dialect.quote {
                at += 1
                guard at < bytes.count, bytes[at] == dialect.quote else {
                    element = ByteSlice(base: target, count: count)
                    let isWhole = at == bytes.count || bytes[at] == dialect.elementDelimiter
                    return isWhole ? .element : .malformed
                }
            }
            target[count] = bytes[at]
            count += 1
            at += 1
        }
        return .malformed
    }
}
