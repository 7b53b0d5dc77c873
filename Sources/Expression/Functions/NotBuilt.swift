/// Names of Flink SQL that the grammar reserves and this version does not build, so that the
/// message can say so instead of "there is no function".
enum NotBuilt {
    /// Those that are written without parentheses.
    static let bareNames: Set<String> = [
        "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIMESTAMP", "LOCALTIME",
        "WINDOW_START", "WINDOW_END", "INTERVAL",
    ]

    static let names: Set<String> = [
        "NOW", "RAND", "RAND_INTEGER", "UUID", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME",
        "CURRENT_ROW_TIMESTAMP", "LOCALTIMESTAMP", "LOCALTIME", "PROCTIME", "UNIX_TIMESTAMP",
        "FROM_UNIXTIME", "TO_TIMESTAMP", "TO_TIMESTAMP_LTZ", "TO_DATE", "DATE_FORMAT", "EXTRACT",
        "TIMESTAMPADD", "TIMESTAMPDIFF", "CONVERT_TZ", "YEAR", "QUARTER", "MONTH", "WEEK",
        "DAYOFYEAR", "DAYOFMONTH", "DAYOFWEEK", "HOUR", "MINUTE", "SECOND", "CEILING_TO",
        "REGEXP", "REGEXP_EXTRACT", "REGEXP_REPLACE", "REGEXP_COUNT", "SIMILAR", "JSON_VALUE",
        "JSON_QUERY", "JSON_EXISTS", "JSON_STRING", "JSON_OBJECT", "JSON_ARRAY", "IS_JSON", "MD5",
        "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA2", "CARDINALITY", "ELEMENT",
        "ARRAY_CONTAINS", "ARRAY_AGG", "COLLECT", "ROW_NUMBER", "RANK", "DENSE_RANK", "LAG",
        "LEAD", "NTILE", "HOP", "TUMBLE", "CUMULATE", "SESSION", "WINDOW_START", "WINDOW_END",
        "ROUND", "TRUNCATE", "POWER", "SQRT", "EXP", "LN", "LOG", "LOG10", "LOG2", "SIN", "COS",
        "TAN", "PI", "E", "BIN", "HEX", "INITCAP", "LPAD", "RPAD", "REPEAT", "REVERSE", "ASCII",
        "CHR", "ENCODE", "DECODE", "TO_BASE64", "FROM_BASE64", "SPLIT_INDEX", "STR_TO_MAP",
        "CONCAT_WS", "INSTR", "LOCATE", "OVERLAY", "PARSE_URL", "URL_ENCODE", "URL_DECODE",
        "SPLIT", "TYPEOF", "SOURCE_WATERMARK", "CURRENT_WATERMARK", "INTERVAL", "TIMESTAMP",
        "DATE", "TIME", "GROUPING", "IS_ALPHA", "IS_DECIMAL", "IS_DIGIT",
    ]
}
