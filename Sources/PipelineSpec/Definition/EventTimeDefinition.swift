/// A source's `event_time` and `watermark`.
package struct EventTimeDefinition: Sendable {
    /// Sources that wait for each other.
    package struct Alignment: Hashable, Sendable {
        /// A name of the file's own choosing, shared by the sources of the group.
        package let group: String
        /// How far a partition may be ahead of the group.
        package let maxDriftMilliseconds: Int64
    }

    /// Of type TIMESTAMP_LTZ(3), TIMESTAMP(3) or BIGINT (milliseconds), over the source's columns.
    package let expression: NamedExpression
    /// 0 or more.
    package let delayMilliseconds: Int64
    /// Nil: a partition is never idle.
    package let idleTimeoutMilliseconds: Int64?
    package let maxLeadMilliseconds: Int64
    package let alignment: Alignment?
}
