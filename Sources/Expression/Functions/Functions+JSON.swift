internal import StreamCore

/// Functions that read and write JSON texts.
extension FunctionRegistry {
    static let jsonFunctions: [FunctionDefinition] = [
        syntax(
            "JSON_VALUE", .json,
            [
                "JSON_VALUE(text, path [RETURNING type] [{NULL | ERROR | DEFAULT x} ON EMPTY] "
                    + "[{NULL | ERROR | DEFAULT x} ON ERROR])"
            ],
            "STRING, or the type after RETURNING: BOOLEAN, INT, BIGINT, DOUBLE",
            "The scalar at a path." + pathRule
                + " Nothing or null there is EMPTY for `lax`; for `strict`, the default, nothing, "
                + "an array, an object, or a text that is not JSON is an ERROR. A value that does "
                + "not fit the type is an ERROR. NULL for NULL, and where no clause says otherwise.",
            [
                FunctionExample("JSON_VALUE('{\"a\": {\"b\": [1, 2]}}', '$.a.b[1]')", "\"2\""),
                FunctionExample("JSON_VALUE('{\"a\": true}', '$.a' RETURNING BOOLEAN)", "true"),
                FunctionExample("JSON_VALUE('{}', 'lax $.b' DEFAULT 'none' ON EMPTY)", "\"none\""),
                FunctionExample(
                    "JSON_VALUE('{}', 'strict $.b' DEFAULT 'none' ON ERROR)", "\"none\""),
                FunctionExample("JSON_VALUE('{', '$.a' ERROR ON ERROR)", "E2112"),
            ]),
        syntax(
            "JSON_QUERY", .json,
            [
                "JSON_QUERY(text, path [{WITHOUT | WITH [CONDITIONAL | UNCONDITIONAL]} [ARRAY] "
                    + "WRAPPER] [{NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR} ON EMPTY] "
                    + "[{NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR} ON ERROR])"
            ],
            "STRING; ARRAY<STRING> where RETURNING says so",
            "The array or object at a path, as it was read." + pathRule + wildcardRule
                + " RETURNING ARRAY<STRING> makes an ARRAY of its elements: strings as they are, other "
                + "values as texts of JSON; what is no array is an error."
                + " A scalar there is as good as nothing, unless it is wrapped into an array. "
                + "EMPTY and ERROR as for JSON_VALUE.",
            [
                FunctionExample("JSON_QUERY('[1, 2]', '$[0]' WITH WRAPPER)", "\"[1]\""),
                FunctionExample("JSON_QUERY('{}', 'lax $.a' EMPTY ARRAY ON EMPTY)", "\"[]\""),
                FunctionExample("JSON_QUERY('{\"a\": 1}', '$.a')", "null"),
                FunctionExample(
                    "JSON_QUERY('{\"a\":[{\"c\":\"c1\"},{\"c\":\"c2\"}]}', 'lax $.a[*].c' RETURNING "
                        + "ARRAY<STRING>)", "\"[\"c1\",\"c2\"]\""),
            ]),
        syntax(
            "JSON_EXISTS", .json,
            ["JSON_EXISTS(text, path [{TRUE | FALSE | UNKNOWN | ERROR} ON ERROR])"], "BOOLEAN",
            "Whether there is a value at a path that is not null." + pathRule
                + " An ERROR, as for JSON_VALUE, gives FALSE if nothing else is said.",
            [
                FunctionExample("JSON_EXISTS('{\"a\": [{\"b\": 1}]}', '$.a[0].b')", "true"),
                FunctionExample("JSON_EXISTS('{\"a\": true}', '$.b')", "false"),
                FunctionExample("JSON_EXISTS('{}', 'strict $.b' TRUE ON ERROR)", "true"),
            ]),
        syntax(
            "IS JSON", .json, ["text IS [NOT] JSON [VALUE | SCALAR | ARRAY | OBJECT]"], "BOOLEAN",
            "Whether the text is JSON, of that kind. FALSE for NULL.",
            [
                FunctionExample("'[1]' IS JSON", "true"),
                FunctionExample("'abc' IS JSON", "false"),
                FunctionExample("'{}' IS NOT JSON ARRAY", "true"),
            ]),
        syntax(
            "JSON_OBJECT", .json,
            ["JSON_OBJECT([[KEY] 'key' VALUE x, ...] [{NULL | ABSENT} ON NULL])"], "STRING",
            "A JSON object, its members in the order of the call. NULL is written as null, if "
                + "nothing else is said. What JSON_OBJECT and JSON_ARRAY give is put in as it is.",
            [
                FunctionExample(
                    "JSON_OBJECT('a' VALUE 1, 'b' VALUE NULL) = '{\"a\":1,\"b\":null}'", "true"),
                FunctionExample("JSON_OBJECT('a' VALUE NULL ABSENT ON NULL)", "\"{}\""),
            ]),
        syntax(
            "JSON_ARRAY", .json, ["JSON_ARRAY([x, ...] [{NULL | ABSENT} ON NULL])"], "STRING",
            "A JSON array. NULLs are left out, if nothing else is said.",
            [
                FunctionExample("JSON_ARRAY(1, JSON_ARRAY(TRUE), NULL)", "\"[1,[true]]\""),
                FunctionExample("JSON_ARRAY(NULL NULL ON NULL)", "\"[null]\""),
            ]),
        FunctionDefinition(
            name: "JSON_STRING", aliases: [], category: .json, syntax: ["JSON_STRING(x)"],
            resultType: "STRING", summary: "The value as JSON. NULL for NULL.",
            examples: [
                FunctionExample("JSON_STRING(1.5)", "\"1.5\""),
                FunctionExample("JSON_STRING(ARRAY[1, 2])", "\"[1,2]\""),
            ],
            kind: .scalar(.exactly(1)) { $0.jsonText($1) }),
        row(
            "JSON_QUOTE", .json, .json(.quote), ["JSON_QUOTE(text)"], [.of(.string)], .string,
            canFail: true, "The text as a JSON string, in quotes.",
            [FunctionExample("CHAR_LENGTH(JSON_QUOTE('ab'))", "4")]),
        row(
            "JSON_UNQUOTE", .json, .json(.unquote), ["JSON_UNQUOTE(text)"], [.of(.string)],
            .string, "The text of a JSON string; what is none is given as it is.",
            [FunctionExample("JSON_UNQUOTE(JSON_QUOTE('ab'))", "\"ab\"")]),
    ]

    private static let pathRule =
        " The path is the same for every row: `$`, then `.name`, `['name']` and `[0]`."
    private static let wildcardRule =
        " With `.*` or `[*]` in the path, which stand for everything in an array or object, the result "
        + "is the array of all values that it leads to, be it empty."
}
