/// Turns a regular expression as Java writes it into RE2's syntax.
///
/// Most is the same. Written otherwise are `(?<name>..)`, `\uXXXX`, `\e`, `\h`, `\v`, `\s` and the
/// classes `\p{Alpha}`, `\p{Lower}` and so on. What RE2 cannot do in linear time is refused by name:
/// back-references, look-around, atomic groups, possessive quantifiers.
///
/// Source: java.util.regex.Pattern (Java 17); RE2's syntax page.
struct JavaPattern {
    private let source: [UInt8]
    private var position = 0
    private var output: [UInt8] = []
    private var isInClass = false

    private init(_ source: [UInt8]) {
        self.source = source
        output.reserveCapacity(source.count)
    }

    /// - Throws: For what RE2 has not. Whether the rest is a pattern, RE2 tells.
    static func translated(_ source: [UInt8]) throws(Regex.Failure) -> [UInt8] {
        var pattern = JavaPattern(source)
        while pattern.position < source.count { try pattern.step() }
        return pattern.output
    }

    private func byte(_ ahead: Int = 0) -> UInt8 {
        position + ahead < source.count ? source[position + ahead] : 0
    }

    private func isNext(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= source.count else { return false }
        return (0..<count).allSatisfy { source[position + $0] == text.utf8Start[$0] }
    }

    private mutating func take(_ count: Int = 1) {
        output += source[position..<min(position + count, source.count)]
        position += count
    }

    private mutating func write(_ text: String, skipping count: Int) {
        output += Array(text.utf8)
        position += count
    }

    private func refused(_ what: String) -> Regex.Failure {
        Regex.Failure(
            message: "\(what) is Java's; patterns here are RE2's, which match in linear time")
    }

    private mutating func step() throws(Regex.Failure) {
        switch byte() {
        case UInt8(ascii: "\\"): try escape()
        case UInt8(ascii: "["): try openBracket()
        case UInt8(ascii: "]"):
            isInClass = false
            take()
        case UInt8(ascii: "&") where isInClass && isNext("&&"):
            throw refused("an intersection (&&) of classes")
        case UInt8(ascii: "(") where !isInClass: try group()
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "}"):
            try quantifier()
        default: take()
        }
    }

    private mutating func openBracket() throws(Regex.Failure) {
        guard isInClass else {
            isInClass = true
            take()
            if byte() == UInt8(ascii: "^") { take() }
            // A bracket at the first place stands for itself.
            if byte() == UInt8(ascii: "]") { take() }
            return
        }
        guard isNext("[:") else { throw refused("a class inside a class") }
        take(2)
        while position < source.count, !isNext(":]") { take() }
        take(2)
    }

    private mutating func quantifier() throws(Regex.Failure) {
        // A brace that closes nothing stands for itself.
        let isQuantifier = byte() != UInt8(ascii: "}") || output.contains(UInt8(ascii: "{"))
        take()
        if !isInClass, isQuantifier, byte() == UInt8(ascii: "+"), position > 1 {
            throw refused("a possessive quantifier (`\(shown(position - 1, 2))`)")
        }
    }

    private func shown(_ start: Int, _ count: Int) -> String {
        String(decoding: source[start..<min(start + count, source.count)], as: UTF8.self)
    }

    // MARK: Groups

    private mutating func group() throws(Regex.Failure) {
        guard isNext("(?") else { return take() }
        switch byte(2) {
        case UInt8(ascii: "="), UInt8(ascii: "!"):
            throw refused("a look-ahead (`\(shown(position, 3))`)")
        case UInt8(ascii: ">"): throw refused("an atomic group (`(?>`)")
        case UInt8(ascii: "<"):
            if byte(3) == UInt8(ascii: "=") || byte(3) == UInt8(ascii: "!") {
                throw refused("a look-behind (`\(shown(position, 4))`)")
            }
            write("(?P<", skipping: 3)
        default: try flags()
        }
    }

    /// `(?i)`, `(?i:`: i, m and s mean the same in both.
    private mutating func flags() throws(Regex.Failure) {
        var end = position + 2
        while end < source.count, source[end] != UInt8(ascii: ":"), source[end] != UInt8(ascii: ")")
        {
            switch source[end] {
            case UInt8(ascii: "d"), UInt8(ascii: "u"), UInt8(ascii: "x"), UInt8(ascii: "U"):
                throw refused("the flag `\(shown(end, 1))`")
            case UInt8(ascii: "i"), UInt8(ascii: "m"), UInt8(ascii: "s"), UInt8(ascii: "-"):
                end += 1
            default: return take(2)
            }
        }
        take(end - position)
    }

    // MARK: Escapes

    private mutating func escape() throws(Regex.Failure) {
        let next = byte(1)
        switch next {
        case UInt8(ascii: "1")...UInt8(ascii: "9"), UInt8(ascii: "k"):
            throw refused("a back-reference (`\(shown(position, 2))`)")
        case UInt8(ascii: "G"), UInt8(ascii: "Z"), UInt8(ascii: "R"), UInt8(ascii: "X"),
            UInt8(ascii: "N"), UInt8(ascii: "c"), UInt8(ascii: "H"), UInt8(ascii: "V"):
            throw refused("`\(shown(position, 2))`")
        case UInt8(ascii: "Q") where !isInClass: quotation()
        case UInt8(ascii: "u") where position + 6 <= source.count:
            write("\\x{\(shown(position + 2, 4))}", skipping: 6)
        case UInt8(ascii: "e"): write("\\x1B", skipping: 2)
        case UInt8(ascii: "h"): writeClass(Self.blanks)
        case UInt8(ascii: "v"): writeClass("\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}")
        case UInt8(ascii: "s"): writeClass("\\t\\n\\x0B\\f\\r ")
        case UInt8(ascii: "S") where !isInClass: write("[^\\t\\n\\x0B\\f\\r ]", skipping: 2)
        case UInt8(ascii: "p"), UInt8(ascii: "P"): property(isNegated: next == UInt8(ascii: "P"))
        default: take(2)
        }
    }

    private static let blanks =
        "\\t \\x{A0}\\x{1680}\\x{180E}\\x{2000}-\\x{200A}\\x{202F}\\x{205F}\\x{3000}"

    private mutating func writeClass(_ members: String) {
        write(isInClass ? members : "[\(members)]", skipping: 2)
    }

    /// `\Q...\E`, copied as it is.
    private mutating func quotation() {
        take(2)
        while position < source.count, !isNext("\\E") { take() }
        if position < source.count { take(2) }
    }

    /// Java's names for the classes of POSIX, which RE2 writes in brackets.
    private static let classes: [String: String] = [
        "Lower": "lower", "Upper": "upper", "ASCII": "ascii", "Alpha": "alpha", "Digit": "digit",
        "Alnum": "alnum", "Punct": "punct", "Graph": "graph", "Print": "print", "Blank": "blank",
        "Cntrl": "cntrl", "XDigit": "xdigit", "Space": "space",
    ]

    private mutating func property(isNegated: Bool) {
        guard byte(2) == UInt8(ascii: "{"),
            let end = source[position...].firstIndex(of: UInt8(ascii: "}"))
        else { return take(2) }
        let name = String(decoding: source[(position + 3)..<end], as: UTF8.self)
        guard let known = Self.classes[name] else { return take(end + 1 - position) }
        let members = "[:\(isNegated ? "^" : "")\(known):]"
        write(isInClass ? members : "[\(members)]", skipping: end + 1 - position)
    }
}
