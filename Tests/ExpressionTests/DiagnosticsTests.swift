import StreamCore
import Testing

@testable import Expression

/// What is said about expressions that are wrong: code, place, help.
@Suite struct DiagnosticsTests {
    static let schema = RowSchema([
        Field(name: "color", type: .string, isNullable: false),
        Field(name: "weight", type: .double),
        Field(name: "count", type: .int),
        Field(name: "address", type: .row([Field(name: "zip", type: .string)])),
        Field(name: "tags", type: .array(.string)),
    ])

    /// The errors as `code start..<end`, with a part of the message or help of the first.
    private func errors(_ text: String) -> [ExpressionError] {
        do {
            _ = try typed(text, Self.schema)
            return []
        } catch let errors as ExpressionErrors {
            return errors.errors
        } catch {
            Issue.record("\(error)")
            return []
        }
    }

    @Test(arguments: ["NULL.a", "NULL[1]", "NULL['a']", "NULL[count]", "NULL.a.b - 1"])
    func aPartOfAnUntypedNullIsOneError(text: String) {
        #expect(errors(text).map(\.code) == [.untypedNull])
    }

    @Test(arguments: [
        ("", "E1101", 0..<0, "empty"), ("  ", "E1101", 0..<0, "empty"),
        ("weight >", "E1101", 8..<8, "expected a value, found the end"),
        ("weight > > 1", "E1101", 9..<10, "expected a value, found `>`"),
        ("(weight > 1", "E1101", 11..<11, "`)`"),
        ("weight 1", "E1101", 7..<8, "an operator or the end"),
        ("'abc", "E1101", 0..<1, "not closed"), ("\"abc", "E1101", 0..<1, "not closed"),
        ("/* x", "E1101", 0..<2, "not closed"), ("color == 'a'", "E1101", 7..<8, "found `=`"),
        ("color = ’grey’", "E1101", 8..<11, "’"), ("weight > 1;", "E1101", 10..<11, ";"),
        ("weight & 1", "E1101", 7..<8, "&"), ("\u{0}", "E1101", 0..<1, "\\u{0}"),
        ("1a", "E1101", 0..<2, "begin with a digit"), ("1e", "E1107", 0..<2, "exponent"),
        ("1e999", "E1107", 0..<5, "DOUBLE"), ("9223372036854775808", "E1107", 0..<19, "BIGINT"),
        ("99999999999999999999999", "E1107", 0..<23, "BIGINT"),
        ("CASE color END", "E1101", 11..<14, "WHEN"),
        ("CASE WHEN TRUE 1 END", "E1101", 15..<16, "THEN"),
        ("color IN ()", "E1101", 0..<11, "empty"),
        ("weight BETWEEN 1 OR 2", "E1101", 17..<19, "AND"),
        ("color IS 3", "E1101", 9..<10, "after IS"),
        ("CAST(color AS FOO)", "E1101", 14..<17, "FOO"),
        ("CAST(color, INT)", "E1101", 10..<11, "AS"), ("*", "E1101", 0..<1, "COUNT(*)"),
        ("AND", "E1101", 0..<3, "AND"), ("a.", "E1101", 2..<2, "name"),
        ("a[", "E1101", 2..<2, "value"), ("$", "E1101", 0..<1, "a name follows"),
        ("weight AS w", "E1101", 7..<9, "AS"), ("TRIM(BOTH 'x' color)", "E1101", 14..<19, "FROM"),
    ])
    func syntaxErrorsNameTheirPlace(
        text: String, code: String, range: Range<Int>, part: String
    ) throws {
        let error = try #require(errors(text).first)
        #expect(error.code.rawValue == code)
        #expect(error.range == range)
        #expect(error.message.contains(part), "\(error)")
    }

