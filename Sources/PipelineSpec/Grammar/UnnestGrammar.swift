/// `type: unnest` and `type: flat_map` of `transforms`.
enum UnnestGrammar {
    static let unnest = ObjectSpecification(
        docs: """
            A row for each element of an array, or for each member of a map: the input's columns, then \
            the element's. Flink's `CROSS JOIN UNNEST`. docs/transforms.md says what is promised.
            """,
        fields: [Grammar.type("unnest")] + shared + [onError, Grammar.renamedFrom])

    static let flatMap = ObjectSpecification(
        docs: """
            Several rows for a row: `unnest`, of which exactly the columns of `select` go out.
            """,
        fields: [Grammar.type("flat_map")] + shared + [
            FieldSpecification(
                "select", .map(.column, .expression), isRequired: true,
                example: "{ id: id, total: price * quantity }",
                """
                Exactly these columns, in this order, for each element; made of the input's columns and \
                the element's, which hide the input's of the same name.
                """),
            onError, Grammar.renamedFrom,
        ])

    private static let shared = [
        Grammar.input,
        FieldSpecification(
            "of", .expression, isRequired: true, example: "items",
            "An ARRAY, or a MAP: what the rows are made of. NULL and an empty one give no row."),
        FieldSpecification(
            "as",
            .shapes(scalar: .text(.column), list: .list(.text(.column)), mapping: nil),
            default: "(the fields of a ROW; `key` and `value` of a MAP)", example: "item",
            """
            What an element is called: one name for the whole element, or a list with a name for each \
            field of a ROW, for key and value of a MAP.
            """),
        FieldSpecification(
            "ordinality", .text(.column), example: "position",
            "A column with the element's number, INT, from 1 (Flink's `WITH ORDINALITY`)."),
        FieldSpecification(
            "keep_empty", .boolean, default: "false",
            """
            Whether a row without elements goes on once, with NULLs in their place (Flink's `LEFT JOIN \
            UNNEST`).
            """),
    ]

    private static let onError = Grammar.onError(
        "What happens to a row whose array, or to an element that, is not of its declared type.")
}
