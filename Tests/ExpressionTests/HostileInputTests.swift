import StreamCore
import Testing

@testable import Expression

/// Input that is meant to break something gives an error, or a value, and never a trap.
@Suite struct HostileInputTests {
    private func code(_ bytes: [UInt8]) -> String {
        do {
            let syntax = try ExpressionParser.parse(utf8: bytes)
            _ = try ExpressionChecker.check(syntax, in: SchemaScope(RandomExpressions.schema))
            return "fine"
        } catch {
            return error.errors[0].code.rawValue
        }
    }

    private func code(_ text: String) -> String { code(Array(text.utf8)) }

    @Test func deepNestingIsRefused() {
        let many = 10_000
        #expect(
            code(String(repeating: "(", count: many) + "1" + String(repeating: ")", count: many))
                == "E1115")
        #expect(code(String(repeating: "NOT ", count: many) + "b") == "E1115")
        #expect(code(String(repeating: "- ", count: many) + "i") == "E1115")
        #expect(code(String(repeating: "i + ", count: many) + "i") == "E1115")
        #expect(code(String(repeating: "ABS(", count: 9_000) + "i") == "E1115")
        #expect(code(String(repeating: "CASE WHEN b THEN ", count: 3_000)) == "E1115")
        #expect(code("i" + String(repeating: " IS NULL", count: 5_000)) == "E1115")
        #expect(code("a" + String(repeating: ".a", count: 10_000)) == "E1115")
        #expect(code("a" + String(repeating: "[0]", count: 10_000)) == "E1115")
    }

    @Test func nestingWithinTheLimitWorksToTheEnd() throws {
        let depth = ExpressionParser.depthMax - 2
        let sum = String(repeating: "i + ", count: depth) + "0"
        let values = try evaluate(sum, RowSchema([Field(name: "i", type: .int)]), [[1], [nil]])
        #expect(values == [.integer(Int64(depth)), .null])
        let parentheses =
            String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
        #expect(try constant(parentheses) == "1")
    }

    @Test func longChainsOfAndAreFlat() throws {
        let chain = Array(repeating: "i > 0", count: 5_000).joined(separator: " AND ")
        let values = try evaluate(
            chain, RowSchema([Field(name: "i", type: .int)]), [[1], [0], [nil]])
        #expect(values == [true, false, nil])
    }

    @Test func aMegabyteIsRefusedByItsLength() {
        #expect(code([UInt8](repeating: UInt8(ascii: "1"), count: 1 << 20)) == "E1115")
        #expect(code([UInt8](repeating: 0, count: 1 << 20)) == "E1115")
    }

    @Test func strangeBytesAreNamed() {
        #expect(code([0]) == "E1101")
        #expect(code([0xFF, 0xFE]) == "E1101")
        #expect(code(Array("'".utf8) + [0xC3] + Array("'".utf8)) == "E1101")
        #expect(code(Array("\"".utf8) + [0x80] + Array("\"".utf8)) == "E1101")
        #expect(code([0xE2, 0x82]) == "E1101")
        #expect(code([0xF0, 0x9F, 0x99, 0x82]) == "E1101")
        #expect(code(Array("b OR ".utf8) + [0xC0, 0x80]) == "E1101")
    }

    @Test(arguments: Array(1...12) as [UInt64])
    func randomBytesAndBrokenExpressionsNeverTrap(seed: UInt64) throws {
        var generator = RandomExpressions(random: SplitMix64(state: seed))
        let noise =
            Array("()[]'\"`.,*/%-+<>=!|$; eE019abNOT IN CASE END AS".utf8) + [0, 0x80, 0xC3, 0xFF]
        for _ in 0..<60 {
            var bytes = Array(generator.expression(3).utf8)
            for _ in 0..<Int.random(in: 1...6, using: &generator.random) {
                let place = Int.random(in: 0..<bytes.count, using: &generator.random)
                bytes[place] = noise.randomElement(using: &generator.random)!
                if Bool.random(using: &generator.random) { bytes.remove(at: place) }
                if bytes.isEmpty { bytes = [0x28] }
            }
            _ = code(bytes)
        }
    }

    @Test(arguments: Array(1...8) as [UInt64])
    func textsThatAreNotUTF8PassThroughEveryFunction(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let pool: [UInt8] = [
            0x41, 0x20, 0x80, 0xBF, 0xC3, 0xA9, 0xE2, 0x82, 0xF0, 0x9F, 0xFF, 0x00, 0xCE, 0xA3,
        ]
        let rows: [[Value]] = (0..<64).map { _ in
            let count = Int.random(in: 0...9, using: &random)
            let bytes = (0..<count).map { _ in pool.randomElement(using: &random)! }
            return [.text(bytes), .text(Array(bytes.reversed()))]
        }
        let schema = RowSchema([Field(name: "s", type: .string), Field(name: "t", type: .string)])
        for text in [
            "LOWER(s)", "UPPER(s)", "TRIM(s)", "TRIM(BOTH t FROM s)", "CHAR_LENGTH(s)",
            "SUBSTRING(s, 2, 2)",
            "SUBSTRING(s, -2)", "LEFT(s, 2)", "RIGHT(s, 2)", "POSITION(t IN s)",
            "REPLACE(s, LEFT(t, 1), 'x')",
            "s || t", "s LIKE '_%_'", "s LIKE t", "s LIKE t ESCAPE 'A'", "TRY_CAST(s AS INT)",
            "TRY_CAST(s AS DOUBLE)",
            "TRY_CAST(s AS BOOLEAN)", "TRY_CAST(CAST(s AS BYTES) AS STRING)", "s IN ('A', 'B')",
            "s < t",
        ] {
            let compiled = CompiledExpression(try typed(text, schema))
            let batch = makeBatch(schema, rows)
            do {
                let column = try compiled.evaluate(batch: batch)
                withExtendedLifetime(compiled) { for row in rows.indices { _ = column.value(row) } }
            } catch {
                #expect(error.code == .badPattern, "\(text): \(error.message)")
            }
        }
    }

    @Test func aMegabyteOfTextInOneValueIsComputed() throws {
        let long = Value.text([UInt8](repeating: UInt8(ascii: "A"), count: 1 << 20))
        let schema = RowSchema([Field(name: "s", type: .string)])
        #expect(
            try evaluate("CHAR_LENGTH(LOWER(s) || s)", schema, [[long], [nil]]) == [
                .integer(2 << 20), nil,
            ])
        #expect(try evaluate("TRY_CAST(s AS DOUBLE)", schema, [[long]]) == [nil])
    }

    @Test func aTextBeyondTheLimitIsAnErrorOfItsRow() throws {
        let long = Value.text([UInt8](repeating: UInt8(ascii: "A"), count: 1 << 20))
        let schema = RowSchema([Field(name: "s", type: .string)])
        let sum = Array(repeating: "s", count: 17).joined(separator: " || ")
        let compiled = CompiledExpression(try typed(sum, schema))
        #expect(throws: EvaluationError.self) {
            try compiled.evaluate(batch: makeBatch(schema, [["a"], [long]]))
        }
    }

    @Test func messagesQuoteAtMost256EscapedBytes() throws {
        let schema = RowSchema([Field(name: "s", type: .string)])
        let value = Value.text(
            Array("\u{1B}[31m\n".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 5_000))
        let compiled = CompiledExpression(try typed("CAST(s AS INT)", schema))
        do {
            _ = try compiled.evaluate(batch: makeBatch(schema, [["1"], [value], ["z"]]))
            Issue.record("this is not a number")
        } catch {
            #expect(error.row == 1)
            #expect(error.failedRows == [1, 2])
            #expect(error.code == .badCast)
            #expect(error.message.utf8.count < 400)
            #expect(!error.message.contains("\u{1B}") && !error.message.contains("\n"))
            #expect(error.message.contains("(5006 bytes)"))
        }
    }
}
