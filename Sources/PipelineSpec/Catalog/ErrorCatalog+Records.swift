extension ErrorCatalog {
    /// Checks of what a sink's records are made of.
    static let sinkRecords: [Entry] = [
        Entry(
            "E1331", "A wrong type in a sink's record",
            """
            A header is STRING or BYTES, a partition is INT or BIGINT. Write a CAST, or make a column \
            of the right type by a map before the sink.
            """),
        Entry(
            "E1332", "Headers that cannot be passed on",
            """
            `headers: pass_through` writes the headers of the source record that a row still is. Behind \
            an aggregate, a join or any other operator that repartitions or unites rows, rows are no \
            longer records: take the headers that matter along as columns, and write them by name.
            """),
        Entry(
            "E1333", "Not a pattern",
            """
            `topic_pattern` is a regular expression as Java writes it, which the whole name of a topic \
            must match. It is matched in linear time, so back-references and look-around are refused.
            """),
        Entry(
            "E1340", "Rows that nobody rejected",
            """
            A `dead_letter` sink writes records that an operator would not take: those of an output \
            `.errors` or `.late`, or of filters and splits behind these. Whatever else is wanted in a \
            topic, a `kafka` sink writes.
            """),
        Entry(
            "E1341", "Rows without a record",
            """
            Behind a window or a join, a row is made of several records. When such a row fails, or comes \
            too late for a second window, there is no record that a `dead_letter` sink could write. \
            Write the output by a `kafka` sink, as the rows that they are.
            """),
        Entry(
            "E1342", "Late rows of two inputs",
            """
            The output `late` of a join has the rows of both of its inputs, each with the columns of its \
            own input. An expression, or the value of a record, cannot be made of that. A `dead_letter` \
            sink takes them: it writes the records that the rows were.
            """),
        Entry(
            "E1343", "Not a rate",
            """
            `max_rate` is a share of the records that were read, or a number of records, within a time \
            of 1 s to 1 d: `5 % per 1 min`, `100 per 1 h`.
            """),
        Entry(
            "E1350", "A column without a form in the format",
            """
            The format has no text for values of this type: INTERVAL in any; in CSV MAP, and ARRAYs and \
            ROWs of anything but scalars; as text ARRAY, MAP, ROW and JSON. CAST the column, select a \
            part of it, or use another format.
            """),
    ]

    /// Rows that an operator with windows does not take.
    static let late: [Entry] = [
        Entry(
            "E4001", "A row that came too late",
            """
            The row's event time is so far behind the operator's watermark that nothing of the operator \
            waits for it any more. `late: drop` leaves such rows out and counts them, `late: \
            side_output` passes them on. Raise `delay` of the source's watermark, or `allowed_lateness` \
            of the window, to have fewer.
            """)
    ]

    /// Rows of which a sink can make no record.
    static let written: [Entry] = [
        Entry(
            "E2301", "A partition that the topic has not",
            """
            The column of `partitioner` holds a number below 0, or not below the number of the topic's \
            partitions. The job stops; correct the column, or leave such rows out by a filter. NULL \
            leaves the choice to the key.
            """),
        Entry(
            "E2302", "A timestamp that cannot be written",
            """
            Kafka has no timestamps before 1970, and the client library takes the very first millisecond \
            for the present time. The job stops; correct the expression of `timestamp`, or leave such \
            rows out by a filter. NULL writes the present time.
            """),
    ]
}
