package import Expression

/// `type: join`: rows of two inputs, matched by key and event time.
package struct JoinDefinition: Sendable {
    /// Which rows without a partner come out.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case inner, left, right, full
    }

    /// Which rows may meet. All in milliseconds.
    package enum Window: Hashable, Sendable {
        /// Tumbling where `slide` is `size`, which is a multiple of it; `offset` is within plus or minus
        /// `slide`.
        case hopping(size: Int64, slide: Int64, offset: Int64)
        case session(gap: Int64)
        /// `right.time BETWEEN left.time + lower AND left.time + upper`.
        case interval(lower: Int64, upper: Int64)
    }

    /// When the rows of a window go out; without meaning for an interval.
    package enum Emission: String, Hashable, Sendable, CaseIterable {
        case onWindowEnd = "on_window_end"
        case onWindowClose = "on_window_close"
    }

    package let kind: Kind
    /// What the file calls the left and the right input; their ids are the transform's inputs.
    package let aliases: [String]
    package let window: Window
    /// 0 or more; 0 for an interval.
    package let allowedLatenessMilliseconds: Int64
    package let emission: Emission
    /// As written, for explanations.
    package let conditionText: String
    /// At least one.
    package let keys: [JoinCondition.Key]
    /// Over the columns of the pair; nil: the keys are all that is asked.
    package let residual: TypedExpression?
    /// What the pair's expressions use of the inputs, behind `window_start` and `window_end`.
    package let columns: [PairScope.Column]
    /// Over the columns of the pair; in the order of the file, at least one.
    package let outputs: [NamedExpression]
}
