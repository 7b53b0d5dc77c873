internal import YAML

/// Puts `--set path=value` and `-D key=value` into the tree, before it is checked: so they are
/// checked as if they stood in the file.
struct Overrides {
    let collector: DiagnosticCollector

    func apply(_ environment: LintEnvironment, to root: YAMLNode) -> YAMLNode {
        var root = root
        for override in environment.overrides {
            let value = node(override.value, origin: "--set \(override.name)")
            if let changed = Self.set(root, override.name[...], value, isFlat: false) {
                root = changed
            } else {
                collector.report(
                    .badOverride, at: value.range, path: "",
                    "`\(override.name)` names no scalar of the file",
                    help: "give a path as sources.events.topic")
            }
        }
        for override in environment.configurationOverrides {
            root = configure(root, override)
        }
        return root
    }

    /// A text from the command line; it is not YAML, so it needs no quotes.
    private func node(_ text: String, origin: String) -> YAMLNode {
        collector.origins.append(origin)
        let mark = YAMLMark(line: 0, column: collector.origins.count)
        let style: YAMLScalar.Style = text.isEmpty ? .doubleQuoted : .plain
        return YAMLNode(
            .scalar(YAMLScalar(text: text, style: style)), range: YAMLRange(start: mark, end: mark))
    }

    /// - Parameter isFlat: Whether the keys here have dots in them, so that a new one may too.
    /// - Returns: Nil if the path leads nowhere.
    private static func set(
        _ node: YAMLNode, _ path: Substring, _ value: YAMLNode, isFlat: Bool
    ) -> YAMLNode? {
        switch node.content {
        case .scalar(let scalar):
            // An empty mapping may be written as nothing.
            guard scalar.isNull else { return nil }
            return set(YAMLNode(.mapping([]), range: node.range), path, value, isFlat: isFlat)
        case .sequence(var elements):
            let head = path.prefix { $0 != "." }
            guard let index = Int(head), elements.indices.contains(index) else { return nil }
            guard
                let changed = descend(
                    elements[index], path.dropFirst(head.count), value, isFlat: false)
            else { return nil }
            elements[index] = changed
            return YAMLNode(.sequence(elements), range: node.range)
        case .mapping(var entries):
            // The longest key that the path begins with: config keys have dots.
            let index = entries.indices.filter {
                path == entries[$0].key || path.hasPrefix(entries[$0].key + ".")
            }.max { entries[$0].key.count < entries[$1].key.count }
            guard let index else {
                guard !path.isEmpty, isFlat || !path.contains(".") else { return nil }
                entries.append(YAMLEntry(key: String(path), keyRange: value.range, value: value))
                return YAMLNode(.mapping(entries), range: node.range)
            }
            let key = entries[index].key
            let flat = key == "config" || key == "properties"
            guard
                let changed = descend(
                    entries[index].value, path.dropFirst(key.count), value, isFlat: flat)
            else { return nil }
            entries[index].value = changed
            return YAMLNode(.mapping(entries), range: node.range)
        }
    }

    private static func descend(
        _ node: YAMLNode, _ rest: Substring, _ value: YAMLNode, isFlat: Bool
    ) -> YAMLNode? {
        if rest.isEmpty { return node.scalar == nil ? nil : value }
        return set(node, rest.dropFirst(), value, isFlat: isFlat)
    }

    /// Replaces every spelling of the key, so that the command line wins over the file.
    private func configure(_ root: YAMLNode, _ override: LintEnvironment.Override) -> YAMLNode {
        guard var entries = root.entries else { return root }
        let value = node(override.value, origin: "-D \(override.name)")
        let canonical = ConfigurationTable.find(override.name)?.name ?? override.name
        let index = entries.firstIndex { $0.key == "config" }
        var config = index.flatMap { entries[$0].value.entries } ?? []
        config.removeAll { (ConfigurationTable.find($0.key)?.name ?? $0.key) == canonical }
        config.append(YAMLEntry(key: override.name, keyRange: value.range, value: value))
        if let index {
            // A `config` that is no mapping is reported by the decoder.
            guard entries[index].value.entries != nil || entries[index].value.scalar?.isNull == true
            else { return root }
            entries[index].value = YAMLNode(.mapping(config), range: entries[index].value.range)
        } else {
            let node = YAMLNode(.mapping(config), range: value.range)
            entries.append(YAMLEntry(key: "config", keyRange: value.range, value: node))
        }
        return YAMLNode(.mapping(entries), range: root.range)
    }
}
