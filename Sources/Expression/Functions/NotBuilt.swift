/// Names of Flink SQL that the grammar reserves and this version does not build, so that the
/// message can say so instead of "there is no function".
enum NotBuilt {
    /// Those that are written without parentheses.
    static let bareNames: Set<String> = [
        "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIMESTAMP", "LOCALTIME",
    ]

    static let names: Set<String> = [
        // Times.
        "NOW", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_ROW_TIMESTAMP",
        "LOCALTIMESTAMP", "LOCALTIME", "PROCTIME",

        "INTERVAL", "TIMESTAMP", "DATE", "TIME",
        // Texts and JSON.
        "JSON_VALUE", "JSON_QUERY", "JSON_EXISTS", "JSON_STRING", "JSON_OBJECT", "JSON_ARRAY",
        "IS_JSON", "STR_TO_MAP", "SPLIT",
        // Collections.
        "CARDINALITY", "ELEMENT", "ARRAY_CONTAINS", "COLLECT",
        // Random values.
        "RAND", "RAND_INTEGER", "UUID",
        // Aggregates and windows.
        "ARRAY_AGG", "ROW_NUMBER", "RANK", "DENSE_RANK", "LAG", "LEAD", "NTILE", "HOP", "TUMBLE",
        "CUMULATE", "SESSION", "WINDOW_START", "WINDOW_END", "GROUPING",
        // Others.
        "TYPEOF", "SOURCE_WATERMARK", "CURRENT_WATERMARK",
    ]
}
