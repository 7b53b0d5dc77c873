import StreamCore
import Testing

@testable import Expression

@Suite struct RegexTests {
    private static let schema = RowSchema([
        Field(name: "s", type: .string), Field(name: "p", type: .string),
    ])

    @Test(arguments: [
        // Java's rule for empty matches.
        ("REGEXP_REPLACE('abc', 'x*', '-')", "\"-a-b-c-\""),
        ("REGEXP_REPLACE('aab', 'a*', 'X')", "\"XXbX\""), ("REGEXP_COUNT('日本', '')", "3"),
        ("REGEXP_REPLACE('abc', 'b', '$0\\1')", "\"a$0\\1c\""),
        ("REGEXP_REPLACE('abc', 'z', 'y')", "\"abc\""), ("REGEXP_REPLACE('', '^', 'x')", "\"x\""),
        ("REGEXP('abc', '')", "false"), ("REGEXP('ABC', '(?i)b')", "true"),
        ("REGEXP('a.c', 'a\\.c')", "true"), ("REGEXP('日本', '^..$')", "true"),
        ("REGEXP('x\u{B}y', 'x\\sy')", "true"), ("REGEXP('x\u{A0}y', 'x\\hy')", "true"),
        ("REGEXP('é', '\\u00e9')", "true"), ("REGEXP('aB', '^\\p{Lower}\\p{Upper}$')", "true"),
        ("REGEXP('a1', '^[\\p{Alpha}\\P{Alpha}]+$')", "true"),
        ("REGEXP('a*b', '\\Qa*b\\E')", "true"), ("REGEXP('ab\ncd', '(?m)^cd$')", "true"),
        ("REGEXP('Ω', '\\p{IsGreek}')", "E1131"), ("REGEXP('Ω', '\\p{Greek}')", "true"),
        ("REGEXP('xay', '\\ba')", "false"), ("REGEXP('x ay', '\\ba')", "true"),
        ("REGEXP_EXTRACT('abc', '(b)|(z)', 2)", "null"),
        ("REGEXP_EXTRACT('abc', 'b', -1)", "E1131"), ("REGEXP_EXTRACT('abc', 'b', 1)", "E1131"),
        ("REGEXP_EXTRACT('abc', CAST(NULL AS STRING))", "null"),
        ("REGEXP_EXTRACT('2026-01-02', '(?<year>\\d{4})-(\\d+)', 1)", "\"2026\""),
        ("REGEXP_INSTR('日本語', '語')", "3"), ("REGEXP_INSTR('', '')", "1"),
        ("REGEXP_SUBSTR('aXbYc', '[A-Z]')", "\"X\""), ("REGEXP_COUNT('aaaa', 'aa')", "2"),
        ("'abc' SIMILAR TO 'abc'", "true"), ("'abc' SIMILAR TO 'b'", "false"),
        ("'abc' SIMILAR TO '%(b|x)%'", "true"), ("'a.c' SIMILAR TO 'a.c'", "true"),
        ("'abc' SIMILAR TO 'a.c'", "false"), ("'a\nc' SIMILAR TO 'a_c'", "true"),
        ("'aaa' SIMILAR TO 'a{3}'", "true"), ("'aaa' SIMILAR TO 'a{4,}'", "false"),
        ("'x1' SIMILAR TO '[[:ALPHA:]][[:DIGIT:]]'", "true"), ("'-' SIMILAR TO '[a-]'", "true"),
        ("'^' SIMILAR TO '^'", "true"), ("'b' SIMILAR TO '[^a]'", "true"),
        ("'a|b' SIMILAR TO 'a!|b' ESCAPE '!'", "true"), ("'a' SIMILAR TO 'a!' ESCAPE '!'", "E1131"),
        ("'a' SIMILAR TO '[[:FOO:]]'", "E1131"), ("'a' SIMILAR TO '[a'", "E1131"),
        ("'a' NOT SIMILAR TO 'b'", "true"), ("NULL SIMILAR TO 'b'", "null"),
        ("'grey' SIMILAR TO NULL", "null"), ("'a' || 'b' SIMILAR TO 'ab' AND TRUE", "true"),
    ])
    func patternsMatchAsInFlink(text: String, result: String) throws {
        #expect(try codes(text).first ?? constant(text) == result)
    }

