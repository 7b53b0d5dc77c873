/// docs/pipeline-reference.md, made of the grammar's tables.
package enum PipelineReference {
    /// The whole page, with a line end.
    package static func markdown() -> String {
        var page = """
            # Pipeline reference

            Every key of the pipeline file. This page is generated from the table that the file is read \
            by. An editor can check a file by the schema that `millrace schema` prints.

            Values may hold variables: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, \
            `${file:/path}`, `${file:/path#key}`; `$${` is a literal `${`. They are replaced once, in \
            values only, after the file was read as YAML, and not in expressions. Durations are `500 \
            ms`, `10 s`, `15 min`, `1 h`, `7 d` or ISO 8601.

            ## The file

            \(Grammar.root.docs)


            """
        page += table(Grammar.root)
        page += "\n## config\n\n" + configuration()
        page += section("connections", ConnectionGrammar.variants)
        page += section("sources", SourceGrammar.variants)
        page += section("transforms", TransformGrammar.variants)
        page += section("sinks", SinkGrammar.variants)
        return page
    }

    private static func section(_ name: String, _ variants: [Variant]) -> String {
        var text = "\n## \(name)\n"
        for variant in variants where variant.isAvailable {
            text += "\n### \(name): `type: \(variant.name)`\n\n\(variant.object.docs)\n\n"
            text += table(variant.object)
            for field in variant.object.fields where field.isAvailable { text += forms(field) }
        }
        let later = variants.filter { !$0.isAvailable && $0.refusal == nil }
            .map { "`\($0.name)`" }
        if !later.isEmpty {
            text += "\nTypes that this version does not have: \(later.joined(separator: ", ")).\n"
        }
        return text
    }

    private static func table(_ object: ObjectSpecification) -> String {
        var text = "| key | value | default | meaning |\n| --- | --- | --- | --- |\n"
        for field in object.fields where field.isAvailable {
            let fallback = field.isRequired ? "needed" : defaultText(field.defaultText)
            var docs = field.docs
            if let example = field.example, field.name != "type" {
                docs += " Example: `\(example)`."
            }
            text += "| `\(field.name)` | \(typeText(field.type)) | \(fallback) | \(cell(docs)) |\n"
        }
        let later = object.fields.filter { !$0.isAvailable }.map { "`\($0.name)`" }
        if !later.isEmpty {
            text += "\nKeys that this version does not have: \(later.joined(separator: ", ")).\n"
        }
        return text
    }

    /// The words that a field accepts, and the keys of a mapping inside it.
    private static func forms(_ field: FieldSpecification) -> String {
        var text = ""
        for type in Self.alternatives(field.type) {
            if case .choice(let choices) = type {
                text += "\n`\(field.name)` is one of:\n\n"
                for choice in choices where choice.isAvailable {
                    text += "- `\(choice.name)`: \(choice.docs)\n"
                }
            }
            if case .variants(let variants) = type {
                for variant in variants
                where variant.isAvailable && variant.object.fields.count > 1 {
                    text +=
                        "\n`\(field.name)` of `type: \(variant.name)`: \(variant.object.docs)\n\n"
                    text += table(variant.object)
                }
            }
            if case .object(let object) = type {
                text += "\n`\(field.name)` as a mapping:\n\n" + table(object)
            }
        }
        return text
    }

    private static func alternatives(_ type: FieldType) -> [FieldType] {
        guard case .shapes(let scalar, let list, let mapping) = type else { return [type] }
        return [scalar, list, mapping].compactMap { $0 }
    }

    private static func defaultText(_ text: String?) -> String {
        guard let text else { return "" }
        guard text.hasPrefix("(") else { return "`\(text)`" }
        return cell(String(text.dropFirst().dropLast()))
    }

    /// Pipes would end a table's cell.
    private static func cell(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("\n", with: " ")
    }

    private static func typeText(_ type: FieldType) -> String {
        switch type {
        case .text: "text"
        case .integer(let range):
            range.upperBound == Int64.max
                ? "whole number from \(range.lowerBound)"
                : "whole number, \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "number, \(range.lowerBound) to \(range.upperBound)"
        case .boolean: "`true` or `false`"
        case .duration: "duration"
        case .choice: "word"
        case .expression: "expression"
        case .sqlType: "SQL type"
        case .list(let element): "list of \(typeText(element))"
        case .map(_, let value): "map of name to \(typeText(value))"
        case .object: "mapping"
        case .variants(let variants):
            "one of "
                + variants.filter(\.isAvailable).map { "`\($0.name)`" }.joined(separator: ", ")
        case .shapes(let scalar, let list, let mapping):
            [scalar, list, mapping].compactMap { $0 }.filter(isAvailable).map(typeText)
                .joined(separator: ", or ")
        case .configuration: "map of Flink's keys"
        case .notAvailable, .anything: ""
        }
    }

    private static func isAvailable(_ type: FieldType) -> Bool {
        if case .notAvailable = type { false } else { true }
    }

    private static func configuration() -> String {
        var text = """
            Flink's keys, flat, in Flink's spelling; former spellings are read too. A bare number as a \
            duration is milliseconds. Keys of Flink that have no meaning here give a warning, those \
            that this version does not have an error.

            | key | value | default | meaning |
            | --- | --- | --- | --- |

            """
        for key in ConfigurationTable.available {
            guard let type = key.type else { continue }
            var docs = key.docs
            if !key.formerNames.isEmpty {
                docs +=
                    " Formerly " + key.formerNames.map { "`\($0)`" }.joined(separator: ", ") + "."
            }
            if case .choice(let choices) = type {
                let names = choices.filter(\.isAvailable).map { "`\($0.name)`" }
                docs += " One of " + names.joined(separator: ", ") + "."
            }
            text +=
                "| `\(key.name)` | \(typeText(type)) | \(defaultText(key.defaultText)) | \(cell(docs)) |\n"
        }
        return text
    }
}
