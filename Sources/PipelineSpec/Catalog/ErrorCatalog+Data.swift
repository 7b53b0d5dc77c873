extension ErrorCatalog {
    static let expressions: [Entry] = [
        Entry(
            "E1101", "Not an expression",
            """
            The text does not follow the grammar of SQL's scalar expressions at the marked place.
            """),
        Entry(
            "E1102", "Unknown column",
            """
            The input has no such column, or the path leads to nothing. Names are case-sensitive; \
            others than letters, digits and `_` need double quotes: `"my column"`.
            """),
        Entry(
            "E1103", "Values that cannot be compared",
            """
            The two sides have types without a common order, such as STRING and BIGINT. Write a CAST.
            """),
        Entry(
            "E1104", "Wrong type of operand",
            """
            An operator or function does not take values of this type. Write a CAST, or TRY_CAST \
            where the value may be bad.
            """),
        Entry("E1105", "Unknown function", "`millrace functions` lists all of them."),
        Entry(
            "E1106", "Wrong number of arguments",
            "`millrace functions NAME` shows how it is called."),
        Entry(
            "E1107", "A bad literal",
            """
            A number that no type can hold, or a LIKE pattern with a wrong escape.
            """),
        Entry(
            "E1108", "Not available in this version",
            """
            The word belongs to the language, but this version has it not.
            """),
        Entry(
            "E1109", "A misplaced aggregate",
            """
            COUNT, SUM, MIN, MAX and AVG stand only in the `select` of an `aggregate`, each item of \
            which has at least one, and never inside each other.
            """),
        Entry(
            "E1110", "A column that is not grouped",
            """
            Outside an aggregate function, the `select` of an `aggregate` can use key columns only: \
            which row's value should it take?
            """),
        Entry(
            "E1111", "No common type",
            """
            The branches of CASE, COALESCE, or the values of IN have no type in common.
            """),
        Entry(
            "E1112", "A NULL without a type",
            "Write CAST(NULL AS STRING), or whatever type is meant."),
        Entry(
            "E1113", "Another type is needed here",
            """
            The expression as a whole has another type than its place; `where` needs BOOLEAN.
            """),
        Entry(
            "E1114", "A cast that does not exist", "There is no conversion between the two types."),
        Entry(
            "E1115", "An expression that is too large",
            """
            It has more than 64 KiB or is nested deeper than 200 levels.
            """),
        Entry(
            "E1131", "Not a regular expression",
            """
            Patterns are Java's as far as RE2 goes, which matches in time proportional to the text: \
            back-references (`\\1`), look-ahead, look-behind, atomic groups and possessive \
            quantifiers do not exist. `(?<name>..)`, `\\p{Alpha}` and flags `i`, `m`, `s` do. In a \
            text of SQL a backslash is written once.
            """),
        Entry(
            "E1132", "Not a path into JSON",
            """
            A path is a constant: `$`, then `.name`, `['name']`, `[0]`, with `lax` or `strict` before \
            it. Without either it is strict, as in Flink: a step that leads nowhere is an ERROR.
            """),
        Entry(
            "E1133", "A function that is not deterministic",
            """
            After a failure records are read again, and NOW, RAND, UUID and their like give other \
            values than before: rows that were counted, filtered or keyed by them would not be the \
            same. `allow_nondeterministic: true`, at the top of the file, says that this is wanted; \
            each record still counts once. A pipeline whose sinks are all at_least_once may use them.
            """),
    ]

    private static let policy =
        " The source's `on_error` decides: `fail` stops the job, `drop` leaves the record out."

    static let records: [Entry] = [
        Entry("E2001", "Malformed", "The value is not a well-formed JSON object." + policy),
        Entry(
            "E2002", "A field is missing",
            """
            A column that is NOT NULL is absent or null in the document.
            """ + policy),
        Entry(
            "E2003", "A field has another type",
            """
            The document has a text where the schema says a number, or the like.
            """ + policy),
        Entry("E2004", "A number out of range", "The column's type cannot hold it." + policy),
        Entry("E2005", "Nested too deep", "The document has too many levels." + policy),
        Entry("E2006", "Not UTF-8", "JSON is UTF-8; this value is not." + policy),
        Entry("E2007", "No value", "The record is a tombstone, or its value is empty." + policy),
        Entry("E2008", "Too long", "The document is longer than a record may be." + policy),
        Entry(
            "E2009", "A tombstone",
            """
            The record's value is null: for Kafka's compaction, its key is deleted. The source's option \
            `tombstones` says what a null value means here: `drop` leaves it out, `row` makes a row \
            whose columns are NULL and whose `$key` is the record's; with `fail`, the default, it is \
            an error like a value that cannot be decoded.
            """ + policy),
    ]

    private static let rowPolicy =
        " The operator's `on_error` decides: `fail` stops the job, `drop` leaves the row out."

    static let rows: [Entry] = [
        Entry(
            "E2101", "Division by zero",
            "NULLIF(x, 0) as the divisor gives NULL instead." + rowPolicy),
        Entry(
            "E2102", "Overflow",
            """
            The result is outside the range of its type. Results never wrap around; CAST an operand \
            to a wider type.
            """ + rowPolicy),
        Entry("E2103", "A bad cast", "TRY_CAST gives NULL instead." + rowPolicy),
        Entry(
            "E2104", "A bad pattern",
            """
            A LIKE pattern from data has a wrong escape, or a text from data is no regular expression.
            """ + rowPolicy),
        Entry(
            "E2105", "A value that is too long",
            "A text grew beyond the limit of one value, or what an aggregate keeps for one key beyond 1 MiB."
                + rowPolicy),
        Entry(
            "E2106", "A row without event time",
            """
            The source's `event_time` is NULL for this row. COALESCE gives it another value, such as \
            the record's own timestamp.
            """ + rowPolicy),
        Entry(
            "E2111", "A value that the function does not take",
            "The root of a negative number, a text that is not Base64." + rowPolicy),
        Entry(
            "E2112", "A JSON value that is not there",
            """
            A function with ERROR ON ERROR or ON EMPTY found no value, or a value inside of a ROW, \
            ARRAY or MAP is not of its declared type.
            """ + rowPolicy),
        Entry(
            "E2120", "A MAP with too many members",
            """
            `unnest` and `flat_map` take MAP values of up to 65,536 members. An ARRAY may have any number \
            of elements.
            """ + rowPolicy),
    ]

    static let state: [Entry] = [
        Entry(
            "E2201", "State that is full",
            """
            A key group holds as many keys as it can, or a join's window as many rows. More key groups \
            hold more: raise `pipeline.max-parallelism`, which starts the job's state anew. A smaller \
            window holds fewer rows, and so does each of more subtasks.
            """),
        Entry(
            "E2202", "Too many open windows",
            """
            The record would open one window more than an operator holds at once, or its key one \
            session more. Windows close as the watermark advances: look for an input that is idle or \
            lags behind, or make the windows larger.
            """),
    ]
}
