internal import YAML

/// Reads YAML nodes as the grammar's tables describe them, and reports what does not fit.
///
/// - Threading: one thread, for the time of one check.
final class FieldDecoder {
    let collector: DiagnosticCollector
    let interpolation: Interpolation
    /// Texts that came from `${file:..}` or from secret properties.
    private(set) var secrets: [String] = []
    private var errorCount = 0

    init(collector: DiagnosticCollector, interpolation: Interpolation) {
        self.collector = collector
        self.interpolation = interpolation
    }

    func addSecret(_ text: String) {
        if !text.isEmpty, !secrets.contains(text) { secrets.append(text) }
    }

    /// A value and how it is called in messages.
    struct Place {
        let node: YAMLNode
        let path: String
        /// Of the key before the value; nil for elements of a list.
        let keyRange: YAMLRange?
        let name: String
    }

    func report(_ code: DiagnosticCode, _ place: Place, _ message: String, help: String? = nil) {
        report(code, at: place.node.range, path: place.path, message, help: help)
    }

    func report(
        _ code: DiagnosticCode, at range: YAMLRange, path: String, _ message: String,
        help: String? = nil
    ) {
        if code.severity == .error { errorCount += 1 }
        collector.report(code, at: range, path: path, message, help: help)
    }

    /// - Returns: Nil after reporting why not.
    func decode(_ place: Place, as type: FieldType) -> DecodedValue? {
        switch type {
        case .list(let element): list(place, of: element)
        case .map(let rule, let value): map(place, keys: rule, values: value)
        case .object(let object): self.object(place, object, kind: "")
        case .variants(let variants): variant(place, of: variants)
        case .shapes(let scalar, let list, let mapping):
            shape(place, scalar: scalar, list: list, mapping: mapping)
        case .notAvailable(let what): notAvailable(place, what)
        case .configuration: map(place, keys: .propertyName, values: .anything)
        case .anything: DecodedValue(content: .expression, node: place.node, path: place.path)
        default: scalar(place, as: type)
        }
    }

    private func notAvailable(_ place: Place, _ what: String) -> DecodedValue? {
        report(.notAvailable, place, "\(what) in `\(place.name)` is not available in this version")
        return nil
    }

    private func shape(
        _ place: Place, scalar: FieldType?, list: FieldType?, mapping: FieldType?
    ) -> DecodedValue? {
        let type: FieldType?
        switch place.node.content {
        case .scalar: type = scalar
        case .sequence: type = list
        case .mapping: type = mapping
        }
        if let type { return decode(place, as: type) }
        let accepted = [("a text", scalar), ("a list", list), ("a mapping", mapping)]
            .filter { $0.1 != nil }.map(\.0).joined(separator: " or ")
        return wrongType(place, accepted)
    }

    private func wrongType(_ place: Place, _ wanted: String, help: String? = nil) -> DecodedValue? {
        report(
            .wrongType, place, "`\(place.name)` must be \(wanted), not \(place.node.kindText)",
            help: help)
        return nil
    }

    // MARK: Collections

    private func list(_ place: Place, of type: FieldType) -> DecodedValue? {
        if place.node.scalar?.isNull == true {
            return DecodedValue(content: .list([]), node: place.node, path: place.path)
        }
        guard let elements = place.node.elements else { return wrongType(place, "a list") }
        let values = elements.enumerated().map { index, node in
            decode(
                Place(
                    node: node, path: JSONPointer.join(place.path, "\(index)"), keyRange: nil,
                    name: "\(place.name)[\(index)]"),
                as: type)
        }
        let good = values.compactMap { $0 }
        guard good.count == values.count else { return nil }
        return DecodedValue(content: .list(good), node: place.node, path: place.path)
    }

