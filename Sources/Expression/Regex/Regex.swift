internal import CRE2
internal import StreamCore

/// A compiled regular expression: RE2, so a match takes time in proportion to the text.
///
/// - Threading: one thread; each subtask compiles its own.
/// - Source: RE2 2022-06-01, `re2.h`.
final class Regex {
    /// Bytes of a pattern, at most.
    static let patternByteCountMax = 4096
    /// Bytes that a compiled pattern and the states it has visited may take, at most.
    static let memoryByteCountMax: Int64 = 2 << 20

    /// Why a text is not a pattern.
    struct Failure: Error, Hashable {
        /// In one line, without the pattern.
        let message: String
    }

    private let pattern: OpaquePointer
    private let groups: UnsafeMutablePointer<cre2_span>
    /// Groups in parentheses.
    let groupCount: Int

    /// - Parameter text: In RE2's syntax, UTF-8; see ``JavaPattern`` and ``SimilarPattern``.
    init(_ text: [UInt8]) throws(Failure) {
        guard text.count <= Self.patternByteCountMax else {
            throw Failure(
                message: "it has \(text.count) bytes, more than \(Self.patternByteCountMax)")
        }
        var error = cre2_error()
        let made = text.withUnsafeBufferPointer { bytes in
            cre2_compile(bytes.baseAddress, bytes.count, Self.memoryByteCountMax, &error)
        }
        guard let made else { throw Failure(error) }
        pattern = made
        groupCount = Int(cre2_group_count(made))
        groups = .allocate(capacity: groupCount + 1)
    }

    deinit {
        cre2_free(pattern)
        groups.deallocate()
    }

    /// Looks for the first match that begins at `from` or behind; what stands before counts for
    /// `^` and `\b`. Its groups are in ``group(_:)`` until the next call.
    ///
    /// - Parameter groupCount: Groups in parentheses that are wanted: fewer are quicker.
    func find(_ text: ByteSlice, from: Int = 0, groupCount: Int = 0) -> Bool {
        cre2_match(
            pattern, text.base, text.count, from, CRE2_ANYWHERE, groups, Int32(groupCount + 1)) != 0
    }

    /// Whether there is a match; which one does not matter.
    func occurs(in text: ByteSlice) -> Bool {
        cre2_match(pattern, text.base, text.count, 0, CRE2_ANYWHERE, groups, 0) != 0
    }

    /// Whether the whole text matches.
    func matches(_ text: ByteSlice) -> Bool {
        cre2_match(pattern, text.base, text.count, 0, CRE2_WHOLE, groups, 0) != 0
    }

    /// A group of the last match as bytes of its text; nil if it took no part. 0 is the match.
    func group(_ index: Int) -> Range<Int>? {
        let span = groups[index]
        return span.from < 0 ? nil : Int(span.from)..<Int(span.to)
    }

    /// Calls `body` for each match, from left to right; Java's rule for empty ones: behind an empty
    /// match the search goes on one code point later, behind any other at its end.
    ///
    /// - Parameter body: Given the match; returns false to end.
    func forEachMatch(
        _ text: ByteSlice, groupCount: Int = 0, _ body: (Range<Int>) -> Bool
    ) {
        var from = 0
        while from <= text.count, find(text, from: from, groupCount: groupCount),
            let match = group(0)
        {
            guard body(match) else { return }
            from = match.upperBound
            if match.isEmpty {
                guard let base = text.base, from < text.count else { return }
                from += Bytes.width(base, from, text.count)
            }
        }
    }
}

extension Regex.Failure {
    fileprivate init(_ error: cre2_error) {
        var error = error
        let text = withUnsafeBytes(of: &error.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard error.code == CRE2_TOO_LARGE.rawValue else {
            self.init(message: text)
            return
        }
        self.init(
            message: "it is too large for \(Regex.memoryByteCountMax >> 20) MiB (\(text))")
    }
}

extension ByteSlice {
    /// A part of the text.
    @inline(__always)
    func part(_ range: Range<Int>) -> ByteSlice {
        ByteSlice(base: base.map { $0 + range.lowerBound }, count: range.count)
    }
}
