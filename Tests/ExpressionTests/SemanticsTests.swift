import StreamCore
import Testing

@testable import Expression

/// What expressions give, case by case.
@Suite struct SemanticsTests {
    @Test(arguments: FunctionRegistry.all.flatMap(\.examples).filter { $0.result != nil })
    func everyDocumentedExampleGivesItsResult(example: FunctionExample) throws {
        #expect(try constant(example.expression) == example.result)
    }

    @Test(arguments: [
        ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("10 - 4 - 3", "3"), ("-2 * -3", "6"),
        ("- - 5", "5"), ("+5", "5"), ("2 + 3 || ''", "E1104"), ("'a' || 'b' = 'ab'", "true"),
        ("7 / -2", "-3"), ("-7 % 3", "-1"), ("7 % -3", "1"), ("0.1 + 0.2", "0.3"),
        ("0.1E0 + 0.2", "0.30000000000000004"),
        ("1.5e3", "1500.0"), (".5", "0.5"), ("1e308 * 10", "E2102"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("-9223372036854775808 / -1", "E2102"), ("-9223372036854775808 % -1", "0"),
        ("-(-9223372036854775808)", "E2102"), ("ABS(-9223372036854775808)", "E2102"),
        ("9223372036854775807 + 1", "E2102"), ("9223372036854775807 * 2", "E2102"),
        ("-2147483648 - 1", "E2102"), ("-2147483648 / -1", "E2102"), ("-(-2147483648)", "E2102"),
        ("-2147483648 * -1", "E2102"), ("65536 * 65536", "E2102"),
        ("CAST(2147483647 AS BIGINT) * 4", "8589934588"), ("0 / 0.0", "E2101"),
        ("5 % CAST(0 AS BIGINT)", "E2101"),
    ])
    func arithmeticIsThatOfFlinkAndNeverWraps(text: String, result: String) throws {
        #expect(try constantOrCode(text) == result)
    }

    @Test(arguments: [
        ("1 < 2 AND 2 < 1 OR TRUE", "true"), ("NOT FALSE AND FALSE", "false"),
        ("NOT (TRUE AND FALSE)", "true"), ("1 = 1 IS TRUE", "true"),
        ("NULL AND FALSE", "false"), ("NULL AND TRUE", "null"), ("NULL OR TRUE", "true"),
        ("NULL OR FALSE", "null"), ("NOT NULL", "null"), ("NULL = NULL", "null"),
        ("NULL IS NULL", "true"), ("NULL IS NOT NULL", "false"), ("NULL IS TRUE", "false"),
        ("NULL IS NOT TRUE", "true"), ("NULL IS FALSE", "false"), ("FALSE IS NOT FALSE", "false"),
        ("NULL IS UNKNOWN", "true"), ("TRUE IS NOT UNKNOWN", "true"),
        ("NULL IS DISTINCT FROM NULL", "false"), ("1 IS DISTINCT FROM 1.0", "false"),
        ("1 IS DISTINCT FROM NULL", "true"), ("'a' IS NOT DISTINCT FROM 'a'", "true"),
        ("TRUE > FALSE", "true"), ("'a' < 'ab'", "true"), ("'Z' < 'a'", "true"),
        ("'é' > 'z'", "true"), ("-0E0 = 0E0", "true"), ("-0.0 = 0.0", "true"),
        ("9007199254740993 = 9007199254740993", "true"),
        ("2 IN (1, 2)", "true"), ("2 IN (1, 2.0)", "true"), ("3 IN (1, 2)", "false"),
        ("NULL IN (1)", "null"), ("3 NOT IN (1, NULL)", "null"), ("1 NOT IN (1, NULL)", "false"),
        ("TRUE IN (FALSE, TRUE)", "true"), ("3 IN (1,2,3,4,5,6,7,8,9,10,11)", "true"),
        ("'k' IN ('a','b','c','d','e','f','g','h','i','j')", "false"),
        ("'j' IN ('a','b','c','d','e','f','g','h','i','j')", "true"),
        ("1 IN (2, 1 + 0)", "true"), ("2 BETWEEN 1 AND 3 AND TRUE", "true"),
        ("NULL BETWEEN 1 AND 2", "null"), ("3 BETWEEN NULL AND 2", "false"),
        ("1 BETWEEN NULL AND 2", "null"), ("2 NOT BETWEEN 1 AND 3", "false"),
    ])
    func logicIsThreeValued(text: String, result: String) throws {
        #expect(try constantOrCode(text) == result)
    }

    @Test(arguments: [
        ("'abc' LIKE 'abc'", "true"), ("'abc' LIKE 'a%'", "true"), ("'abc' LIKE '%c'", "true"),
        ("'abc' LIKE '%b%'", "true"), ("'abc' LIKE '_b_'", "true"), ("'abc' LIKE '__'", "false"),
        ("'abc' LIKE '%'", "true"), ("'' LIKE '%'", "true"), ("'' LIKE ''", "true"),
        ("'' LIKE '_'", "false"), ("'abc' LIKE ''", "false"), ("'é' LIKE '_'", "true"),
        ("'日本' LIKE '__'", "true"), ("'a%c' LIKE 'a\\%c' ESCAPE '\\'", "true"),
        ("'abc' LIKE 'a\\%c' ESCAPE '\\'", "false"), ("'a\\c' LIKE 'a\\c'", "true"),
        ("'a_c' LIKE 'aé_c' ESCAPE 'é'", "true"), ("'aab' LIKE '%a%b'", "true"),
        ("'mississippi' LIKE '%iss%ip%'", "true"), ("'mississippi' LIKE '%iss%ix%'", "false"),
        ("'abc' NOT LIKE 'a%'", "false"), ("NULL LIKE 'a'", "null"), ("'a' LIKE NULL", "null"),
        ("'a!' LIKE 'a!!' ESCAPE '!'", "true"), ("'a' LIKE 'a!' ESCAPE '!'", "E1107"),
        ("'a' LIKE 'a!b' ESCAPE '!'", "E1107"), ("'a' LIKE 'a' ESCAPE 'xx'", "E1107"),
        ("'line\nbreak' LIKE 'line%break'", "true"), ("'abc' LIKE '%%%c'", "true"),
    ])
    func likeMatchesCodePoints(text: String, result: String) throws {
        #expect(try constantOrCode(text) == result)
    }

    @Test(arguments: [
        ("UPPER('ŉ')", "\"ʼN\""), ("LOWER('İ')", "\"i̇\""), ("LOWER('ΌΔΟΣ')", "\"όδος\""),
        ("LOWER('Σ')", "\"σ\""), ("LOWER('ΑΣ.')", "\"ας.\""), ("LOWER('ΑΣΑ')", "\"ασα\""),
        ("UPPER('ﬃ')", "\"FFI\""), ("UPPER('ΐ')", "\"Ϊ́\""), ("LOWER('ẞ')", "\"ß\""),
        ("LOWER('ABCDEFGHIJKLMNOPQRSTUVWXYZ@[`{')", "\"abcdefghijklmnopqrstuvwxyz@[`{\""),
        ("UPPER('abcdefghijklmnopqrstuvwxyz@[`{')", "\"ABCDEFGHIJKLMNOPQRSTUVWXYZ@[`{\""),
        ("UPPER('𐐨')", "\"𐐀\""), ("LOWER('日本語X')", "\"日本語x\""), ("LOWER('')", "\"\""),
        ("CHAR_LENGTH('日本語')", "3"), ("CHAR_LENGTH('👩‍👧')", "3"), ("LOWER(NULL)", "null"),
        ("TRIM(BOTH 'é' FROM 'éaé')", "\"a\""), ("TRIM(TRAILING FROM ' a ')", "\" a\""),
        ("TRIM('x' FROM 'xax')", "\"a\""), ("TRIM('   ')", "\"\""),
        ("TRIM(BOTH '' FROM ' a')", "\" a\""),
        ("SUBSTRING('日本語', 2, 1)", "\"本\""), ("SUBSTRING('abc', 0)", "\"abc\""),
        ("SUBSTRING('abc', -5)", "\"\""), ("SUBSTRING('abc', -2, 1)", "\"b\""),
        ("SUBSTRING('abc', 2, 9223372036854775807)", "\"bc\""),
        ("SUBSTRING('abc', -9223372036854775808)", "\"\""),
        ("SUBSTRING('abc', 9223372036854775807, 1)", "\"\""), ("SUBSTR('abc', 1, NULL)", "null"),
        ("LEFT('日本', 1)", "\"日\""), ("RIGHT('日本', 1)", "\"本\""), ("RIGHT('ab', 5)", "\"ab\""),
        ("RIGHT('ab', -9223372036854775808)", "\"\""), ("POSITION('本' IN '日本')", "2"),
        ("POSITION('' IN 'abc')", "1"), ("POSITION('ab' IN 'aab')", "2"),
        ("REPLACE('aaa', 'aa', 'b')", "\"ba\""), ("REPLACE('abc', 'b', '')", "\"ac\""),
        ("REPLACE('abc', '', 'x')", "\"abc\""), ("REPLACE('', 'a', 'x')", "\"\""),
        ("CONCAT('a', 'b', 'c')", "\"abc\""), ("'it''s'", "\"it's\""), ("'' || ''", "\"\""),
    ])
    func textFunctionsCountCodePoints(text: String, result: String) throws {
        #expect(try constantOrCode(text) == result)
    }

    @Test(arguments: [
        ("CAST('12' AS INT)", "12"), ("CAST(' -12.9 ' AS BIGINT)", "-12"),
        ("CAST('+7' AS INT)", "7"),
        ("CAST('.5' AS INT)", "0"), ("CAST('' AS INT)", "E2103"), ("CAST('-' AS INT)", "E2103"),
        ("CAST('.' AS INT)", "E2103"), ("CAST('1e3' AS INT)", "E2103"),
        ("CAST('9223372036854775807' AS BIGINT)", "9223372036854775807"),
        ("CAST('-9223372036854775808' AS BIGINT)", "-9223372036854775808"),
        ("CAST('9223372036854775808' AS BIGINT)", "E2103"), ("CAST('2147483648' AS INT)", "E2103"),
        ("CAST('1e3' AS DOUBLE)", "1000.0"), ("CAST('-0' AS DOUBLE)", "-0.0"),
        ("CAST('0.1' AS DOUBLE)", "0.1"), ("CAST('1e400' AS DOUBLE)", "E2103"),
        ("CAST('123456789012345678901234567890' AS DOUBLE)", "1.2345678901234568e+29"),
        ("CAST('NaN' AS DOUBLE)", "E2103"), ("CAST('0x1p3' AS DOUBLE)", "E2103"),
        ("CAST('1e' AS DOUBLE)", "E2103"),
        ("CAST('0.30000000000000004' AS DOUBLE)", "0.30000000000000004"),
        ("CAST('T' AS BOOLEAN)", "true"), ("CAST('No' AS BOOLEAN)", "false"),
        ("CAST('maybe' AS BOOLEAN)", "E2103"), ("TRY_CAST('maybe' AS BOOLEAN)", "null"),
        ("CAST(1e19 AS BIGINT)", "E2103"), ("TRY_CAST(1e19 AS BIGINT)", "null"),
        ("CAST(9.3e18 AS BIGINT)", "E2103"), ("CAST(-2147483648.9E0 AS INT)", "-2147483648"),
        ("CAST(2147483648E0 AS INT)", "E2103"), ("CAST(2 AS BOOLEAN)", "true"),
        ("CAST(TRUE AS DOUBLE)", "1.0"), ("CAST(0E0 AS BOOLEAN)", "false"),
        ("CAST(0.0 AS BOOLEAN)", "E1114"),
        ("CAST(-9223372036854775808 AS STRING)", "\"-9223372036854775808\""),
        ("CAST(0 AS STRING)", "\"0\""), ("CAST(1E7 AS STRING)", "\"1.0E7\""),
        ("CAST(9999999E0 AS STRING)", "\"9999999.0\""), ("CAST(1E-3 AS STRING)", "\"0.001\""),
        ("CAST(12E-5 AS STRING)", "\"1.2E-4\""), ("CAST(-123.456E0 AS STRING)", "\"-123.456\""),
        ("CAST(0E0 AS STRING)", "\"0.0\""), ("CAST(1e300 AS STRING)", "\"1.0E300\""),
        ("CAST(5e-324 AS STRING)", "\"5.0E-324\""), ("CAST(100 AS STRING)", "\"100\""),
        ("CAST(120E0 AS STRING)", "\"120.0\""),
        ("CAST(0.3E0 + 0.6 AS STRING)", "\"0.8999999999999999\""),
        ("CAST(NULL AS INT)", "null"), ("CAST(CAST('é' AS BYTES) AS STRING)", "\"é\""),
        ("CAST(3 AS INT)", "3"), ("TRY_CAST('12' AS INT) + 1", "13"),
    ])
    func castsConvertOrFail(text: String, result: String) throws {
        #expect(try constantOrCode(text) == result)
    }

    @Test(arguments: [
        ("CASE WHEN NULL THEN 1 ELSE 2 END", "2"), ("CASE WHEN FALSE THEN 1 END", "null"),
        ("CASE 1 WHEN 1.0 THEN 'a' END", "\"a\""), ("CASE NULL WHEN 1 THEN 2 END", "E1112"),
        ("CASE WHEN TRUE THEN 1 ELSE 2.5 END", "1.0"),
        ("CASE WHEN TRUE THEN NULL ELSE 2 END", "null"),
        ("COALESCE(NULL, 1, 1 / 0)", "1"), ("COALESCE(CAST(NULL AS INT), 1 / 0)", "E2101"),
        ("NULLIF(1, NULL)", "1"), ("NULLIF(NULL, 1) IS NULL", "true"), ("NULLIF(1 + 1, 2)", "null"),
        ("IF(FALSE, 1 / 0, 5)", "5"), ("GREATEST(1, NULL)", "null"),
        ("LEAST('b', 'a', 'c')", "\"a\""),
        ("TRUE OR 1 / 0 = 1", "true"), ("NULL AND 1 / 0 = 1", "E2101"),
        ("1 / 0 BETWEEN 1 AND 2", "E2101"), ("COALESCE(1.5, 2)", "1.5"),
        ("CASE 1 + 1 WHEN 2 THEN 'two' ELSE 'other' END", "\"two\""),
        ("(1 + 1) IN (1 / 1, 2 * 1)", "true"),
    ])
    func branchesAreComputedOnlyWhereTheyAreTaken(text: String, result: String) throws {
        #expect(try constantOrCode(text) == result)
    }

    /// The value, the run-time code, or the first code of the checker.
    private func constantOrCode(_ text: String) throws -> String {
        if let code = codes(text).first { return code }
        return try constant(text)
    }
}
