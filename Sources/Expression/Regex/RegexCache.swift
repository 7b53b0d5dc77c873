internal import StreamCore

/// How the text of a pattern is read.
enum RegexSyntax: Hashable, Sendable {
    case java
    /// SIMILAR TO; the code point after ESCAPE.
    case similar(escape: UInt32?)

    func compile(_ text: [UInt8]) throws(Regex.Failure) -> Regex {
        guard text.count <= Regex.patternByteCountMax else { return try Regex(text) }
        switch self {
        case .java: return try Regex(JavaPattern.translated(text))
        case .similar(let escape): return try Regex(SimilarPattern.translated(text, escape: escape))
        }
    }
}

/// The patterns of one call: compiled once where the pattern is the same for every row, otherwise
/// the last ones used are kept.
struct RegexCache {
    /// Patterns kept for a call whose pattern comes from data; each may take
    /// ``Regex/memoryByteCountMax``.
    static let patternCountMax = 16

    private struct Entry {
        let text: [UInt8]
        let regex: Regex?
        var lastUse: Int
    }

    private let syntax: RegexSyntax
    private let constant: Regex?
    private var entries: [Entry] = []
    private var last = 0
    private var useCount = 0

    /// - Parameter pattern: The kernel that gives the pattern.
    init(_ syntax: RegexSyntax, _ pattern: Kernel) {
        self.syntax = syntax
        var constant: Regex?
        if let kernel = pattern as? ConstantKernel, case .bytes(let text) = kernel.value {
            constant = try? syntax.compile(text)
        }
        self.constant = constant
    }

    /// - Returns: Nil for a text that is no pattern.
    @inline(__always)
    mutating func regex(_ text: ByteSlice) -> Regex? {
        constant ?? find(text)
    }

    private mutating func find(_ text: ByteSlice) -> Regex? {
        useCount += 1
        if last < entries.count, Self.isEqual(entries[last].text, text) {
            entries[last].lastUse = useCount
            return entries[last].regex
        }
        if let index = entries.firstIndex(where: { Self.isEqual($0.text, text) }) {
            last = index
            entries[index].lastUse = useCount
            return entries[index].regex
        }
        return add(text)
    }

    private static func isEqual(_ known: [UInt8], _ text: ByteSlice) -> Bool {
        known.count == text.count && known.elementsEqual(text.buffer)
    }

    private mutating func add(_ text: ByteSlice) -> Regex? {
        // A longer text is no pattern; it is not kept either.
        guard text.count <= Regex.patternByteCountMax else { return nil }
        let bytes = Array(text.buffer)
        let entry = Entry(text: bytes, regex: try? syntax.compile(bytes), lastUse: useCount)
        if entries.count < Self.patternCountMax {
            last = entries.count
            entries.append(entry)
        } else {
            last = entries.indices.min { entries[$0].lastUse < entries[$1].lastUse } ?? 0
            entries[last] = entry
        }
        return entry.regex
    }

    /// Why a text is no pattern, for a message.
    func reason(_ text: ByteSlice) -> String {
        let shown = Quoted.text(text)
        do {
            _ = try syntax.compile(Array(text.buffer))
            return "\(shown) is a pattern"
        } catch {
            return "\(shown) is not a regular expression: \(error.message)"
        }
    }
}
