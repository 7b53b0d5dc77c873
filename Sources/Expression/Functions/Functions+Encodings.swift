internal import StreamCore

/// Texts of codes, bytes and URLs, and digests.
extension FunctionRegistry {
    static let encodingFunctions: [FunctionDefinition] = [
        text(
            "ASCII", .ascii, ["ASCII(text)"], [.of(.string)], .int,
            "The code point of the first character; 0 for the empty text.",
            [FunctionExample("ASCII('abc')", "97")]),
        text(
            "CHR", .chr, ["CHR(n)"], [.of(.bigint)], .string,
            "The character with the code `n` modulo 256; empty below 0.",
            [FunctionExample("CHR(97)", "\"a\""), FunctionExample("CHR(353)", "\"a\"")]),
        charset(
            "ENCODE", ["ENCODE(text, charset)"], .of(.string), .bytes,
            "The text's bytes in a character set; what it has not becomes `?`.",
            [FunctionExample("HEX(ENCODE('é', 'UTF-16LE'))", "\"E900\"")]
        ) { .encode($0) },
        charset(
            "DECODE", ["DECODE(bytes, charset)"], .of(.bytes), .string,
            "The text that bytes in a character set stand for; what is none becomes U+FFFD.",
            [FunctionExample("DECODE(UNHEX('E9'), 'ISO-8859-1')", "\"é\"")]
        ) { .decode($0) },
        text(
            "TO_BASE64", .toBase64, ["TO_BASE64(x)"], [.textOrBytes], .string, canFail: true,
            "A text or bytes in Base64.",
            [FunctionExample("TO_BASE64('hello world')", "\"aGVsbG8gd29ybGQ=\"")]),
        text(
            "FROM_BASE64", .fromBase64, ["FROM_BASE64(text)"], [.of(.string)], .string,
            canFail: true,
            "The text that was encoded. What is not Base64 of UTF-8 is an error.",
            [
                FunctionExample("FROM_BASE64('aGVsbG8gd29ybGQ=')", "\"hello world\""),
                FunctionExample("FROM_BASE64('?')", "E2111"),
            ]),
        text(
            "BIN", .binary, ["BIN(n)"], [.of(.bigint)], .string,
            "The number in binary digits, a negative one as its 64 bits.",
            [FunctionExample("BIN(12)", "\"1100\"")]),
        FunctionDefinition(
            name: "HEX", aliases: [], category: .string, syntax: ["HEX(n)", "HEX(x)"],
            resultType: "STRING",
            summary: "A number, a negative one as its 64 bits, a text or bytes in hexadecimal "
                + "digits. NULL if the argument is NULL.",
            examples: [
                FunctionExample("HEX(255)", "\"FF\""),
                FunctionExample("HEX('hello')", "\"68656C6C6F\""),
            ],
            kind: .scalar(.exactly(1)) { $0.hex($1) }),
        text(
            "UNHEX", .unhex, ["UNHEX(text)"], [.of(.string)], .bytes, isNullable: true,
            "The bytes of hexadecimal digits. NULL for other characters; of an odd number of "
                + "digits the first gives a zero byte.",
            [
                FunctionExample("CAST(UNHEX('68656C6C6F') AS STRING)", "\"hello\""),
                FunctionExample("UNHEX('no')", "null"),
            ]),
        text(
            "PARSE_URL", .parseURL, ["PARSE_URL(url, part[, key])"],
            [.of(.string), .of(.string), .of(.string)], optionalCount: 1, .string,
            isNullable: true,
            "A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, AUTHORITY, FILE or USERINFO; of "
                + "QUERY the value of a key. NULL if there is none.",
            [
                FunctionExample(
                    "PARSE_URL('https://example.org/a?k=v#r', 'HOST')", "\"example.org\""),
                FunctionExample("PARSE_URL('https://example.org/a?k=v', 'QUERY', 'k')", "\"v\""),
            ]),
        text(
            "URL_ENCODE", .urlEncode, ["URL_ENCODE(text)"], [.of(.string)], .string, canFail: true,
            "The text as application/x-www-form-urlencoded, in UTF-8.",
            [FunctionExample("URL_ENCODE('a b&é')", "\"a+b%26%C3%A9\"")]),
        text(
            "URL_DECODE", .urlDecode, ["URL_DECODE(text)"], [.of(.string)], .string,
            isNullable: true, canFail: true,
            "The other way. NULL for a `%` without two digits.",
            [
                FunctionExample("URL_DECODE('a+b%26%C3%A9')", "\"a b&é\""),
                FunctionExample("URL_DECODE('%4')", "null"),
            ]),
    ]

