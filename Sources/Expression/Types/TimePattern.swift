internal import StreamCore

/// A pattern of a date or a time, as Java's `DateTimeFormatter` and `SimpleDateFormat` write them:
/// `yyyy-MM-dd HH:mm:ss.SSS`.
///
/// The letters that both know and that mean the same in English: y u M L d D E a H h k K m s S X x
/// Z. Everything else is refused when the expression is checked.
struct TimePattern: Hashable, Sendable {
    enum Field: Hashable, Sendable {
        case year(width: Int)
        case month(width: Int)
        /// `Jan` or `January`.
        case monthName(isLong: Bool)
        case day(width: Int)
        case dayOfYear(width: Int)
        /// `Mon` or `Monday`.
        case weekday(isLong: Bool)
        case halfDay
        /// 0 to 23, 1 to 24, 0 to 11, 1 to 12.
        case hour(width: Int, isHalf: Bool, isFromOne: Bool)
        case minute(width: Int)
        case second(width: Int)
        /// Digits of a second's fraction.
        case fraction(width: Int)
        /// `+02`, `+0200`, `+02:00`; `Z` for none where allowed.
        case offset(hasMinutes: Bool, hasColon: Bool, usesZ: Bool)
        case literal([UInt8])
    }

    let fields: [Field]
    let text: String

    /// What is wrong with a pattern.
    struct Failure: Error { let message: String }

    static let timestamp = TimePattern(
        fields: [
            .year(width: 4), .literal([0x2D]), .month(width: 2), .literal([0x2D]), .day(width: 2),
            .literal([0x20]), .hour(width: 2, isHalf: false, isFromOne: false), .literal([0x3A]),
            .minute(width: 2), .literal([0x3A]), .second(width: 2),
        ], text: "yyyy-MM-dd HH:mm:ss")

    private init(fields: [Field], text: String) {
        self.fields = fields
        self.text = text
    }

    /// Letters of one field, at most.
    private static let widthMax = 9
    /// Bytes of a pattern, at most.
    private static let byteCountMax = 256

    init(_ text: String) throws(Failure) {
        guard text.utf8.count <= Self.byteCountMax else {
            throw Failure(message: "the pattern has more than \(Self.byteCountMax) bytes")
        }
        var fields: [Field] = []
        var literal: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.first {
            let isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
            if byte == UInt8(ascii: "'") {
                literal += try Self.quoted(&rest)
            } else if isLetter {
                if !literal.isEmpty { fields.append(.literal(literal)) }
                literal = []
                let width = rest.prefix { $0 == byte }.count
                rest = rest.dropFirst(width)
                fields.append(try Self.field(Character(Unicode.Scalar(byte)), width))
            } else if "[]{}#".utf8.contains(byte) {
                throw Failure(
                    message: "`\(Character(Unicode.Scalar(byte)))` in a pattern is not built; "
                        + "quote it to mean itself")
            } else {
                literal.append(byte)
                rest = rest.dropFirst()
            }
        }
        if !literal.isEmpty { fields.append(.literal(literal)) }
        self.init(fields: fields, text: text)
    }

    /// Text in quotes; two quotes are one.
    private static func quoted(_ rest: inout ArraySlice<UInt8>) throws(Failure) -> [UInt8] {
        let quote = UInt8(ascii: "'")
        rest = rest.dropFirst()
        if rest.first == quote {
            rest = rest.dropFirst()
            return [quote]
        }
        var text: [UInt8] = []
        while let byte = rest.first {
            rest = rest.dropFirst()
            guard byte == quote else {
                text.append(byte)
                continue
            }
            guard rest.first == quote else { return text }
            text.append(quote)
            rest = rest.dropFirst()
        }
        throw Failure(message: "a quote in the pattern is not closed")
    }

    private static func field(_ letter: Character, _ width: Int) throws(Failure) -> Field {
        let isLong = width > 3
        switch (letter, width) {
        case ("y", 1), ("y", 2), ("y", 4), ("u", 1), ("u", 2), ("u", 4): return .year(width: width)
        case ("M", 1...2), ("L", 1...2): return .month(width: width)
        case ("M", 3...4), ("L", 3...4): return .monthName(isLong: isLong)
        case ("d", 1...2): return .day(width: width)
        case ("D", 1...3): return .dayOfYear(width: width)
        case ("E", 1...4): return .weekday(isLong: isLong)
        case ("a", 1): return .halfDay
        case ("H", 1...2): return .hour(width: width, isHalf: false, isFromOne: false)
        case ("k", 1...2): return .hour(width: width, isHalf: false, isFromOne: true)
        case ("K", 1...2): return .hour(width: width, isHalf: true, isFromOne: false)
        case ("h", 1...2): return .hour(width: width, isHalf: true, isFromOne: true)
        case ("m", 1...2): return .minute(width: width)
        case ("s", 1...2): return .second(width: width)
        case ("S", 1...widthMax): return .fraction(width: width)
        case ("X", 1...3), ("x", 1...3):
            return .offset(hasMinutes: width > 1, hasColon: width == 3, usesZ: letter == "X")
        case ("Z", 1...3): return .offset(hasMinutes: true, hasColon: false, usesZ: false)
        default:
            throw Failure(
                message: "`\(String(repeating: letter, count: min(width, 12)))` in a pattern is "
                    + "not built")
        }
    }

    /// Whether texts of it say how far their clock is ahead of UTC.
    var hasOffset: Bool {
        fields.contains { if case .offset = $0 { true } else { false } }
    }

    // MARK: Names

    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ].map { Array($0.utf8) }
    static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ].map { Array($0.utf8) }

    /// Bytes of the longest text of this pattern.
    var byteCountMax: Int {
        fields.reduce(0) { total, field in
            if case .literal(let bytes) = field { total + bytes.count } else { total + 22 }
        }
    }
}
