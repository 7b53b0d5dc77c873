internal import StreamCore

/// What a connector knows of each record besides its value, by reserved names that begin with `$`.
package enum MetadataName {
    /// Whether `name` can only be a connector's: no column of a `schema` is called so.
    package static func isReserved(_ name: String) -> Bool { name.hasPrefix("$") }
}

extension [PathStep] {
    /// Whether the path begins at a metadata column.
    package var isMetadata: Bool {
        guard case .field(let name)? = first else { return false }
        return MetadataName.isReserved(name)
    }
}

extension SourceScope {
    /// The type at a path that begins at a metadata column: the column itself, or one entry of a MAP.
    static func metadataField(
        _ path: [PathStep], in metadata: [Field]
    ) -> Result<Field, NotFound> {
        guard let field = metadata.first(where: { [.field($0.name)] == path.prefix(1) }) else {
            return .failure(NotFound(resolution: .unknown(candidates: metadata.map(\.name))))
        }
        if path.count == 1 { return .success(field) }
        guard case .map(.string, let value) = field.type else {
            return .failure(
                NotFound(
                    resolution: .unreachable(
                        reason: "`\(field.name)` is \(field.type), which has no parts")))
        }
        guard path.count == 2, case .field = path[1] else {
            return .failure(
                NotFound(
                    resolution: .unreachable(
                        reason: "an entry of `\(field.name)` is named by a text: "
                            + "\(field.name)['name']")))
        }
        return .success(Field(name: path.pathText, type: value))
    }
}
