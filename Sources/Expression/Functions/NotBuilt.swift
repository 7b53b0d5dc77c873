/// Names of Flink SQL that the grammar reserves and this version does not build, so that the
/// message can say so instead of "there is no function".
enum NotBuilt {
    /// Those that are written without parentheses.
    static let bareNames: Set<String> = [
        "CURRENT_TIME", "LOCALTIME",
    ]

    /// What to write instead.
    static let instead = [
        "COLLECT": "ARRAY_AGG(x): COLLECT gives a MULTISET, a type that no format has"
    ]

    static let names: Set<String> = [
        // Times.
        "CURRENT_TIME", "LOCALTIME",
        "INTERVAL", "TIMESTAMP", "DATE", "TIME",
        // Texts and collections.
        "PRINTF", "ELT", "JSON_LENGTH", "COLLECT", "ARRAY_APPEND", "ARRAY_CONCAT",
        "ARRAY_DISTINCT", "ARRAY_EXCEPT", "ARRAY_INTERSECT", "ARRAY_JOIN", "ARRAY_MAX",
        "ARRAY_MIN", "ARRAY_POSITION", "ARRAY_PREPEND", "ARRAY_REMOVE", "ARRAY_REVERSE",
        "ARRAY_SLICE", "ARRAY_SORT", "ARRAY_UNION", "MAP_ENTRIES", "MAP_FROM_ARRAYS", "MAP_KEYS",
        "MAP_UNION", "MAP_VALUES", "PERCENTILE",
        // Aggregates and windows.
        "ROW_NUMBER", "RANK", "DENSE_RANK", "LAG", "LEAD", "NTILE", "HOP", "TUMBLE",
        "CUMULATE", "SESSION", "WINDOW_START", "WINDOW_END", "GROUPING",
        // Others.
        "TYPEOF", "SOURCE_WATERMARK", "CURRENT_WATERMARK",
    ]
}
