/// Turns a pattern of SIMILAR TO into RE2's syntax.
///
/// `%` is any text, `_` any character; `| * + ? {m,n} ( ) [..]` mean what they mean in regular
/// expressions; everything else, and what follows the escape character, is itself. The whole text
/// must match, line breaks included.
///
/// Source: ISO SQL 2016, 8.6; Calcite `Like.sqlToRegexSimilar`.
struct SimilarPattern {
    private let source: [UInt8]
    private let escape: [UInt8]
    private var position = 0
    private var output: [UInt8] = Array("(?s:".utf8)

    /// - Parameter escape: The code point after ESCAPE.
    static func translated(
        _ source: [UInt8], escape: UInt32?
    ) throws(Regex.Failure) -> [UInt8] {
        let scalar = escape.flatMap(Unicode.Scalar.init)
        var pattern = SimilarPattern(
            source: source, escape: scalar.map { Array(String(Character($0)).utf8) } ?? [])
        while pattern.position < source.count { try pattern.step() }
        return pattern.output + Array(")".utf8)
    }

    private init(source: [UInt8], escape: [UInt8]) {
        self.source = source
        self.escape = escape
    }

    private var isEscape: Bool { !escape.isEmpty && source[position...].starts(with: escape) }

    private mutating func step() throws(Regex.Failure) {
        if isEscape {
            position += escape.count
            return try literal()
        }
        let byte = source[position]
        switch byte {
        case UInt8(ascii: "%"): write(".*")
        case UInt8(ascii: "_"): write(".")
        case UInt8(ascii: "|"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"),
            UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "}"):
            output.append(byte)
        // No group is asked for afterwards.
        case UInt8(ascii: "("): write("(?:")
        case UInt8(ascii: "["): return try bracket()
        default: return try literal()
        }
        position += 1
    }

    private mutating func write(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { output.append(text.utf8Start[index]) }
    }

    /// The next byte stands for itself; the rest of a code point follows as it is.
    private mutating func literal() throws(Regex.Failure) {
        guard position < source.count else {
            throw Regex.Failure(message: "nothing follows the escape character")
        }
        if Self.isSpecial(source[position]) { output.append(UInt8(ascii: "\\")) }
        output.append(source[position])
        position += 1
    }

    private static let special = Set("\\.^$|()[]{}*+?-".utf8)
    private static func isSpecial(_ byte: UInt8) -> Bool { special.contains(byte) }

    /// `[a-z]`, `[^a-z]`, `[[:ALPHA:]]`.
    private mutating func bracket() throws(Regex.Failure) {
        output.append(UInt8(ascii: "["))
        position += 1
        if position < source.count, source[position] == UInt8(ascii: "^") {
            output.append(UInt8(ascii: "^"))
            position += 1
        }
        while position < source.count {
            if isEscape {
                position += escape.count
                try literal()
            } else if source[position] == UInt8(ascii: "]") {
                output.append(UInt8(ascii: "]"))
                position += 1
                return
            } else if source[position...].starts(with: "[:".utf8) {
                try namedClass()
            } else if source[position] == UInt8(ascii: "-") {
                output.append(UInt8(ascii: "-"))
                position += 1
            } else {
                try literal()
            }
        }
        throw Regex.Failure(message: "missing closing ]")
    }

    private static let classes: [String: String] = [
        "ALPHA": "alpha", "UPPER": "upper", "LOWER": "lower", "DIGIT": "digit", "ALNUM": "alnum",
        "SPACE": "space", "WHITESPACE": "space",
    ]

    private mutating func namedClass() throws(Regex.Failure) {
        let rest = source[(position + 2)...]
        guard let end = rest.firstIndex(of: UInt8(ascii: ":")), end + 1 < source.count,
            source[end + 1] == UInt8(ascii: "]"),
            let name = Self.classes[
                String(decoding: source[(position + 2)..<end], as: UTF8.self).uppercased()]
        else {
            throw Regex.Failure(
                message: "classes are \(Self.classes.keys.sorted().joined(separator: ", "))")
        }
        output += Array("[:\(name):]".utf8)
        position = end + 2
    }
}
