import StreamCore

@testable import Expression

/// Calls with regular expressions; patterns mean the same in RE2 and in Swift's engine.
extension RandomExpressions {
    mutating func pattern() -> String {
        pick([
            "'[a-c]+'", "'e'", "'^a'", "'b$'", "'x*'", "'(a)|(b)'", "'g(r|x)e?'", "'[^a-z]'",
            "'\\d+'", "'.'", "'日'", "''", "'a|'", "s", "t", "'(?<n>r)e'",
        ])
    }

    mutating func regexCondition(_ depth: Int) -> String {
        let pattern = pick([
            "'%'", "'a%'", "'(a|b)_*'", "'[a-z]+'", "'%!%%' ESCAPE '!'", "'_{3}'", "'gr(e|a)y'",
            "''",
        ])
        return "(\(text(depth)) \(pick(["", "NOT "]))SIMILAR TO \(pattern))"
    }

    mutating func regexText(_ depth: Int) -> String {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: "REGEXP_REPLACE(\(text(depth)), \(pattern()), \(text(0)))"
        case 1: "REGEXP_EXTRACT(\(text(depth)), \(pattern()))"
        case 2: "REGEXP_EXTRACT(\(text(depth)), '(a)|(b)', \(pick(["0", "1", "2", "i"])))"
        default: "REGEXP_SUBSTR(\(text(depth)), \(pattern()))"
        }
    }
}
