/// A word of the text, with its place.
struct Token {
    enum Kind: Equatable {
        /// An unquoted word: a name or a keyword.
        case word(String)
        /// A name in double quotes or backticks: never a keyword.
        case quotedName(String)
        case string(String)
        /// Digits only; nil if more than 64 bits.
        case integer(UInt64?)
        case double(Double)
        /// Digits with a point among or before them.
        case decimal(DecimalLiteral)
        case symbol(String)
        case end
    }

    let kind: Kind
    /// UTF-8 offsets into the text.
    let range: Range<Int>

    /// The word in upper case, if it is an unquoted one.
    let keyword: String?

    init(kind: Kind, range: Range<Int>) {
        self.kind = kind
        self.range = range
        if case .word(let text) = kind { keyword = text.uppercased() } else { keyword = nil }
    }

    func isKeyword(_ name: String) -> Bool { keyword == name }
    func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }

    /// How the token is named in a message.
    var shown: String {
        switch kind {
        case .word(let text): "`\(text)`"
        case .quotedName(let text): "`\"\(text)\"`"
        case .string: "a text in quotes"
        case .integer, .double, .decimal: "a number"
        case .symbol(let text): "`\(text)`"
        case .end: "the end of the expression"
        }
    }
}
