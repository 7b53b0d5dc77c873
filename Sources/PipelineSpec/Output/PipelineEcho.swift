internal import YAML

/// The file as it was understood, for `millrace echo`: YAML in the order of the grammar, aliases
/// expanded, overrides applied, configuration in its newest spelling, secrets as `***`.
package enum PipelineEcho {
    /// What cannot be read is left out; lint says what that is.
    ///
    /// - Parameter isResolved: With defaults filled in and `${..}` replaced.
    /// - Returns: YAML with a line end; empty if the file has no structure.
    package static func yaml(
        path: String, bytes: [UInt8], environment: LintEnvironment, isResolved: Bool
    ) -> String {
        let reading = PipelineReading(path: path, bytes: bytes, environment: environment)
        guard let root = reading.root else { return "" }
        var writer = EchoWriter(reading: reading, isResolved: isResolved, root: root)
        writer.object(reading.node, Grammar.root, indentation: 0)
        return Secrets.hide(reading.decoder.secrets, in: writer.output)
    }
}

/// Walks the tree by the grammar's tables and writes it.
private struct EchoWriter {
    let interpolation: Interpolation
    let isResolved: Bool
    let name: String
    let isCheckpointing: Bool
    var output = ""

    init(reading: PipelineReading, isResolved: Bool, root: DecodedObject) {
        interpolation = reading.decoder.interpolation
        self.isResolved = isResolved
        name = root["name"]?.text ?? ""
        isCheckpointing = (root["config"]?.map ?? [])
            .contains { $0.key == "execution.checkpointing.interval" }
    }

    mutating func object(_ node: YAMLNode, _ object: ObjectSpecification, indentation: Int) {
        for field in object.fields where field.isAvailable {
            if let value = node[field.name] {
                write(key: field.name, value, field.type, indentation)
            } else if isResolved, let text = defaultText(field), text != "{}" {
                line(field.name, Self.quoted(text), indentation)
            }
        }
    }

    /// A field's default; those that depend on other keys are worked out.
    private func defaultText(_ field: FieldSpecification) -> String? {
        switch field.name {
        case "group_id", "transactional_id_prefix": name
        case "delivery_guarantee": isCheckpointing ? "exactly_once" : "at_least_once"
        default: field.defaultText.flatMap { $0.hasPrefix("(") ? nil : $0 }
        }
    }

    private mutating func write(
        key: String, _ node: YAMLNode, _ type: FieldType, _ indentation: Int
    ) {
        if case .configuration = type { return configuration(key, node, indentation) }
        switch node.content {
        case .scalar(let scalar): line(key, text(scalar, key, type), indentation)
        case .sequence(let elements):
            let items = elements.map { $0.scalar.map { text($0, key, type) } ?? "..." }
            line(key, "[" + items.joined(separator: ", ") + "]", indentation)
        case .mapping(let entries):
            guard !entries.isEmpty else { return line(key, "{}", indentation) }
            line(key, "", indentation)
            mapping(node, entries, type, indentation + 2)
        }
    }

    private mutating func mapping(
        _ node: YAMLNode, _ entries: [YAMLEntry], _ type: FieldType, _ indentation: Int
    ) {
        switch type {
        case .object(let inner): object(node, inner, indentation: indentation)
        case .variants(let variants):
            let kind = node["type"]?.scalar.map { text($0, "type", .text(.any)) }
            guard let variant = variants.first(where: { $0.name == kind }) else { return }
            object(node, variant.object, indentation: indentation)
        case .map(_, let value):
            for entry in entries { write(key: entry.key, entry.value, value, indentation) }
        case .shapes(_, _, let inner?): mapping(node, entries, inner, indentation)
        default: break
        }
    }

    private mutating func configuration(_ key: String, _ node: YAMLNode, _ indentation: Int) {
        line(key, "", indentation)
        var written: Set<String> = []
        for entry in node.entries ?? [] {
            let known = ConfigurationTable.find(entry.key)
            let name = known?.type == nil ? entry.key : known?.name ?? entry.key
            written.insert(name)
            write(key: name, entry.value, known?.type ?? .text(.any), indentation + 2)
        }
        guard isResolved else { return }
        for key in ConfigurationTable.available where !written.contains(key.name) {
            let isOfCheckpoints = key.name.hasPrefix("execution.checkpointing.")
            let isOfOneStrategy =
                key.name.split(separator: ".").count > 2
                && key.name.hasPrefix("restart-strategy.")
            guard let text = key.defaultText, !text.hasPrefix("("), !isOfOneStrategy,
                isCheckpointing || !isOfCheckpoints
            else { continue }
            line(key.name, Self.quoted(text), indentation + 2)
        }
    }

    private mutating func line(_ key: String, _ value: String, _ indentation: Int) {
        let margin = String(repeating: " ", count: indentation)
        output += "\(margin)\(Self.quoted(key)):\(value.isEmpty ? "" : " " + value)\n"
    }

    private func text(_ scalar: YAMLScalar, _ key: String, _ type: FieldType) -> String {
        if scalar.isNull { return "null" }
        if case .expression = type { return Self.quoted(scalar.text) }
        let value = try? interpolation.resolve(scalar.text)
        if Secrets.isSecret(name: key), value?.isReplaced != true || isResolved {
            return "'\(Secrets.mask)'"
        }
        guard isResolved, let value else { return Self.quoted(scalar.text) }
        return value.secrets.isEmpty ? Self.quoted(value.text) : "'\(Secrets.mask)'"
    }

    /// A scalar that reads back as this text in any context.
    private static func quoted(_ text: String) -> String {
        let safe = text.unicodeScalars.allSatisfy {
            "a"..."z" ~= $0 || "A"..."Z" ~= $0 || "0"..."9" ~= $0
                || " ._-/+*()<>=".unicodeScalars.contains($0)
        }
        let first = text.unicodeScalars.first
        let startsSafely =
            first.map { "a"..."z" ~= $0 || "A"..."Z" ~= $0 || "0"..."9" ~= $0 || $0 == "/" }
            ?? false
        let isWord = ["null", "~", "true", "false", "yes", "no", "on", "off"].contains(
            text.lowercased())
        if safe, startsSafely, !text.hasSuffix(" "), !isWord || ["true", "false"].contains(text) {
            return text
        }
        return JSONText.quote(text)
    }
}
