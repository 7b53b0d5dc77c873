import StreamCore

@testable import Expression

/// Random expressions over ARRAY, MAP, ROW and JSON columns, and rows for them.
struct RandomNested {
    var random: SplitMix64

    static let schema = RowSchema([
        Field(name: "a", type: .array(.int)), Field(name: "t", type: .array(.string)),
        Field(name: "m", type: .map(.string, .bigint)),
        Field(
            name: "r",
            type: .row([
                Field(name: "x", type: .int, isNullable: false), Field(name: "s", type: .string),
                Field(name: "d", type: .double), Field(name: "b", type: .boolean),
                Field(name: "l", type: .array(.row([Field(name: "k", type: .string)]))),
            ])),
        Field(name: "j", type: .json), Field(name: "s", type: .string),
        Field(name: "i", type: .int), Field(name: "d", type: .double),
        Field(name: "b", type: .boolean),
    ])

    mutating func pick(_ options: [String]) -> String { options.randomElement(using: &random)! }

    // MARK: Rows

    mutating func row() -> [Value] {
        Self.schema.fields.map { field in
            if Int.random(in: 0..<5, using: &random) == 0 { return .null }
            switch field.name {
            case "i": return .integer(Int64.random(in: -2...3, using: &random))
            case "d": return .double([0, 1.5, -2e10].randomElement(using: &random)!)
            case "b": return .boolean(Bool.random(using: &random))
            case "a": return .text(list(["1", "2", "null", "-7", "2147483647"]))
            case "t": return .text(list(["\"a\"", "\"\\u00e9\\n\"", "null", "\"grey\""]))
            case "m": return .text(object(["1", "null", "9007199254740993"]))
            case "r": return .text(record())
            default: return .text(json(3))
            }
        }
    }

    private mutating func list(_ elements: [String]) -> String {
        let count = Int.random(in: 0...4, using: &random)
        return "[" + (0..<count).map { _ in pick(elements) }.joined(separator: pick([",", " , "]))
            + "]"
    }

