internal import StreamCore

/// Cuts the text of an expression into tokens. Knows bytes and places, not the grammar.
struct Lexer {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) { self.text = text }

    /// All tokens, an `.end` last.
    static func tokens(of text: [UInt8]) throws(ExpressionError) -> [Token] {
        guard text.count <= ExpressionParser.byteCountMax else {
            throw ExpressionError(
                .tooLarge,
                "the expression has \(text.count) bytes, more than "
                    + "\(ExpressionParser.byteCountMax)",
                range: 0..<1)
        }
        var lexer = Lexer(text)
        var tokens: [Token] = []
        while true {  // Ends: every token but the last moves the position on.
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private func byte(at index: Int) -> UInt8? { index < text.count ? text[index] : nil }

    private mutating func next() throws(ExpressionError) -> Token {
        try skipBlanks()
        let start = position
        guard let first = byte(at: position) else {
            return Token(kind: .end, range: start..<start)
        }
        switch first {
        case UInt8(ascii: "'"):
            return Token(kind: .string(try quoted(first, "text")), range: start..<position)
        case UInt8(ascii: "\""), UInt8(ascii: "`"):
            return try quotedName(first)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try number()
        case UInt8(ascii: ".") where byte(at: position + 1).map(Self.isDigit) ?? false:
            return try number()
        case UInt8(ascii: "$"):
            return try metadataName()
        default:
            if let word = try word() { return word }
            return try symbol()
        }
    }

    // MARK: Blanks and comments

    private mutating func skipBlanks() throws(ExpressionError) {
        while let first = byte(at: position) {
            switch first {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                position += 1
            case UInt8(ascii: "-") where byte(at: position + 1) == UInt8(ascii: "-"):
                while let byte = byte(at: position), byte != UInt8(ascii: "\n") { position += 1 }
            case UInt8(ascii: "/") where byte(at: position + 1) == UInt8(ascii: "*"):
                try skipBlockComment()
            default:
                return
            }
        }
    }

    private mutating func skipBlockComment() throws(ExpressionError) {
        let start = position
        position += 2
        while position + 1 < text.count {
            if text[position] == UInt8(ascii: "*"), text[position + 1] == UInt8(ascii: "/") {
                position += 2
                return
            }
            position += 1
        }
        throw ExpressionError(
            .syntax, "a comment is not closed", range: start..<start + 2, help: "end it with */")
    }

    // MARK: Quotes

    /// The content of a quoted token; a doubled quote stands for itself.
    private mutating func quoted(_ quote: UInt8, _ what: String) throws(ExpressionError) -> String {
        let start = position
        var content: [UInt8] = []
        position += 1
        while let byte = byte(at: position) {
            position += 1
            if byte == quote {
                guard self.byte(at: position) == quote else {
                    return try decoded(content, start..<position)
                }
                position += 1
            }
            content.append(byte)
        }
        let mark = String(decoding: [quote], as: UTF8.self)
        throw ExpressionError(
            .syntax, "the \(what) that begins here is not closed", range: start..<start + 1,
            help: "end it with \(mark); a \(mark) inside is written \(mark)\(mark)")
    }

    private mutating func quotedName(_ quote: UInt8) throws(ExpressionError) -> Token {
        let start = position
        let name = try quoted(quote, "name")
        guard !name.isEmpty else {
            throw ExpressionError(.syntax, "a quoted name is empty", range: start..<position)
        }
        return Token(kind: .quotedName(name), range: start..<position)
    }

    private func decoded(_ bytes: [UInt8], _ range: Range<Int>) throws(ExpressionError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ExpressionError(.syntax, "the text here is not UTF-8", range: range)
        }
        return text
    }

    // MARK: Numbers

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private mutating func skipDigits() {
        while let next = byte(at: position), Self.isDigit(next) { position += 1 }
    }

    private mutating func number() throws(ExpressionError) -> Token {
        let start = position
        var isInteger = true
        var isDouble = false
        skipDigits()
        if byte(at: position) == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            skipDigits()
        }
        if byte(at: position) == UInt8(ascii: "e") || byte(at: position) == UInt8(ascii: "E") {
            isInteger = false
            isDouble = true
            position += 1
            if byte(at: position) == UInt8(ascii: "+") || byte(at: position) == UInt8(ascii: "-") {
                position += 1
            }
            guard byte(at: position).map(Self.isDigit) ?? false else {
                throw ExpressionError(
                    .badLiteral, "the exponent of this number has no digits",
                    range: start..<position)
            }
            skipDigits()
        }
        let digits = String(decoding: text[start..<position], as: UTF8.self)
        let range = start..<position
        if let next = try word() {
            throw ExpressionError(
                .syntax, "a name may not begin with a digit", range: start..<next.range.upperBound,
                help: "quote it: \"\(digits)\(Self.text(of: next))\"")
        }
        if isInteger { return Token(kind: .integer(UInt64(digits)), range: range) }
        if !isDouble { return Token(kind: try Self.decimal(digits, range), range: range) }
        guard let value = Double(digits), value.isFinite else {
            throw ExpressionError(
                .badLiteral, "\(digits.prefix(40)) is outside the range of DOUBLE", range: range)
        }
        return Token(kind: .double(value), range: range)
    }

    /// Digits and one point. Calcite: without digits behind the point it is an integer.
    private static func decimal(
        _ text: String, _ range: Range<Int>
    ) throws(ExpressionError) -> Token.Kind {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let fraction = parts.last, !fraction.isEmpty else {
            return .integer(UInt64(parts[0]))
        }
        let digits = parts[0] + fraction
        guard digits.utf8.count <= LogicalType.decimalPrecisionMax, let value = Int128(digits)
        else {
            throw ExpressionError(
                .badLiteral,
                "this number has more than \(LogicalType.decimalPrecisionMax) digits", range: range,
                help: "with an exponent it is a DOUBLE: 1.5E0")
        }
        return .decimal(
            DecimalLiteral(
                unscaled: value, precision: digits.utf8.count, scale: fraction.utf8.count))
    }

    private static func text(of token: Token) -> String {
        if case .word(let text) = token.kind { text } else { "" }
    }

    // MARK: Names and symbols

    /// An unquoted name: letters of any script, digits and underscores. Nil if none starts here.
    private mutating func word() throws(ExpressionError) -> Token? {
        let start = position
        while let first = byte(at: position) {
            if first < 0x80 {
                let isLetter = (first | 0x20) >= 0x61 && (first | 0x20) <= 0x7A
                let isInner =
                    first == UInt8(ascii: "_") || (Self.isDigit(first) && position > start)
                guard isLetter || isInner else { break }
                position += 1
            } else {
                let (scalar, width) = try scalarHere()
                guard scalar.properties.isAlphabetic else { break }
                position += width
            }
        }
        guard position > start else { return nil }
        let name = String(decoding: text[start..<position], as: UTF8.self)
        return Token(kind: .word(name), range: start..<position)
    }

    /// The code point at the position, which is not ASCII.
    private func scalarHere() throws(ExpressionError) -> (Unicode.Scalar, width: Int) {
        let end = min(position + 4, text.count)
        for width in stride(from: end - position, to: 1, by: -1) {
            let bytes = text[position..<position + width]
            if let decoded = String(validating: bytes, as: UTF8.self),
                let scalar = decoded.unicodeScalars.first, decoded.unicodeScalars.count == 1
            {
                return (scalar, width)
            }
        }
        throw ExpressionError(
            .syntax, "the byte 0x\(String(text[position], radix: 16)) here is not UTF-8",
            range: position..<position + 1)
    }

    private static let singles: [UInt8: String] = table("+-*/%=<>()[],.")

    private static func table(_ characters: String) -> [UInt8: String] {
        Dictionary(
            uniqueKeysWithValues: characters.utf8.map {
                ($0, String(decoding: [$0], as: UTF8.self))
            })
    }

    private mutating func symbol() throws(ExpressionError) -> Token {
        let start = position
        let symbol: String
        switch (text[position], byte(at: position + 1) ?? 0) {
        case (UInt8(ascii: "<"), UInt8(ascii: ">")): symbol = "<>"
        case (UInt8(ascii: "!"), UInt8(ascii: "=")): symbol = "!="
        case (UInt8(ascii: "<"), UInt8(ascii: "=")): symbol = "<="
        case (UInt8(ascii: ">"), UInt8(ascii: "=")): symbol = ">="
        case (UInt8(ascii: "|"), UInt8(ascii: "|")): symbol = "||"
        case (let first, _):
            guard let single = Self.singles[first] else { throw try unexpectedCharacter() }
            symbol = single
        }
        position += symbol.utf8.count
        return Token(kind: .symbol(symbol), range: start..<position)
    }

    private func unexpectedCharacter() throws(ExpressionError) -> ExpressionError {
        let first = text[position]
        var shown = "\\u{\(String(first, radix: 16))}"
        var width = 1
        if first >= 0x80 {
            let (scalar, scalarWidth) = try scalarHere()
            shown = String(Character(scalar))
            width = scalarWidth
        } else if first >= 0x20 && first < 0x7F {
            shown = String(Character(Unicode.Scalar(first)))
        }
        let help: String? =
            switch shown {
            case "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}":
                "quote text with ' and names with \""
            case ";": "an expression ends without `;`"
            case "&": "write AND"
            case "|": "write OR, or || to join texts"
            case "!": "write NOT, or <>"
            case "?", ":", "{", "}":
                "the language is that of SQL scalars: CASE WHEN .. THEN .. ELSE .. END"
            default: nil
            }
        return ExpressionError(
            .syntax, "unexpected character `\(shown)`", range: position..<position + width,
            help: help)
    }

    /// `$topic`: the name of what a connector knows of a record.
    private mutating func metadataName() throws(ExpressionError) -> Token {
        let start = position
        position += 1
        guard let name = try word(), case .word(let text) = name.kind else {
            throw ExpressionError(
                .syntax, "a name follows `$`", range: start..<start + 1,
                help: "for example $topic, $offset or $headers['k']")
        }
        return Token(kind: .quotedName("$" + text), range: start..<name.range.upperBound)
    }
}
