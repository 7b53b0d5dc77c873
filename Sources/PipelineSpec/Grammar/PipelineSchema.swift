/// The JSON Schema (draft 2020-12) of the pipeline file, for editors; made of the grammar's tables.
package enum PipelineSchema {
    /// Ends with a line end.
    package static func json() -> String {
        var members: [(String, JSONText)] = [
            ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            ("title", .string("Millrace pipeline file, version \(Grammar.version)")),
        ]
        members += object(Grammar.root, kind: nil)
        return JSONText.object(members).pretty + "\n"
    }

    private typealias Members = [(String, JSONText)]

    private static func object(_ specification: ObjectSpecification, kind: String?) -> Members {
        let fields = specification.fields.filter(\.isAvailable)
        let properties = fields.map { field -> (String, JSONText) in
            if field.name == "type", let kind {
                return (
                    "type",
                    .object([
                        ("const", .string(kind)), ("description", .string(specification.docs)),
                    ])
                )
            }
            var members = type(field.type)
            if field.name == "version" { members = [("const", .number(Int(Grammar.version)))] }
            members.append(("description", .string(description(field))))
            return (field.name, .object(members))
        }
        return [
            ("type", .string("object")),
            ("properties", .object(properties)),
            ("required", .strings(fields.filter(\.isRequired).map(\.name))),
            ("additionalProperties", .boolean(false)),
        ]
    }

    private static func description(_ field: FieldSpecification) -> String {
        field.docs + (field.defaultText.map { " Default: \($0)." } ?? "")
    }

    private static func type(_ type: FieldType) -> Members {
        switch type {
        case .text(let rule): text(rule)
        case .integer(let range): number("integer", Int(range.lowerBound), Int(range.upperBound))
        case .number(let range): number("number", Int(range.lowerBound), Int(range.upperBound))
        case .boolean: interpolated([("type", .string("boolean"))])
        case .duration(_, let bareNumbers):
            [("type", bareNumbers ? .strings(["string", "integer"]) : .string("string"))]
        case .choice(let choices): choice(choices)
        case .expression: [("type", .strings(["string", "number", "boolean"]))]
        case .sqlType: [("type", .string("string"))]
        case .list(let element):
            [("type", .string("array")), ("items", .object(self.type(element)))]
        case .map(let keys, let values): map(keys, values)
        case .object(let specification): object(specification, kind: nil)
        case .variants(let variants):
            [
                (
                    "oneOf",
                    .array(
                        variants.filter(\.isAvailable).map {
                            .object(object($0.object, kind: $0.name))
                        })
                )
            ]
        case .shapes(let scalar, let list, let mapping):
            shapes([scalar, list, mapping].compactMap { $0 })
        case .configuration: configuration()
        case .notAvailable, .anything: []
        }
    }

    private static func text(_ rule: TextRule) -> Members {
        var members: Members = [("type", .strings(["string", "number", "boolean"]))]
        // A variable may stand wherever a value does.
        if let pattern = rule.pattern { members.append(("pattern", .string(pattern + "|\\$\\{"))) }
        return members
    }

    private static func number(_ name: String, _ low: Int, _ high: Int) -> Members {
        interpolated([
            ("type", .string(name)), ("minimum", .number(low)), ("maximum", .number(high)),
        ])
    }

    private static func interpolated(_ members: Members) -> Members {
        let variable: Members = [("type", .string("string")), ("pattern", .string("\\$\\{"))]
        return [("anyOf", .array([.object(members), .object(variable)]))]
    }

    private static func choice(_ choices: [Choice]) -> Members {
        let names = choices.filter(\.isAvailable).flatMap { [$0.name] + $0.aliases }
        return interpolated([("enum", .strings(names))])
    }

    private static func map(_ keys: TextRule, _ values: FieldType) -> Members {
        var members: Members = [
            ("type", .string("object")), ("additionalProperties", .object(type(values))),
        ]
        if let pattern = keys.pattern {
            members.append(("propertyNames", .object([("pattern", .string(pattern))])))
        }
        return members
    }

    private static func shapes(_ types: [FieldType]) -> Members {
        let forms = types.filter {
            if case .notAvailable = $0 { false } else { true }
        }
        if forms.count == 1 { return type(forms[0]) }
        return [("anyOf", .array(forms.map { .object(type($0)) }))]
    }

    private static func configuration() -> Members {
        let properties = ConfigurationTable.available.flatMap { key -> Members in
            guard let keyType = key.type else { return [] }
            var members = type(keyType)
            let defaultText = key.defaultText.map { " Default: \($0)." } ?? ""
            members.append(("description", .string(key.docs + defaultText)))
            return ([key.name] + key.formerNames).map { ($0, .object(members)) }
        }
        // Other keys of Flink's are warnings, so they are not refused here.
        return [("type", .string("object")), ("properties", .object(properties))]
    }
}