    @Test(arguments: [
        ("(a)\\1", "a back-reference (`\\1`)"), ("(?<n>a)\\k<n>", "a back-reference"),
        ("a(?=b)", "a look-ahead (`(?=`)"), ("a(?!b)", "a look-ahead"),
        ("(?<=a)b", "a look-behind (`(?<=`)"), ("(?<!a)b", "a look-behind"),
        ("(?>a)b", "an atomic group"), ("a*+b", "a possessive quantifier (`*+`)"),
        ("a{2}+", "a possessive quantifier"), ("[a&&b]", "an intersection"),
        ("[a[b]]", "a class inside a class"), ("(?x)a", "the flag `x`"), ("a\\Z", "`\\Z`"),
        ("a(", "missing"), ("[a", "missing"), ("a**", "bad repetition"), ("*", "no argument"),
        ("\\p{Foo}", "invalid"), ("(((a{100}){100}){100}){100}", "repetition"),
    ])
    func whatIsNoPatternIsAnErrorWithItsPlace(pattern: String, part: String) throws {
        for call in ["REGEXP(s, '\(pattern)')", "REGEXP(s, '' || '\(pattern)')"] {
            do {
                _ = try typed(call, Self.schema)
                Issue.record("\(pattern) is no pattern")
            } catch let errors as ExpressionErrors {
                let error = try #require(errors.errors.first)
                #expect(error.code == .badRegex)
                #expect(error.range == 10..<call.utf8.count - 1)
                #expect(error.message.contains(part), "\(error)")
            }
        }
    }

    @Test func aPatternFromDataThatIsNoneIsAnErrorOfItsRow() throws {
        let compiled = CompiledExpression(try typed("REGEXP(s, p)", Self.schema))
        let batch = makeBatch(
            Self.schema, [["a", "a"], ["a", "(?=a)"], [nil, "("], ["a", "["]])
        do {
            _ = try compiled.evaluate(batch: batch)
            Issue.record("two rows have no pattern")
        } catch {
            #expect(error.code == .badPattern)
            #expect(error.failedRows == [1, 3])
            #expect(error.message.contains("'(?=a)' is not a regular expression: a look-ahead"))
        }
    }

    @Test func patternsAreBoundedInLengthAndMemory() throws {
        let long = String(repeating: "a", count: Regex.patternByteCountMax)
        #expect(codes("REGEXP(s, '\(long)')", Self.schema) == [])
        #expect(codes("REGEXP(s, '\(long)a')", Self.schema) == ["E1131"])
        #expect(codes("REGEXP(s, '((\\p{L}{100}){10}){10}')", Self.schema) == ["E1131"])
        let rows: [[Value]] = [["a", .text(long + "a")]]
        #expect(throws: EvaluationError.self) { try evaluate("REGEXP(s, p)", Self.schema, rows) }
    }

    /// More patterns than are kept, in an order that evicts each before it comes again.
    @Test func morePatternsThanAreKeptAreCompiledAgain() throws {
        let count = RegexCache.patternCountMax * 2 + 1
        let rows: [[Value]] = (0..<count * 3).map { row in
            ["x\(row % count)y".value, "^x\(row % count)y$".value]
        }
        #expect(
            try evaluate("REGEXP(s, p)", Self.schema, rows)
                == Array(repeating: true, count: rows.count))
    }

    /// The patterns that make a backtracking engine take exponential time.
    @Test func timeIsLinearInTheText() throws {
        let text = Value.text([UInt8](repeating: UInt8(ascii: "a"), count: 100_000))
        let rows: [[Value]] = [[text, nil]]
        #expect(try evaluate("REGEXP(s, '^(a+)+$')", Self.schema, rows) == [true])
        #expect(try evaluate("REGEXP(s, '(a|a)*b')", Self.schema, rows) == [false])
        #expect(try evaluate("REGEXP_COUNT(s, '(.*)(.*)(.*)x|a')", Self.schema, rows) == [100_000])
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func anyBytesAreAPatternOrAnError(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let pool = Array("ab()[]{}*+?|\\^$.-,:pPQEdsuxk<>=!&0123é日".utf8) + [0xFF, 0x80, 0x00]
        let rows: [[Value]] = (0..<200).map { _ in
            let count = Int.random(in: 0...12, using: &random)
            return [
                "aab", .text((0..<count).map { _ in pool.randomElement(using: &random)! }),
            ]
        }
        for call in ["REGEXP(s, p)", "s SIMILAR TO p", "REGEXP_REPLACE(s, p, s)"] {
            let compiled = CompiledExpression(try typed(call, Self.schema))
            let batch = makeBatch(Self.schema, rows)
            do {
                _ = try compiled.evaluate(batch: batch)
            } catch {
                #expect(error.code == .badPattern)
                for row in error.failedRows { batch.selection.remove(row: row) }
                _ = try compiled.evaluate(batch: batch)
            }
        }
    }
}

extension String {
    var value: Value { .text(Array(utf8)) }
}