    /// Entries with errors are left out; whoever needs all of them counts.
    private func map(_ place: Place, keys rule: TextRule, values type: FieldType) -> DecodedValue? {
        if place.node.scalar?.isNull == true {
            return DecodedValue(content: .map([]), node: place.node, path: place.path)
        }
        guard let entries = place.node.entries else { return wrongType(place, "a mapping") }
        let decoded = entries.compactMap { entry -> DecodedEntry? in
            let path = JSONPointer.join(place.path, entry.key)
            if let wanted = rule.violation(entry.key) {
                report(
                    .badIdentifier, at: entry.keyRange, path: path,
                    "the key `\(Self.excerpt(entry.key))` in `\(place.name)` must be \(wanted)")
                return nil
            }
            return decode(
                Place(node: entry.value, path: path, keyRange: entry.keyRange, name: entry.key),
                as: type
            ).map { DecodedEntry(key: entry.key, keyRange: entry.keyRange, value: $0) }
        }
        return DecodedValue(content: .map(decoded), node: place.node, path: place.path)
    }

    static func excerpt(_ text: String) -> String {
        YAMLScalar(text: text, style: .plain).excerpt
    }

    // MARK: Objects

    private func variant(_ place: Place, of variants: [Variant]) -> DecodedValue? {
        guard place.node.entries != nil else { return wrongType(place, "a mapping with a `type`") }
        let names = variants.filter(\.isAvailable).map(\.name)
        guard let node = place.node["type"] else {
            missing("type", of: place, help: "types: " + names.joined(separator: ", "))
            return nil
        }
        let path = JSONPointer.join(place.path, "type")
        let typePlace = Place(node: node, path: path, keyRange: nil, name: "type")
        guard let type = decode(typePlace, as: .text(.any))?.text else { return nil }
        guard let variant = variants.first(where: { $0.name == type }) else {
            report(
                .notAllowed, typePlace, "there is no type `\(Self.excerpt(type))` here",
                help: NearestName.help(type, among: names))
            return nil
        }
        if let refusal = variant.refusal {
            report(refusal.code, typePlace, refusal.message, help: refusal.help)
            return nil
        }
        guard variant.isAvailable else {
            report(
                .notAvailable, typePlace, "the type `\(type)` is not available in this version",
                help: "types: " + names.joined(separator: ", "))
            return nil
        }
        return object(place, variant.object, kind: type)
    }

    func object(
        _ place: Place, _ specification: ObjectSpecification, kind: String
    ) -> DecodedValue? {
        guard let entries = place.node.entries else { return wrongType(place, "a mapping") }
        let before = errorCount
        let decoded = entries.compactMap { entry(of: place, $0, specification) }
        for field in specification.fields where field.isRequired && place.node[field.name] == nil {
            missing(field.name, of: place, help: field.example.map { "\(field.name): \($0)" })
        }
        let object = DecodedObject(
            kind: kind, entries: decoded, keyRange: place.keyRange ?? place.node.range,
            path: place.path, isComplete: errorCount == before)
        return DecodedValue(content: .object(object), node: place.node, path: place.path)
    }

    private func entry(
        of place: Place, _ entry: YAMLEntry, _ specification: ObjectSpecification
    ) -> DecodedEntry? {
        let path = JSONPointer.join(place.path, entry.key)
        guard let field = specification.field(entry.key) else {
            let names = specification.fields.filter(\.isAvailable).map(\.name)
            report(
                .unknownKey, at: entry.keyRange, path: path,
                "unknown key `\(Self.excerpt(entry.key))` in \(place.name)",
                help: specification.home(of: entry.key)
                    ?? NearestName.help(entry.key, among: names))
            return nil
        }
        guard field.isAvailable else {
            report(
                .notAvailable, at: entry.keyRange, path: path,
                "the key `\(field.name)` is not available in this version", help: field.docs)
            return nil
        }
        let inner = Place(
            node: entry.value, path: path, keyRange: entry.keyRange, name: entry.key)
        return decode(inner, as: field.type)
            .map { DecodedEntry(key: entry.key, keyRange: entry.keyRange, value: $0) }
    }

    private func missing(_ name: String, of place: Place, help: String?) {
        let range =
            place.keyRange ?? YAMLRange(start: place.node.range.start, end: place.node.range.start)
        report(
            .missingKey, at: range, path: place.path,
            "the key `\(name)` is missing in \(place.name)", help: help)
    }
}
