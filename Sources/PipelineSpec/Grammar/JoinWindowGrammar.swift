/// `window` of a join.
enum JoinWindowGrammar {
    static let variants = WindowGrammar.variants + [interval]

    private static let interval =
        Variant(
            name: "interval",
            object: ObjectSpecification(
                docs: """
                    No windows: rows meet if the right one's event time is between the left one's plus \
                    `lower` and plus `upper`, both included.
                    """,
                fields: [
                    Grammar.type("interval"),
                    bound(
                        "lower", "0 s",
                        "How much later than the left row the right one is at least."),
                    bound("upper", "15 min", "How much later it is at most; not below `lower`."),
                ]))

    private static func bound(
        _ name: String, _ example: String, _ docs: String
    ) -> FieldSpecification {
        FieldSpecification(
            name,
            .duration(
                -WindowGrammar.longestMilliseconds...WindowGrammar.longestMilliseconds,
                bareNumbers: false),
            isRequired: true, example: example, docs + " May be negative.")
    }
}