    private static func charset(
        _ name: String, _ syntax: [String], _ parameter: Parameter, _ result: LogicalType,
        _ summary: String, _ examples: [FunctionExample],
        _ function: @escaping @Sendable (Charset) -> TextFunction
    ) -> FunctionDefinition {
        let names = Charset.allCases.map(\.rawValue).joined(separator: ", ")
        return FunctionDefinition(
            name: name, aliases: [], category: .string, syntax: syntax,
            resultType: result.description,
            summary: summary + " The set is one of \(names), the same for every row. NULL if any "
                + "argument is NULL.",
            examples: examples,
            kind: .scalar(.exactly(2)) { checker, site in
                checker.charsetCall(site, parameter, result, names, function)
            })
    }

    static let hashFunctions: [FunctionDefinition] =
        HashFunction.allCases.map { function in
            row(
                function.rawValue, .hash, .hash(function), ["\(function.rawValue)(x)"],
                [.textOrBytes], .string, canFail: true,
                "The \(function.rawValue) digest of a text or bytes in hexadecimal digits.",
                [FunctionExample("LEFT(\(function.rawValue)('abc'), 8)", "\"\(prefix(function))\"")]
            )
        } + [
            FunctionDefinition(
                name: "SHA2", aliases: [], category: .hash, syntax: ["SHA2(x, bits)"],
                resultType: "STRING",
                summary: "The digest of the SHA-2 family with 224, 256, 384 or 512 bits. NULL if "
                    + "any argument is NULL.",
                examples: [FunctionExample("LEFT(SHA2('abc', 256), 8)", "\"ba7816bf\"")],
                kind: .scalar(.exactly(2)) { $0.sha2($1) })
        ]

    /// The first digits of the digest of `abc`.
    private static func prefix(_ function: HashFunction) -> String {
        switch function {
        case .md5: "90015098"
        case .sha1: "a9993e36"
        case .sha224: "23097d22"
        case .sha256: "ba7816bf"
        case .sha384: "cb00753f"
        case .sha512: "ddaf35a1"
        }
    }
}

extension Checker {
    mutating func hex(_ site: CallSite) -> Checked {
        if case .value(let typed) = site.arguments[0].checked, typed.type.isNumeric {
            return rowCall(site, .text(.hexNumber), [.of(.bigint)], .string)
        }
        return rowCall(site, .text(.hex), [.textOrBytes], .string, canFail: true)
    }

    /// The character set is known when the pipeline is checked.
    mutating func charsetCall(
        _ site: CallSite, _ parameter: Parameter, _ result: LogicalType, _ names: String,
        _ function: (Charset) -> TextFunction
    ) -> Checked {
        guard let arguments = arguments(site, [parameter, .of(.string)]) else { return .invalid }
        guard case .bytes(let name)? = constantValue(of: arguments[1]),
            let charset = Charset.named(name)
        else {
            report(
                .badLiteral, "\(site.name) takes one of \(names)", site.arguments[1].syntax.range)
            return .invalid
        }
        return .value(
            make(
                .call(.row(.text(function(charset))), [arguments[0]]), result,
                isNullable: arguments[0].isNullable, canFail: true, over: [arguments[0]],
                site.range))
    }

    mutating func sha2(_ site: CallSite) -> Checked {
        guard let arguments = arguments(site, [.textOrBytes, .of(.bigint)]) else { return .invalid }
        if case .integer(let bits)? = constantValue(of: arguments[1]) {
            guard let function = HashFunction(bitCount: bits) else {
                report(
                    .badLiteral, "SHA2 has 224, 256, 384 or 512 bits",
                    site.arguments[1].syntax.range)
                return .invalid
            }
            return .value(
                make(
                    .call(.row(.hash(function)), [arguments[0]]), .string,
                    isNullable: arguments[0].isNullable, canFail: true, over: [arguments[0]],
                    site.range))
        }
        return .value(
            make(
                .call(.row(.hash(nil)), arguments), .string,
                isNullable: arguments.contains(where: \.isNullable), canFail: true,
                over: arguments, site.range))
    }
}
