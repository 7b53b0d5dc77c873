/// Where a value is in a JSON text: a constant of an expression, read once.
///
/// `$`, then `.name`, `['name']`, `["name"]`, `[0]`, and `.*` or `[*]` for everything in an array or
/// object; before it `lax` or `strict`, the default as in Flink. Strict: a step that leads nowhere is an
/// error; lax: nothing is there. Behind a wildcard what leads nowhere is passed over in both.
///
/// Source: ISO SQL/JSON; Flink `SqlJsonUtils.jsonApiCommonSyntax`. Slices and filters are not built.
struct JSONPath: Hashable, Sendable {
    /// Steps of a path, at most: as deep as a JSON text may be.
    static let stepCountMax = 64

    let isStrict: Bool
    /// Up to the first wildcard, if there is one.
    let steps: [PathStep]
    /// Behind each wildcard, up to the next.
    let tails: [[PathStep]]

    /// Whether it leads to any number of values.
    var hasWildcards: Bool { !tails.isEmpty }

    /// As messages show it.
    var text: String { ([steps] + tails).map(\.pathText).joined(separator: "[*]") }

    /// Why a text is no path.
    struct Failure: Error, Hashable {
        let message: String
        /// It is one, but of a kind that is not built.
        let isNotBuilt: Bool
    }

    init(isStrict: Bool, steps: [PathStep], tails: [[PathStep]] = []) {
        self.isStrict = isStrict
        self.steps = steps
        self.tails = tails
    }

    init(_ text: String) throws(Failure) {
        var parser = JSONPathParser(text)
        self = try parser.parse()
    }
}

/// Reads the text of a path.
private struct JSONPathParser {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    private func failure(_ message: String) -> JSONPath.Failure {
        JSONPath.Failure(message: message, isNotBuilt: false)
    }

    private func notBuilt(_ what: String) -> JSONPath.Failure {
        JSONPath.Failure(message: "\(what) in a path is not built yet", isNotBuilt: true)
    }

    private var shown: String { rest.isEmpty ? "the end" : "`\(rest.prefix(20))`" }

    private mutating func skipBlanks() {
        rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
    }

    private mutating func mode() -> Bool {
        skipBlanks()
        for (word, isStrict) in [("lax", false), ("strict", true)] {
            let behind = rest.dropFirst(word.count)
            if rest.prefix(word.count).lowercased() == word, behind.first?.isWhitespace ?? false {
                rest = behind
                skipBlanks()
                return isStrict
            }
        }
        return true
    }

    mutating func parse() throws(JSONPath.Failure) -> JSONPath {
        let isStrict = mode()
        guard rest.first == "$" else { throw failure("a path begins with $, found \(shown)") }
        rest.removeFirst()
        var pieces: [[PathStep]] = [[]]
        var stepCount = 0
        while let first = rest.first {
            guard stepCount < JSONPath.stepCountMax else {
                throw failure("a path has more than \(JSONPath.stepCountMax) steps")
            }
            switch first {
            case ".", "[":
                stepCount += 1
                if let step = first == "." ? try member() : try bracket() {
                    pieces[pieces.count - 1].append(step)
                } else {
                    pieces.append([])
                }
            default:
                skipBlanks()
                guard rest.isEmpty else { throw failure("expected `.` or `[`, found \(shown)") }
            }
        }
        return JSONPath(
            isStrict: isStrict, steps: pieces[0], tails: Array(pieces.dropFirst()))
    }

    /// `.name`: everything up to the next `.` or `[`; nil for `.*`.
    private mutating func member() throws(JSONPath.Failure) -> PathStep? {
        rest.removeFirst()
        if rest.first == "." { throw notBuilt("`..`") }
        if rest.first == "*" {
            rest.removeFirst()
            return nil
        }
        // Jayway takes a bracket behind the point, too.
        if rest.first == "[" { return try bracket() }
        if rest.first == "\"" { return .field(try quoted("\"")) }
        let name = rest.prefix { !".[ ()*?@'\"".contains($0) }
        guard !name.isEmpty else { throw failure("expected a name behind `.`, found \(shown)") }
        rest = rest.dropFirst(name.count)
        if rest.first == "(" { throw notBuilt("a function (`\(name)()`)") }
        return .field(String(name))
    }

    private mutating func quoted(_ quote: Character) throws(JSONPath.Failure) -> String {
        rest.removeFirst()
        var name = ""
        while let character = rest.popFirst() {
            if character == quote { return name }
            if character == "\\", let escaped = rest.popFirst() {
                name.append(escaped)
            } else {
                name.append(character)
            }
        }
        throw failure("a name that begins with \(quote) is not closed")
    }

    /// `[0]`, `['name']`; nil for `[*]`.
    private mutating func bracket() throws(JSONPath.Failure) -> PathStep? {
        rest.removeFirst()
        skipBlanks()
        let step: PathStep?
        switch rest.first {
        case "'", "\"": step = .field(try quoted(rest.first ?? "'"))
        case "*":
            rest.removeFirst()
            step = nil
        case "?": throw notBuilt("a filter")
        case "-": throw notBuilt("an element counted from the end")
        default:
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard let index = Int32(digits) else {
                throw failure("expected the number of an element or a name, found \(shown)")
            }
            rest = rest.dropFirst(digits.count)
            step = .element(Int(index))
        }
        skipBlanks()
        if rest.first == "," || rest.first == ":" { throw notBuilt("a list or slice of elements") }
        guard rest.first == "]" else { throw failure("expected `]`, found \(shown)") }
        rest.removeFirst()
        return step
    }
}
