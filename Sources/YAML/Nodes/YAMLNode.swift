/// A value of a YAML file and where it stands. Aliases are expanded: their nodes carry the place
/// where the anchor's text is written.
package struct YAMLNode: Sendable {
    /// What a node is; there are no other kinds.
    package indirect enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
    }

    package var content: Content
    /// From its first character; an anchored scalar's begins at its `&anchor`.
    package let range: YAMLRange

    package init(_ content: Content, range: YAMLRange) {
        self.content = content
        self.range = range
    }

    /// The scalar, or nil for a sequence or mapping.
    package var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The entries in the order of the file, or nil for anything but a mapping.
    package var entries: [YAMLEntry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// The elements in the order of the file, or nil for anything but a sequence.
    package var elements: [YAMLNode]? {
        if case .sequence(let elements) = content { elements } else { nil }
    }

    /// The value of `key`; nil where there is none or this is no mapping. O(entries).
    package subscript(key: String) -> YAMLNode? { entries?.first { $0.key == key }?.value }

    /// For messages: `a text`, `a list`, `a mapping`, `nothing`.
    package var kindText: String {
        switch content {
        case .scalar(let scalar): scalar.isNull ? "nothing" : "the text `\(scalar.excerpt)`"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// One `key: value` of a mapping. Keys are plain texts; others are refused by the parser.
package struct YAMLEntry: Sendable {
    package let key: String
    /// Where the key stands.
    package let keyRange: YAMLRange
    package var value: YAMLNode

    package init(key: String, keyRange: YAMLRange, value: YAMLNode) {
        self.key = key
        self.keyRange = keyRange
        self.value = value
    }
}

/// A text with the style it was written in. Which type it has, its reader decides.
package struct YAMLScalar: Sendable {
    /// Only a plain scalar can be null.
    package enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

    /// After folding and unescaping.
    package let text: String
    package let style: Style

    package init(text: String, style: Style) {
        self.text = text
        self.style = style
    }

    /// Nothing was written, or YAML's `null` or `~`.
    package var isNull: Bool {
        style == .plain && ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The text for a message: its first 40 characters, on one line.
    package var excerpt: String {
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return line.count > 40 || line.count < text.count ? line.prefix(40) + "…" : line
    }
}
