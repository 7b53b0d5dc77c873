package import StreamCore

/// What an element of an ARRAY, or a member of a MAP, gives as columns (Flink's `UNNEST`).
///
/// Rows with elements are laid out as ``leadingSchema``, and behind it whatever goes on of the input;
/// ``expression(for:timeZone:)`` reads a part out of them.
package struct Unnesting: Sendable {
    /// The key of a MAP's member, a text; the element as JSON; its number, from 1.
    package static let leadingSchema = RowSchema([
        Field(name: "key", type: .string), Field(name: "element", type: .json),
        Field(name: "ordinality", type: .int),
    ])

    /// Where ``leadingSchema`` has the element's number.
    package static let ordinalityColumn = 2

    /// One column that an element gives.
    package struct Part: Sendable {
        enum Source {
            case key, whole, ordinality
            /// Of an element that is a ROW.
            case field(Field)
        }
        let source: Source
        /// The field's name, `key` or `value`; nil where only the pipeline file can name it.
        package let defaultName: String?
        package let type: LogicalType
        let range: Range<Int>
    }

    package let isMap: Bool
    private let key: LogicalType
    private let element: LogicalType
    private let range: Range<Int>

    /// - Returns: Nil for a value that is neither an ARRAY nor a MAP with keys of STRING, INT or BIGINT.
    package init?(_ collection: TypedExpression) {
        range = collection.range
        switch collection.type {
        case .array(let element): (isMap, key, self.element) = (false, .string, element)
        case .map(let key, let value) where [.string, .int, .bigint].contains(key):
            (isMap, self.key, element) = (true, key, value)
        default: return nil
        }
    }

    /// - Parameter isWhole: A ROW stays one column; otherwise its fields are columns.
    package func parts(isWhole: Bool) -> [Part] {
        if isMap { return [part(.key, "key", key), part(.whole, "value", element)] }
        if case .row(let fields) = element, !isWhole {
            return fields.map { part(.field($0), $0.name, $0.type) }
        }
        return [part(.whole, nil, element)]
    }

    /// The element's number.
    package var ordinality: Part { part(.ordinality, nil, .int) }

    private func part(_ source: Part.Source, _ name: String?, _ type: LogicalType) -> Part {
        Part(source: source, defaultName: name, type: type, range: range)
    }

    /// An input column that goes on, behind those of ``leadingSchema``.
    ///
    /// - Parameter number: Among the columns that go on, from 0.
    package static func inputColumn(_ number: Int, _ field: Field) -> TypedExpression {
        let checker = Checker(scope: SchemaScope(leadingSchema), keys: nil, timeZone: .utc)
        return checker.column(
            leadingSchema.fields.count + number, field.type, isNullable: field.isNullable, 0..<0)
    }

    /// The part's value; NULL where there is no element, or the element is NULL.
    ///
    /// - Throws: For a type that cannot be read out of JSON.
    package func expression(
        for part: Part, timeZone: TimeZoneRules
    ) throws(ExpressionErrors) -> TypedExpression {
        var checker = Checker(
            scope: SchemaScope(Self.leadingSchema), keys: nil, timeZone: timeZone)
        let column = { (index: Int, type: LogicalType) in
            checker.column(index, type, isNullable: true, part.range)
        }
        let (name, element) = (column(0, .string), column(1, .json))
        let number = column(Self.ordinalityColumn, .int)
        let checked: Checker.Checked =
            switch part.source {
            case .key: checker.memberKey(name, as: part.type)
            case .ordinality: .value(number)
            case .whole:
                checker.extracted(element, [], part.type, isNullable: true, part.range)
            case .field(let field):
                checker.extracted(
                    element, [.field(field.name)], part.type, isNullable: field.isNullable,
                    part.range)
            }
        guard checker.errors.isEmpty, case .value(let typed) = checked else {
            throw ExpressionErrors(checker.errors)
        }
        return typed
    }
}

/// The names behind an unnesting: what elements give, and the input's columns. Notes which of these
/// are used: each becomes a column behind the elements', in the order of first use.
///
/// - Threading: one thread, before the job starts.
package final class ElementScope: ExpressionScope {
    private let elements: SchemaScope
    private let input: any ExpressionScope
    /// Columns of the input's batches.
    package private(set) var inputColumns: [(index: Int, field: Field)] = []

    /// - Parameter elements: The first columns, by name; an input column of the same name is hidden.
    package init(_ elements: RowSchema, over input: any ExpressionScope) {
        self.elements = SchemaScope(elements)
        self.input = input
    }

    package func resolve(_ path: [PathStep]) -> ScopeResolution {
        guard case .field(let name)? = path.first, elements.schema.index(of: name) == nil else {
            return elements.resolve(path)
        }
        switch input.resolve(path) {
        case .column(let index, let type, let isNullable):
            let known = inputColumns.firstIndex { $0.index == index }
            if known == nil {
                let field = Field(name: path.pathText, type: type, isNullable: isNullable)
                inputColumns.append((index, field))
            }
            let number = elements.schema.fields.count + (known ?? inputColumns.count - 1)
            return .column(index: number, type: type, isNullable: isNullable)
        case .unknown(let candidates):
            return .unknown(candidates: candidates + elements.schema.fields.map(\.name))
        case .unreachable(let reason): return .unreachable(reason: reason)
        }
    }
}
