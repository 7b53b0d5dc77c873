package import Expression
package import StreamCore

/// A `join` of the pipeline file, checked: what it matches, when, and what it makes of a pair.
///
/// Immutable, crosses threads; each subtask makes its own ``JoinOperator`` from it.
package struct JoinDefinition: Sendable {
    /// Which rows without a partner come out, with NULLs in the partner's place.
    package enum Kind: String, Sendable, CaseIterable {
        case inner, left, right, full

        func preserves(_ side: JoinSide) -> Bool {
            switch self {
            case .inner: false
            case .left: side == .left
            case .right: side == .right
            case .full: true
            }
        }
    }

    /// Which rows may meet, by event time. All in milliseconds.
    package enum Window: Hashable, Sendable {
        /// Windows `[start, start + size)` that begin at `offset` and every `slide` from there;
        /// tumbling where `size` is `slide`. `size` and `slide` are 1 ... ``millisecondsMax``,
        /// `offset` within plus or minus `slide`.
        case sliding(size: Int64, slide: Int64, offset: Int64)
        /// Windows that end `gap` after the last of their rows, of either side; rows `gap` or less
        /// apart share one. 1 ... ``millisecondsMax``.
        case session(gap: Int64)
        /// `right.time BETWEEN left.time + lower AND left.time + upper`, both within plus or minus
        /// ``millisecondsMax``, `lower` not above `upper`.
        case interval(lower: Int64, upper: Int64)
    }

    /// When the rows of a window come out.
    package enum Emission: Sendable {
        /// When the watermark passes its end, and again, all of the key's, for each row that comes
        /// within the allowed lateness (Flink's default trigger).
        case onWindowEnd
        /// Once, when no row can come any more.
        case onWindowClose
    }

    /// An equality between the two sides: the expressions have one type.
    package struct Key: Sendable {
        /// Over the columns of the left input's batches.
        package let left: TypedExpression
        /// Over the columns of the right input's batches.
        package let right: TypedExpression
        package init(left: TypedExpression, right: TypedExpression) {
            self.left = left
            self.right = right
        }
    }

    /// A column of an input that the pair's expressions use.
    package struct Column: Sendable {
        package let isLeft: Bool
        /// Of the column in the input's batches.
        package let index: Int
        /// As the input has it; NULL in a pair whose side is missing, too.
        package let field: Field
        package init(isLeft: Bool, index: Int, field: Field) {
            self.isLeft = isLeft
            self.index = index
            self.field = field
        }
    }

    /// Of sizes, slides, gaps, bounds and lateness: a hundred years.
    package static let millisecondsMax: Int64 = 36_525 * 86_400_000
    /// Windows that one row belongs to, at most.
    package static let windowsPerRowMax: Int64 = 10_000

    package let kind: Kind
    package let window: Window
    /// 0 for an interval.
    package let allowedLatenessMilliseconds: Int64
    package let emission: Emission
    /// At least one.
    package let keys: [Key]
    /// What expressions of pairs use of the inputs: they count `window_start`, `window_end`, then
    /// these (``pairSchema``).
    package let columns: [Column]
    /// What must be TRUE of a pair besides the keys, over the pair's columns; nil: nothing.
    package let residual: TypedExpression?
    /// The output's columns, over the pair's.
    package let outputs: [(name: String, expression: TypedExpression)]

    /// - Parameters:
    ///   - keys: At least one.
    ///   - outputs: At least one.
    package init(
        kind: Kind, window: Window, allowedLatenessMilliseconds: Int64, emission: Emission,
        keys: [Key], columns: [Column], residual: TypedExpression?,
        outputs: [(name: String, expression: TypedExpression)]
    ) {
        precondition(!keys.isEmpty && !outputs.isEmpty)
        precondition(allowedLatenessMilliseconds >= 0)
        self.kind = kind
        self.window = window
        self.allowedLatenessMilliseconds = allowedLatenessMilliseconds
        self.emission = emission
        self.keys = keys
        self.columns = columns
        self.residual = residual
        self.outputs = outputs
    }

    /// `window_start` and `window_end`, NULL for an interval; then the columns of the inputs.
    package var pairSchema: RowSchema {
        RowSchema(
            [
                Field(name: "window_start", type: .timestampLTZ),
                Field(name: "window_end", type: .timestampLTZ),
            ]
                + columns.map {
                    Field(name: $0.field.name, type: $0.field.type, isNullable: true)
                })
    }

    /// How far behind the watermark rows may be when they come out, milliseconds.
    ///
    /// A window's rows have its last millisecond, which the watermark has passed by the allowed
    /// lateness when the window closes. Rows again, at a window's end, are late for whoever reads them.
    /// An interval's rows come out alone once the watermark is beyond their last possible partner.
    var outputDelayMilliseconds: Int64 {
        guard case .interval(let lower, let upper) = window else {
            return emission == .onWindowClose ? allowedLatenessMilliseconds : 0
        }
        let left = kind.preserves(.left) ? max(0, upper) : 0
        let right = kind.preserves(.right) ? max(0, -lower) : 0
        // A row at the very watermark is not late here, but behind it would be.
        return max(left, right) + 1
    }

    /// Columns of a pair before those of the inputs.
    package static let windowColumnCount = 2
}
