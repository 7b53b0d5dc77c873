extension ErrorCatalog {
    /// Files in a pipeline file.
    static let files: [Entry] = [
        Entry(
            "E1360", "A bad path",
            """
            Files are opened by the process, wherever it was started, so their paths are absolute: \
            `${PWD}/orders.csv` names the folder of the start. A pattern stands in the last component \
            only.
            """),
        Entry(
            "E1361", "A socket as a source",
            """
            After a failure a job reads its input again from the last checkpoint. What came out of a \
            socket is gone then, so records would be lost, under every delivery guarantee. Let the \
            sender write to Kafka, which keeps its records, or to files.
            """),
        Entry(
            "E1362", "A folder that is read and written",
            """
            The pipeline would read its own output again. Write to another folder.
            """),
        Entry(
            "W1363", "Files without checkpoints",
            """
            A part file is finished when a checkpoint is complete. Without checkpoints it is finished \
            when the run ends by itself or is stopped; a run that is killed leaves nothing. Set \
            `execution.checkpointing.interval` and `execution.checkpointing.dir`.
            """),
    ]

    /// Lines that cannot be read.
    static let lines: [Entry] = [
        Entry(
            "E2401", "A line that is too long",
            """
            A line has more than 16 MiB, and would be kept in memory whole. It stops the job whatever \
            `on_error` says: lines end with LF or CR LF, and a file without them is no file of records. \
            Of CSV it may be a quote that is not closed: the message says where it stands.
            """),
        Entry(
            "E2402", "A quote that is not closed",
            """
            A field of CSV begins with a quote, and the file ends before the quote is closed: all lines \
            behind it would be text of the field. It stops the job whatever `on_error` says, since more \
            than one record would be lost. Close the quote; a quote that is text is doubled, or \
            `disable_quote_character: true` makes text of all.
            """),
    ]
}
