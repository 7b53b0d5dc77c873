package import StreamCore

/// What the names of an expression mean at one place of a pipeline.
package protocol ExpressionScope {
    /// Finds the column that holds the value at `path`. Called once for each time it is written.
    func resolve(_ path: [PathStep]) -> ScopeResolution
}

package enum ScopeResolution: Sendable {
    /// `index` counts the columns of the batches that the expression will be evaluated on.
    case column(index: Int, type: LogicalType, isNullable: Bool)
    /// No such name; `candidates` are those that there are, for "did you mean".
    case unknown(candidates: [String])
    /// The name is there but the rest of the path is not; `reason` says why, in one line.
    case unreachable(reason: String)
}

/// The columns of a batch, by name: the scope behind every operator but a source.
///
/// ROW, ARRAY and MAP columns are carried as JSON text; a path into one is read out of it by the
/// expression.
package struct SchemaScope: ExpressionScope, Sendable {
    package let schema: RowSchema
    package init(_ schema: RowSchema) { self.schema = schema }

    package func resolve(_ path: [PathStep]) -> ScopeResolution {
        guard case .field(let name)? = path.first, let index = schema.index(of: name) else {
            guard !path.isMetadata else {
                return .unreachable(
                    reason: "`\(path.pathText)` is known of records only directly behind their "
                        + "source; make it a column there, by a map with `extend`")
            }
            return .unknown(candidates: schema.fields.map(\.name))
        }
        let field = schema.fields[index]
        guard path.count == 1 else {
            return .unreachable(
                reason: "`\(name)` is \(field.type), which has no parts")
        }
        return .column(index: index, type: field.type, isNullable: field.isNullable)
    }
}

/// The declared schema of a source, and its connector's metadata columns. Notes which paths are used, so that the decoder extracts
/// nothing else: each distinct path becomes a column, numbered in the order of first use.
///
/// - Threading: one thread, before the job starts.
package final class SourceScope: ExpressionScope {
    /// A column that the decoder must fill.
    package struct ExtractedColumn: Hashable, Sendable {
        package let path: [PathStep]
        package let type: LogicalType
        package let isNullable: Bool
        /// Filled by the connector, not by the format.
        package var isMetadata: Bool { path.isMetadata }
    }

    package let schema: RowSchema
    /// The connector's columns, by their reserved names.
    private let metadata: [Field]
    /// Whether every declared column may be NULL, whatever the schema says: rows without a value.
    private let hasRowsWithoutValue: Bool
    /// Declared columns of which the format extracts no parts.
    private let wholeColumns: Set<String>
    /// The paths used so far. The batch's columns are these, in this order.
    package private(set) var columns: [ExtractedColumn] = []
    private var indices: [[PathStep]: Int] = [:]

    /// - Parameters:
    ///   - metadata: Names that begin with `$`.
    ///   - hasRowsWithoutValue: Tombstones become rows whose declared columns are NULL.
    ///   - wholeColumns: Names of columns of which the format extracts no parts; expressions read them
    ///     out of the whole value.
    package init(
        _ schema: RowSchema, metadata: [Field] = [], hasRowsWithoutValue: Bool = false,
        wholeColumns: Set<String> = []
    ) {
        self.schema = schema
        self.metadata = metadata
        self.hasRowsWithoutValue = hasRowsWithoutValue
        self.wholeColumns = wholeColumns
    }

    /// The schema of the batches that hold ``columns``; a nested one is named by its path.
    package var extractedSchema: RowSchema {
        RowSchema(
            columns.map { Field(name: $0.path.pathText, type: $0.type, isNullable: $0.isNullable) })
    }

    package func resolve(_ path: [PathStep]) -> ScopeResolution {
        if let index = indices[path] {
            return resolution(index)
        }
        if path.count > 1, isWhole(path) {
            return .unreachable(reason: "`\(Array(path.prefix(1)).pathText)` has no such part")
        }
        switch path.isMetadata ? Self.metadataField(path, in: metadata) : find(path) {
        case .failure(let failure): return failure.resolution
        case .success(let field):
            indices[path] = columns.count
            columns.append(
                ExtractedColumn(path: path, type: field.type, isNullable: field.isNullable))
            return resolution(columns.count - 1)
        }
    }

    /// Whether the path begins at a column of which the format extracts no parts.
    func isWhole(_ path: [PathStep]) -> Bool {
        guard case .field(let name)? = path.first else { return false }
        return wholeColumns.contains(name)
    }

    private func resolution(_ index: Int) -> ScopeResolution {
        let column = columns[index]
        let mayBeAbsent = hasRowsWithoutValue && !column.isMetadata
        return .column(
            index: index, type: column.type, isNullable: column.isNullable || mayBeAbsent)
    }

    struct NotFound: Error { let resolution: ScopeResolution }

    /// Walks the declared types along the path. A step through something nullable, and every
    /// element of an array, may be NULL.
    private func find(_ path: [PathStep]) -> Result<Field, NotFound> {
        var type = LogicalType.row(schema.fields)
        var isNullable = false
        for (depth, step) in path.enumerated() {
            switch (step, type) {
            case (.field(let name), .row(let fields)):
                guard let field = fields.first(where: { $0.name == name }) else {
                    let prefix = Array(path[..<depth]).pathText
                    let names = fields.map { prefix.isEmpty ? $0.name : "\(prefix).\($0.name)" }
                    return .failure(NotFound(resolution: .unknown(candidates: names)))
                }
                type = field.type
                isNullable = isNullable || field.isNullable
            case (.element, .array(let element)):
                type = element
                isNullable = true
            case (.field, .map(.string, let value)):
                type = value
                isNullable = true
            default:
                let prefix = Array(path[..<depth]).pathText
                return .failure(
                    NotFound(
                        resolution: .unreachable(
                            reason: "`\(prefix)` is \(type), \(Self.lack(step))")))
            }
        }
        return .success(Field(name: path.pathText, type: type, isNullable: isNullable))
    }

    private static func lack(_ step: PathStep) -> String {
        switch step {
        case .field: "which has no fields"
        case .element: "which has no elements"
        }
    }
}
