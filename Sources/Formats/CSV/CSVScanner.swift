internal import StreamCore

/// Divides a record into the fields of its one row (RFC 4180).
///
/// A field is a slice of the record, or of the arena where quotes or escapes had to be undone.
///
///     7,"Ulm ""an der Donau""",      three fields: 7 | Ulm "an der Donau" | (empty)
final class CSVScanner {
    private enum Mark {
        static let none: UInt8 = 0
        static let delimiter: UInt8 = 1
        static let lineEnd: UInt8 = 2
        static let quote: UInt8 = 3
        static let escape: UInt8 = 4
    }

    /// Fields that there should be.
    let fieldCount: Int
    /// By field; absent for NULL. Of fields that are not wanted, undefined.
    let fields: UnsafeMutablePointer<ByteSlice>
    /// Where the last record's problem is.
    private(set) var position = 0
    let arena = ByteArena()
    /// Whether anything was undone into ``arena`` since this was set to false.
    var hasUndone = false

    private let dialect: CSVDialect
    private let isWanted: UnsafeMutablePointer<Bool>
    private let marks: UnsafeMutablePointer<UInt8>

    /// - Parameter wanted: Indices of the fields whose content is needed.
    init(fieldCount: Int, wanted: Set<Int>, dialect: CSVDialect) {
        precondition(fieldCount > 0)
        self.fieldCount = fieldCount
        self.dialect = dialect
        fields = .allocate(capacity: fieldCount)
        fields.initialize(repeating: .absent, count: fieldCount)
        isWanted = .allocate(capacity: fieldCount)
        for field in 0..<fieldCount { isWanted[field] = wanted.contains(field) }
        marks = .allocate(capacity: 256)
        marks.initialize(repeating: Mark.none, count: 256)
        for byte in [UInt8(ascii: "\n"), UInt8(ascii: "\r")] { marks[Int(byte)] = Mark.lineEnd }
        marks[Int(dialect.delimiter)] = Mark.delimiter
        if let quote = dialect.quote { marks[Int(quote)] = Mark.quote }
        if let escape = dialect.escape { marks[Int(escape)] = Mark.escape }
    }

    deinit {
        fields.deallocate()
        isWanted.deallocate()
        marks.deallocate()
    }

    func isComment(_ record: ByteSlice) -> Bool {
        dialect.allowsComments && record.count > 0 && record.buffer[0] == UInt8(ascii: "#")
    }

    /// Fills ``fields`` from a record, which may be empty but not absent.
    ///
    /// - Returns: What is wrong, at ``position``; `.none` if nothing is.
    // hot
    func scan(_ record: ByteSlice) -> RecordFailure.Reason {
        let bytes = record.buffer
        var at = 0
        var found = 0
        while true {
            position = at
            let isNeeded = found < fieldCount && isWanted[found]
            let isQuoted = at < bytes.count && bytes[at] == dialect.quote
            let reason =
                isQuoted
                ? scanQuoted(bytes, &at, found, isNeeded)
                : scanPlain(bytes, &at, found, isNeeded)
            guard reason == .none else { return reason }
            found += 1
            guard at < bytes.count, bytes[at] == dialect.delimiter else { break }
            at += 1
        }
        guard isEnd(bytes, at) else {
            position = at
            return .severalRows
        }
        return found == fieldCount ? .none : .fieldCount(found, expected: fieldCount)
    }

    /// Whether nothing but one line end is left.
    private func isEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> Bool {
        switch bytes.count - at {
        case 0, 1: true
        case 2: bytes[at] == UInt8(ascii: "\r") && bytes[at + 1] == UInt8(ascii: "\n")
        default: false
        }
    }

    // MARK: Fields

    private func scanPlain(
        _ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int, _ field: Int, _ isNeeded: Bool
    ) -> RecordFailure.Reason {
        let start = at
        var end = start
        var hasEscapes = false
        while end < bytes.count {
            let mark = marks[Int(bytes[end])]
            if mark == Mark.none {
                end += 1
            } else if mark == Mark.escape {
                guard end + 1 < bytes.count else { return fault(.openEscape, end) }
                hasEscapes = true
                end += 2
            } else if mark == Mark.quote {
                return fault(.quoteInField, end)
            } else {
                break
            }
        }
        at = end
        guard isNeeded else { return .none }
        let text = UnsafeBufferPointer(rebasing: bytes[start..<end])
        if isNull(text) {
            fields[field] = .absent
        } else {
            fields[field] = hasEscapes ? undo(text) : slice(text, of: bytes, start)
        }
        return .none
    }

    private func scanQuoted(
        _ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int, _ field: Int, _ isNeeded: Bool
    ) -> RecordFailure.Reason {
        let start = at + 1
        var end = start
        var hasEscapes = false
        while end < bytes.count {
            let mark = marks[Int(bytes[end])]
            if mark == Mark.escape {
                guard end + 1 < bytes.count else { return fault(.openEscape, end) }
                hasEscapes = true
                end += 2
            } else if mark == Mark.quote {
                guard end + 1 < bytes.count, bytes[end + 1] == dialect.quote else { break }
                hasEscapes = true
                end += 2
            } else {
                end += 1
            }
        }
        guard end < bytes.count else { return fault(.openQuote, at) }
        at = end + 1
        while at < bytes.count, bytes[at] == UInt8(ascii: " "), dialect.delimiter != bytes[at] {
            at += 1
        }
        if at < bytes.count {
            let mark = marks[Int(bytes[at])]
            guard mark == Mark.delimiter || mark == Mark.lineEnd else {
                return fault(.textBehindQuote, at)
            }
        }
        guard isNeeded else { return .none }
        let text = UnsafeBufferPointer(rebasing: bytes[start..<end])
        fields[field] = hasEscapes ? undo(text) : slice(text, of: bytes, start)
        return .none
    }

    private func fault(_ reason: RecordFailure.Reason, _ at: Int) -> RecordFailure.Reason {
        position = at
        return reason
    }

    /// Has a base even if it is empty: an empty field is not NULL.
    private func slice(
        _ text: UnsafeBufferPointer<UInt8>, of bytes: UnsafeBufferPointer<UInt8>, _ start: Int
    ) -> ByteSlice {
        ByteSlice(base: bytes.baseAddress.map { $0 + start }, count: text.count)
    }

    private func isNull(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let literal = dialect.nullLiteral, literal.count == text.count else { return false }
        return literal.withUnsafeBufferPointer { expected in
            for index in 0..<text.count where text[index] != expected[index] { return false }
            return true
        }
    }

    /// The text without its escapes and doubled quotes, in the arena. None of them is cut off: the
    /// loops above have stepped over each with what it stands before.
    private func undo(_ text: UnsafeBufferPointer<UInt8>) -> ByteSlice {
        let target = arena.allocate(text.count)
        hasUndone = true
        var count = 0
        var at = 0
        while at < text.count {
            let mark = marks[Int(text[at])]
            if mark == Mark.escape {
                target[count] = Self.escaped(text[at + 1])
                at += 2
            } else {
                target[count] = text[at]
                at += mark == Mark.quote ? 2 : 1
            }
            count += 1
        }
        return ByteSlice(base: target, count: count)
    }

    private static func escaped(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "0"): 0
        case UInt8(ascii: "n"): UInt8(ascii: "\n")
        case UInt8(ascii: "r"): UInt8(ascii: "\r")
        case UInt8(ascii: "t"): UInt8(ascii: "\t")
        default: byte
        }
    }
}
