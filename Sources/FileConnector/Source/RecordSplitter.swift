package import Formats

/// Finds where the records of a file end.
///
/// A record ends at a line feed. Of CSV, a line feed within quotes or behind an escape character is
/// text. As in ``CSVDecoder``, a quote opens only at the beginning of a field, so that one in the
/// midst of a text, which cannot be decoded, takes no other line along:
///
///     1,"a⏎b"⏎       one record; its field is two lines
///     2,5" wide⏎     one record, and E2001
///
/// The bytes come bit by bit: where they do not suffice, the answer is nil, and the next call goes on
/// where that one ended.
///
/// - Cost: memchr(3) over each byte, once for the line feed, the quote, and the escape character.
package struct RecordSplitter {
    private static let lineFeed = UInt8(ascii: "\n")

    private let delimiter: UInt8
    private let quote: UInt8?
    private let allowsComments: Bool
    private var lineFeeds = ByteSearch(Self.lineFeed)
    /// Nil: there is no such character.
    private var quotes: ByteSearch?
    private var escapes: ByteSearch?
    /// Up to here the record has been understood.
    private var passed = 0
    /// Behind the last character that was escaped.
    private var escapedEnd = -1
    /// Where the quote stands that is open.
    package private(set) var openQuote: Int?
    /// Whether line ends may be text of the record.
    package private(set) var mayHoldLineEnds = false

    /// - Parameter dialect: Of CSV; nil: each line is a record.
    package init(_ dialect: CSVDialect?) {
        delimiter = dialect?.delimiter ?? 0
        quote = dialect?.quote
        allowsComments = dialect?.allowsComments ?? false
        quotes = quote.map(ByteSearch.init)
        escapes = dialect?.escape.map(ByteSearch.init)
    }

    /// The end of the record that begins at `start`: its line feed, or `end` where it has none.
    ///
    /// - Parameters:
    ///   - start: Where the last record began, or behind its line feed.
    ///   - isLine: The line is no record, and its quotes are no quotes.
    ///   - isLast: Nothing follows behind `end`.
    /// - Returns: Nil if it does not end before `end`; with `isLast`, if nothing is left or a quote
    ///   is open.
    @inline(__always)
    package mutating func recordEnd(
        in bytes: UnsafeRawPointer, from start: Int, to end: Int, isLine: Bool = false,
        isLast: Bool = false
    ) -> Int? {  // hot
        if passed < start { begin(at: start) }
        guard quotes == nil, escapes == nil else {
            return dividedRecordEnd(bytes, start, end, isLine: isLine, isLast: isLast)
        }
        return lineEnd(bytes, start, end, isLast: isLast)
    }

    /// Whether the character before this end of a record was escaped: a CR there is text.
    package func isEscaped(before recordEnd: Int) -> Bool { escapedEnd == recordEnd }

    /// The input stands `count` bytes before where it stood.
    package mutating func shift(by count: Int) {
        lineFeeds.shift(by: count)
        quotes?.shift(by: count)
        escapes?.shift(by: count)
        passed -= count
        escapedEnd -= count
        openQuote = openQuote.map { $0 - count }
    }

    private mutating func begin(at start: Int) {
        passed = start
        escapedEnd = -1
        openQuote = nil
        mayHoldLineEnds = false
    }

    private mutating func lineEnd(
        _ bytes: UnsafeRawPointer, _ start: Int, _ end: Int, isLast: Bool
    ) -> Int? {
        let found = lineFeeds.first(in: bytes, from: passed, to: end)
        guard found == .max else { return found }
        return isLast && end > start ? end : nil
    }

    private mutating func dividedRecordEnd(
        _ bytes: UnsafeRawPointer, _ start: Int, _ end: Int, isLine: Bool, isLast: Bool
    ) -> Int? {
        let isComment = allowsComments && start < end && byte(bytes, start) == UInt8(ascii: "#")
        if isLine || isComment { return lineEnd(bytes, start, end, isLast: isLast) }
        // Ends: each round passes a byte at least.
        while true {
            if openQuote != nil, !closeQuote(bytes, end, isLast: isLast) { return nil }
            let found = lineFeeds.first(in: bytes, from: passed, to: end)
            let quoteAt = quotes?.first(in: bytes, from: passed, to: end) ?? .max
            let escapeAt = escapes?.first(in: bytes, from: passed, to: end) ?? .max
            if found < min(quoteAt, escapeAt) { return found }
            if escapeAt < quoteAt {
                guard passEscape(escapeAt, end, isLast: isLast) else { return nil }
            } else if quoteAt < .max {
                passQuote(quoteAt, bytes, start)
            } else {
                return isLast && end > start ? end : nil
            }
        }
    }

    /// A quote outside of quotes.
    private mutating func passQuote(_ at: Int, _ bytes: UnsafeRawPointer, _ start: Int) {
        // A delimiter that has been passed was escaped, or stood within quotes.
        if at == start || (at > passed && byte(bytes, at - 1) == delimiter) {
            openQuote = at
            mayHoldLineEnds = true
        }
        passed = at + 1
    }

    /// - Returns: False if what is escaped has not come yet.
    private mutating func passEscape(_ at: Int, _ end: Int, isLast: Bool) -> Bool {
        guard at + 1 < end || isLast else { return false }
        passed = min(at + 2, end)
        escapedEnd = passed
        mayHoldLineEnds = true
        return true
    }

    /// Passes over the rest of a quoted field.
    ///
    /// - Returns: False if it does not end before `end`, or what follows its quote must come first.
    private mutating func closeQuote(
        _ bytes: UnsafeRawPointer, _ end: Int, isLast: Bool
    ) -> Bool {
        while true {
            let quoteAt = quotes?.first(in: bytes, from: passed, to: end) ?? .max
            let escapeAt = escapes?.first(in: bytes, from: passed, to: end) ?? .max
            if escapeAt < quoteAt {
                guard passEscape(escapeAt, end, isLast: isLast) else { return false }
                continue
            }
            guard quoteAt < .max, quoteAt + 1 < end || isLast else { return false }
            passed = quoteAt + 1
            // Doubled, it is one quote of the text.
            if passed < end, byte(bytes, passed) == quote {
                passed += 1
                continue
            }
            openQuote = nil
            return true
        }
    }

    @inline(__always)
    private func byte(_ bytes: UnsafeRawPointer, _ at: Int) -> UInt8 {
        bytes.load(fromByteOffset: at, as: UInt8.self)
    }
}