    private mutating func object(_ values: [String]) -> String {
        let members = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            pick(["\"a\"", "\"b\"", "\"\\u0061\"", "\"k 1\""]) + pick([":", " : ", ":\n"])
                + pick(values)
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    private mutating func record() -> String {
        // Now and then a member is missing or of another type.
        var members = ["\"x\":\(pick(["1", "-3", "7", "\"no\""]))"]
        if Bool.random(using: &random) { members.append("\"s\": \(pick(["\"a\"", "null", "1"]))") }
        if Bool.random(using: &random) { members.append("\"d\":\(pick(["1.5", "2", "null"]))") }
        if Bool.random(using: &random) { members.append("\"b\" :\(pick(["true", "false"]))") }
        if Bool.random(using: &random) {
            members.append("\"l\":[\(pick(["{\"k\":\"v\"}", "", "{}", "null"]))]")
        }
        if Int.random(in: 0..<8, using: &random) == 0 { members.removeFirst() }
        return "{" + members.joined(separator: ",") + "}"
    }

    private mutating func json(_ depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return pick(["1", "-0.5e1", "1e400", "12345678901234567890", "2147483648"])
        case 1: return pick(["true", "false", "null"])
        case 2: return pick(["\"\"", "\"a\\\"b\"", "\"\\ud83d\\ude42\"", "\"1\"", "\" x \""])
        // What is no JSON.
        case 3:
            return pick(["", "tru", "01", "1.", "\"", "{\"a\":}", "[1,]", "\"\\x\"", "+1", "nul"])
        case 4: return pick(["  1  ", "\t[ ]\n", "{ }", "1 2", "[1 2]", "\"a\" \"b\""])
        case 5: return "{\"a\":\(pick(["1", "\"x\"", "null", "[]", "{}"]))}"
        case 6: return "[" + json(depth - 1) + "," + json(depth - 1) + "]"
        case 7: return "{\"a\":" + json(depth - 1) + ",\"b\":" + json(depth - 1) + "}"
        default: return "{\"a\":1,\"\\u0061\":" + json(depth - 1) + "}"
        }
    }

    // MARK: Expressions

    private mutating func path() -> String {
        pick(["", "lax ", "strict "]) + "$"
            + pick(["", ".a", ".b", "[0]", "[1]", ".a[0]", "[''a'']", ".a.a", "[1].b", ".a.b[0]"])
    }

    mutating func expression() -> String {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: access()
        case 1: collection()
        case 2: jsonValue()
        case 3: jsonQuery()
        case 4: making()
        case 5: splitting()
        case 6:
            "\(pick(["j", "s"])) IS \(pick(["", "NOT "]))JSON \(pick(["", "VALUE", "SCALAR", "ARRAY", "OBJECT"]))"
        default: pick(["JSON_QUOTE(s)", "JSON_UNQUOTE(s)", "JSON_STRING(r)", "JSON_STRING(s)"])
        }
    }

    private mutating func access() -> String {
        pick([
            "a[0]", "a[3]", "t[1]", "m['a']", "m['k 1']", "r.x", "r.s", "r.d", "r.b", "r.l",
            "r.l[0].k", "r.l[0]", "a[i]", "t[i + 1]", "m[s]", "m[t[0]]", "(r).x", "r.l[i].k",
            "COALESCE(a, ARRAY[5])[0]", "a IS NULL", "r.s IS NOT NULL", "r.x + a[0]",
        ])
    }

    private mutating func collection() -> String {
        pick([
            "CARDINALITY(a)", "CARDINALITY(m)", "CARDINALITY(t)", "ELEMENT(a)", "ELEMENT(t)",
            "ARRAY_CONTAINS(a, i)", "ARRAY_CONTAINS(a, 2)", "ARRAY_CONTAINS(t, s)",
            "ARRAY_CONTAINS(t, 'grey')", "ARRAY_CONTAINS(t, NULL)",
            "ARRAY_CONTAINS(ARRAY[d, 1], d)",
            "ARRAY_CONTAINS(ARRAY[b], TRUE)",
        ])
    }

    private mutating func jsonValue() -> String {
        let onEmpty = pick(["", " NULL ON EMPTY", " ERROR ON EMPTY"])
        let onError = pick(["", " NULL ON ERROR", " ERROR ON ERROR"])
        let call = "JSON_VALUE(\(pick(["j", "s"])), '\(path())'"
        return switch Int.random(in: 0..<5, using: &random) {
        case 0: call + " RETURNING INT\(onEmpty) DEFAULT i ON ERROR)"
        case 1: call + " RETURNING DOUBLE DEFAULT d ON EMPTY\(onError))"
        case 2: call + " RETURNING BOOLEAN\(onEmpty)\(onError))"
        case 3: call + " RETURNING BIGINT\(onEmpty)\(onError))"
        default: call + " DEFAULT s ON EMPTY DEFAULT 'no' ON ERROR)"
        }
    }

    private mutating func jsonQuery() -> String {
        let wrapper = pick([
            "", " WITHOUT WRAPPER", " WITH WRAPPER", " WITH CONDITIONAL ARRAY WRAPPER",
        ])
        let onEmpty = pick(["", " EMPTY ARRAY ON EMPTY", " ERROR ON EMPTY"])
        let onError = pick(["", " EMPTY OBJECT ON ERROR", " ERROR ON ERROR"])
        let exists = pick(["", " TRUE ON ERROR", " UNKNOWN ON ERROR", " ERROR ON ERROR"])
        return pick([
            "JSON_QUERY(j, '\(path())'\(wrapper)\(onEmpty)\(onError))",
            "JSON_EXISTS(\(pick(["j", "s"])), '\(path())'\(exists))",
        ])
    }

    private mutating func making() -> String {
        let null = pick(["", " NULL ON NULL", " ABSENT ON NULL"])
        return pick([
            "ARRAY[i, 1, a[0]]", "ARRAY[s, 'x']", "ARRAY[a, ARRAY[i]]", "MAP['a', i, s, 2]",
            "MAP[i, s]", "ROW(i, s, a)", "(d, b)", "JSON_ARRAY(i, s, d, b, r\(null))",
            "JSON_OBJECT('a' VALUE i, KEY 'b c' VALUE s\(null))",
            "JSON_OBJECT('n' VALUE JSON_ARRAY(i, NULL\(null)), 'm' VALUE m)",
        ])
    }

    private mutating func splitting() -> String {
        let text = pick(["'a,b,,c'", "',a,'", "s", "'k=v,l=w,m'", "''", "'日本'"])
        return pick([
            "SPLIT(\(text), \(pick(["','", "''", "s", "',,'"])))", "STR_TO_MAP(\(text))",
            "STR_TO_MAP(\(text), \(pick(["','", "',+'", "'l'"])), \(pick(["'='", "'x*'", "''"])))",
            "REGEXP_EXTRACT_ALL(\(text), '([a-k])|(=)', \(pick(["0", "1", "2", "i"])))",
            "REGEXP_EXTRACT_ALL(\(text), '[a-k]', 0)",
        ])
    }
}
