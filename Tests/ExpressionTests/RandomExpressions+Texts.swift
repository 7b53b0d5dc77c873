import StreamCore

@testable import Expression

/// Calls of the functions of texts and numbers.
extension RandomExpressions {
    mutating func textCondition(_ depth: Int) -> String {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: "\(pick(["IS_ALPHA", "IS_DECIMAL", "IS_DIGIT"]))(\(text(depth)))"
        case 1: "\(pick(["STARTSWITH", "ENDSWITH"]))(\(text(depth)), \(text(0)))"
        default: "STARTSWITH(y, CAST(\(text(0)) AS BYTES))"
        }
    }

    mutating func textNumber(_ depth: Int) -> String {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: "ASCII(\(text(depth)))"
        case 1: "INSTR(\(text(depth)), \(text(0)))"
        case 2: "LOCATE(\(text(0)), \(text(depth)))"
        default: "LOCATE(\(text(0)), \(text(depth)), \(pick(["i", "j", "2", "l"])))"
        }
    }

    mutating func mathCall(_ depth: Int) -> String {
        let unary = MathFunction.allCases.map(\.rawValue).filter {
            !["POWER", "ATAN2", "LOG"].contains($0)
        }
        return switch Int.random(in: 0..<4, using: &random) {
        case 0: "\(pick(["POWER", "ATAN2", "LOG"]))(\(double(depth)), \(number(0)))"
        case 1: "\(pick(["PI()", "E()"]))"
        default: "\(pick(unary))(\(number(depth)))"
        }
    }

    mutating func madeText(_ depth: Int) -> String {
        switch Int.random(in: 0..<9, using: &random) {
        case 0: "\(pick(["REVERSE", "INITCAP"]))(\(text(depth)))"
        case 1: "REPEAT(\(text(depth)), \(pick(["i", "j", "3", "l"])))"
        case 2:
            "\(pick(["LPAD", "RPAD"]))(\(text(depth)), \(pick(["i", "j", "5", "40"])), \(text(0)))"
        case 3: "SPLIT_INDEX(\(text(depth)), \(text(0)), \(pick(["0", "1", "i"])))"
        case 4: "CONCAT_WS(\(text(0)), \(text(depth)), s, \(text(depth)))"
        case 5: "OVERLAY(\(text(depth)) PLACING \(text(0)) FROM \(pick(["i", "j", "2"])))"
        case 6:
            "OVERLAY(\(text(depth)) PLACING \(text(0)) FROM \(integer(0)) FOR \(pick(["i", "l"])))"
        case 7: "TRANSLATE(\(text(depth)), \(text(0)), \(text(0)))"
        default: "PARSE_URL(\(url(depth)), \(urlPart()))"
        }
    }

    private mutating func url(_ depth: Int) -> String {
        let scheme = pick(["'https:'", "'file:'", "''", "s"])
        let authority = pick(["'//u:p@example.org:8080'", "'//h'", "''"])
        let rest = pick(["'/a/b?k=1&l=2#r'", "'?k=&k=2'", "'#'", "'/p'", text(depth)])
        return "CONCAT(\(scheme), \(authority), \(rest))"
    }

    private mutating func urlPart() -> String {
        pick([
            "'HOST'", "'PATH'", "'QUERY'", "'REF'", "'PROTOCOL'", "'AUTHORITY'", "'FILE'",
            "'USERINFO'", "'QUERY', 'k'", "'PATH', 'k'",
        ])
    }

    mutating func encodedText(_ depth: Int) -> String {
        let charset = pick(Charset.allCases.map { "'\($0.rawValue)'" })
        return switch Int.random(in: 0..<9, using: &random) {
        case 0: "CHR(\(pick([integer(depth), bigint(depth)])))"
        case 1: "HEX(ENCODE(\(text(depth)), \(charset)))"
        case 2: "DECODE(\(pick(["y", "UNHEX(\(text(depth)))"])), \(charset))"
        case 3: "TO_BASE64(\(pick(["y", text(depth)])))"
        case 4: "FROM_BASE64(\(pick([text(depth), "TO_BASE64(\(text(depth)))"])))"
        case 5: "\(pick(["URL_ENCODE", "URL_DECODE"]))(\(text(depth)))"
        case 6: "\(pick(["BIN", "HEX"]))(\(bigint(depth)))"
        case 7: "HEX(\(pick([text(depth), "y", "UNHEX(\(text(0)))"])))"
        default: hashCall(depth)
        }
    }

    private mutating func hashCall(_ depth: Int) -> String {
        let bits = pick(["256", "512", "224", "384", "i"])
        let simple = pick(HashFunction.allCases.map(\.rawValue))
        return pick(["\(simple)(\(pick(["y", text(depth)])))", "SHA2(\(text(depth)), \(bits))"])
    }
}
