/// What the records of a sink have besides key and value.
package struct SinkRecord: Sendable {
    package enum Headers: Sendable {
        case none
        /// The source record's own, all of them.
        case passThrough
        /// In the order of the file; STRING or BYTES each. NULL leaves a header out.
        case fields([NamedExpression])
    }
    /// Which partition a record goes to.
    package enum Partitioner: Sendable {
        /// As Kafka's own producer: murmur2 of the key.
        case murmur2
        /// One for each subtask (Flink's `fixed`).
        case subtask
        case fixed(Int32)
        /// INT or BIGINT; NULL leaves the choice to the key.
        case column(NamedExpression)
    }

    package let headers: Headers
    /// TIMESTAMP_LTZ(3); nil, and NULL: the time of writing.
    package let timestamp: NamedExpression?
    package let partitioner: Partitioner
    /// BOOLEAN: where it is TRUE the value is null.
    package let tombstoneWhen: NamedExpression?
}