    @Test(arguments: [
        ("colour = 'a'", "E1102", 0..<6, "did you mean `color`?"),
        ("size > 1", "E1102", 0..<4, "columns: color, weight, count, address, tags"),
        ("address.zap = '1'", "E1102", 0..<11, "did you mean `zip`?"),
        ("weight > color", "E1103", 0..<14, "CAST(color AS DOUBLE), or TRY_CAST"),
        ("color = 1", "E1103", 0..<9, "CAST(color AS INT)"),
        ("address = address", "E1103", 0..<17, ""),
        ("weight IN (1, 'x')", "E1103", 14..<17, "CAST(... AS DOUBLE)"),
        ("color + 1", "E1104", 0..<5, "|| joins texts"),
        ("color - 1", "E1104", 0..<5, "CAST(color AS DOUBLE)"),
        ("-color", "E1104", 1..<6, "CAST(color AS DOUBLE)"),
        ("weight % 2", "E1104", 0..<10, "BIGINT"),
        ("color || weight", "E1104", 9..<15, "CAST(weight AS STRING)"),
        ("NOT weight", "E1104", 4..<10, "weight <> 0"),
        ("LOWER(weight)", "E1104", 6..<12, "CAST(weight AS STRING)"),
        ("count AND TRUE", "E1104", 0..<5, "count <> 0"),
        ("color IS TRUE", "E1104", 0..<5, ""),
        ("weight LIKE 'a'", "E1104", 0..<6, "CAST(weight AS STRING)"),
        ("LOWR(color)", "E1105", 0..<4, "did you mean `LOWER`?"), ("FOO(1)", "E1105", 0..<3, ""),
        ("LOWER(color, color)", "E1106", 0..<19, "LOWER(text)"),
        ("NULLIF(1)", "E1106", 0..<9, "NULLIF(a, b)"),
        ("LOWER(*)", "E1106", 0..<8, ""), ("IFNULL(1, 2, 3)", "E1106", 0..<15, ""),
        ("CASE WHEN TRUE THEN 1 ELSE 'a' END", "E1111", 0..<34, "CAST them"),
        ("COALESCE(color, 1)", "E1111", 0..<18, "CAST them"),
        ("NULL", "E1112", 0..<4, "CAST(NULL AS STRING)"),
        ("COALESCE(NULL, NULL)", "E1112", 0..<20, ""),
        ("CAST(address AS STRING)", "E1114", 0..<23, ""),
        ("CAST(CAST(color AS BYTES) AS INT)", "E1114", 0..<33, ""),
        ("COUNT(*)", "E1109", 0..<5, "`select` of an aggregate"),
        ("SUM(weight) > 1", "E1109", 0..<3, ""),
    ])
    func typeErrorsNameTheirPlaceAndAWayOut(
        text: String, code: String, range: Range<Int>, help: String
    ) throws {
        let error = try #require(errors(text).first)
        #expect(error.code.rawValue == code, "\(error)")
        #expect(error.range == range, "\(error)")
        #expect((error.help ?? "").contains(help), "\(error)")
    }

    @Test(arguments: [
        ("TIME '12:00:00'", "TIME"),
        ("TIMESTAMP_LTZ '2020-01-01 00:00:00'", "TIMESTAMP_LTZ"),
        ("ROW_NUMBER() OVER (ORDER BY a)", "OVER"),
        ("CAST(color AS TIMESTAMP(6))", "TIMESTAMP(6)"), ("CAST(color AS TINYINT)", "TINYINT"),
        ("CAST(color AS VARCHAR(3))", "VARCHAR"),
        ("color IN (SELECT 1)", "query"),
        ("EXISTS (SELECT 1)", "EXISTS"),
        ("x'AB'", "prefix"),
        ("address.*", "`.*`"),
        ("COLLECT(weight)", "COLLECT"),
    ])
    func whatIsNotBuiltIsNamed(text: String, name: String) throws {
        let error = try #require(errors(text).first)
        #expect(error.code == .notBuilt, "\(error)")
        #expect(error.message.contains(name), "\(error)")
        #expect(error.message.contains("not built yet"))
    }

    @Test func severalErrorsAreReportedInTheOrderOfTheText() {
        let found = errors("colour = 'a' AND LOWR(color) = 'b' OR weight > color AND (NOT count)")
        #expect(
            found.map(\.code) == [
                .unknownColumn, .unknownFunction, .cannotCompare, .wrongOperandType,
            ])
        #expect(found.map(\.range.lowerBound) == [0, 17, 38, 62])
    }

    @Test func anErrorIsNotReportedAgainByWhatIsBuiltOnIt() {
        #expect(
            errors("LOWER(colour || 'x') LIKE 'a%' AND nothing + 1 > 2").map(\.code) == [
                .unknownColumn, .unknownColumn,
            ])
    }

    @Test func theExpectedTypeIsHeldAgainstTheWhole() throws {
        let filter = try typed("weight > 1", Self.schema, expecting: .boolean)
        #expect(filter.type == .boolean)
        let widened = try typed("count", Self.schema, expecting: .double)
        #expect(widened.type == .double)
        #expect(try typed("NULL", expecting: .int).type == .int)
        do {
            _ = try typed("color", Self.schema, expecting: .boolean)
            Issue.record("a text is no condition")
        } catch let errors as ExpressionErrors {
            #expect(errors.errors.map(\.code) == [.unexpectedType])
            #expect(errors.errors[0].message == "expected BOOLEAN, this is STRING")
        }
    }
}
