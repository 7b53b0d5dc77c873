extension BadInput {
    /// `transforms` over the sources `events` and `more`, which have the same columns.
    private static func united(_ what: String, _ code: String, _ text: String) -> BadInput {
        BadInput(what, code) {
            $0.sources += Sample.more
            $0.transforms = text
        }
    }

    /// `transforms` over the source `events`.
    private static func single(_ what: String, _ code: String, _ text: String) -> BadInput {
        BadInput(what, code) { $0.transforms = text }
    }

    static let routing = [
        single("a union of one input", "E1019", "  kept: { type: union, input: ‸[events] }"),
        united(
            "a union of different columns", "E1320",
            """
              kept: { type: union, input: [events, ‸fewer] }
              fewer: { type: map, input: more, drop: [place] }
            """),
        united(
            "a list of inputs of different columns", "E1320",
            """
              kept: { type: filter, input: [events, ‸fewer], where: weight > 0 }
              fewer: { type: map, input: more, drop: [place] }
            """),
        united(
            "a list with an input that there is not", "E1302",
            "  kept: { type: filter, input: [events, more, ‸moer], where: weight > 0 }"),
        united(
            "a list that names an input twice", "E1019",
            "  kept: { type: filter, input: [events, more, ‸events], where: weight > 0 }"),
        single(
            "a list of no inputs", "E1011",
            "  kept: { type: filter, input: ‸[], where: weight > 0 }"),
        united(
            "a union of an unknown input", "E1302",
            "  kept: { type: union, input: [events, more, ‸moer] }"),
        united(
            "a cycle through a union", "E1303",
            """
              kept: { type: union, input: [events, ‸back, more] }
              back: { type: filter, input: kept, where: weight > 0 }
            """),
        single(
            "a route that nothing reads", "E1301",
            """
              kept: { type: filter, input: parts.heavy, where: weight < 100 }
              parts:
                type: split
                input: events
                routes: { heavy: weight > 10, ‸light: weight < 1 }
                default: drop
            """),
        single(
            "a rest that nothing reads", "E1301",
            """
              kept: { type: filter, input: parts.heavy, where: weight < 100 }
              ‸parts: { type: split, input: events, routes: { heavy: weight > 10 } }
            """),
        single(
            "a route called default", "E1014",
            """
              kept: { type: filter, input: parts.default, where: weight < 100 }
              parts:
                type: split
                input: events
                routes: { ‸default: weight > 10 }
                default: drop
            """),
        single(
            "a route that is no condition", "E1113",
            """
              kept: { type: filter, input: parts.heavy, where: weight < 100 }
              parts: { type: split, input: events, routes: { heavy: ‸weight }, default: drop }
            """),
        single(
            "a split read as a whole", "E1302",
            """
              kept: { type: filter, input: ‸parts, where: weight < 100 }
              parts: { type: split, input: events, routes: { heavy: weight > 10 }, default: drop }
            """),
    ]
}
