package import StreamCore

/// The names of a join: the columns of both inputs, under their aliases, and of its windows.
///
/// `o.amount` is a column of the input with the alias `o`. A bare name is a column that one input
/// alone has. Notes which columns are used, so that a join buffers nothing else: each becomes a column
/// of the pair, behind ``windowFields``, numbered in the order of first use.
///
/// - Threading: one thread, before the job starts.
package final class PairScope: ExpressionScope {
    /// One input of the join.
    package struct Input {
        package let alias: String
        package let schema: RowSchema
        package let scope: any ExpressionScope
        /// Whether a pair may lack its row.
        package let isOptional: Bool

        /// - Parameters:
        ///   - schema: The input's columns as the pipeline file sees them.
        ///   - scope: The same names, over the columns of the input's batches.
        package init(
            alias: String, schema: RowSchema, scope: any ExpressionScope, isOptional: Bool
        ) {
            self.alias = alias
            self.schema = schema
            self.scope = scope
            self.isOptional = isOptional
        }
    }

    /// A column of an input that is used.
    package struct Column: Sendable {
        /// 0 or 1.
        package let input: Int
        /// Of the column in the input's batches.
        package let index: Int
        /// Named by its path, without the alias.
        package let field: Field
    }

    /// The left input, then the right.
    package let inputs: [Input]
    /// Empty for a join without windows.
    package let windowFields: [Field]
    package private(set) var columns: [Column] = []

    /// - Parameter inputs: Two, with different aliases.
    package init(_ inputs: [Input], windowFields: [Field]) {
        precondition(inputs.count == 2)
        self.inputs = inputs
        self.windowFields = windowFields
    }

    /// Columns of a pair before those of the inputs: `window_start` and `window_end`, whether or not
    /// the join has windows.
    package static let windowColumnCount = 2

    package func resolve(_ path: [PathStep]) -> ScopeResolution {
        switch place(path) {
        case .input(let input, let rest): return resolve(rest, of: input)
        case .window(let index):
            let field = windowFields[index]
            return .column(index: index, type: field.type, isNullable: field.isNullable)
        case .failure(let resolution): return resolution
        }
    }

    private func resolve(_ path: [PathStep], of input: Int) -> ScopeResolution {
        let resolution = inputs[input].scope.resolve(path)
        guard case .column(let index, let type, let isNullable) = resolution else {
            return qualified(resolution, input)
        }
        let number = number(of: index, input, Field(name: path.pathText, type: type))
        return .column(
            index: number, type: type, isNullable: isNullable || inputs[input].isOptional)
    }

    private func number(of index: Int, _ input: Int, _ field: Field) -> Int {
        let known = columns.firstIndex { $0.input == input && $0.index == index }
        if known == nil { columns.append(Column(input: input, index: index, field: field)) }
        return PairScope.windowColumnCount + (known ?? columns.count - 1)
    }

    /// Suggestions as they would have to be written.
    private func qualified(_ resolution: ScopeResolution, _ input: Int) -> ScopeResolution {
        guard case .unknown(let candidates) = resolution else { return resolution }
        return .unknown(candidates: candidates.map { "\(inputs[input].alias).\($0)" })
    }

    // MARK: Whose a name is

    enum Place {
        /// A column of one input; the path without the alias.
        case input(Int, [PathStep])
        /// One of ``windowFields``.
        case window(Int)
        case failure(ScopeResolution)
    }

    func place(_ path: [PathStep]) -> Place {
        guard case .field(let name)? = path.first else { return .failure(.unknown(candidates: [])) }
        if let input = inputs.firstIndex(where: { $0.alias == name }) {
            if path.count > 1 { return .input(input, Array(path.dropFirst())) }
            return .failure(
                .unreachable(reason: "`\(name)` is an input; name one of its columns"))
        }
        let owners = inputs.indices.filter { inputs[$0].schema.index(of: name) != nil }
        switch owners.count {
        case 1: return .input(owners[0], path)
        case 2: return .failure(.unreachable(reason: ambiguity(path)))
        default: return otherPlace(name, path)
        }
    }

    private func ambiguity(_ path: [PathStep]) -> String {
        let choices = inputs.map { "\($0.alias).\(path.pathText)" }.joined(separator: " or ")
        return "`\(path.pathText)` is a column of both inputs; write \(choices)"
    }

    private func otherPlace(_ name: String, _ path: [PathStep]) -> Place {
        if path.count == 1, let index = windowFields.firstIndex(where: { $0.name == name }) {
            return .window(index)
        }
        if path.count > 1 {
            let aliases = inputs.map { "`\($0.alias)`" }.joined(separator: " and ")
            return .failure(
                .unreachable(reason: "there is no input `\(name)` here; the inputs are \(aliases)"))
        }
        let names = inputs.flatMap { input in
            input.schema.fields.map { "\(input.alias).\($0.name)" }
        }
        return .failure(.unknown(candidates: names + windowFields.map(\.name)))
    }

    /// The columns of one input alone, by the names that they have in a pair.
    struct Side: ExpressionScope {
        let pair: PairScope
        let input: Int

        func resolve(_ path: [PathStep]) -> ScopeResolution {
            guard case .input(input, let rest) = pair.place(path) else {
                return .unknown(candidates: [])
            }
            return pair.inputs[input].scope.resolve(rest)
        }
    }
}
