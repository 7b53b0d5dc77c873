/// What every code means and what to do about it: `millrace explain-error`, docs/errors.md.
package enum ErrorCatalog {
    /// One code and what is to be said about it.
    package struct Entry: Hashable, Sendable {
        package let code: String
        package let title: String
        /// A paragraph of plain text, Markdown code marks included.
        package let text: String

        init(_ code: String, _ title: String, _ text: String) {
            self.code = code
            self.title = title
            self.text = text
        }

        /// The entry as `explain-error` prints it.
        package var explanation: String { "\(code): \(title)\n\n\(text)\n" }
    }

    struct Family: Sendable {
        let title: String
        let entries: [Entry]
    }

    static let families = [
        Family(title: "The file", entries: file),
        Family(title: "Expressions", entries: expressions),
        Family(title: "Configuration", entries: configuration),
        Family(title: "The graph", entries: graph + sinkRecords + files),
        Family(title: "Kafka's properties", entries: kafka),
        Family(title: "Records that cannot be decoded", entries: records),
        Family(title: "Lines that cannot be read", entries: lines),
        Family(title: "Rows for which an expression fails", entries: rows),
        Family(title: "Rows that come too late", entries: late),
        Family(title: "State that is full", entries: state),
        Family(title: "Rows that cannot be written", entries: written),
    ]

    /// Every code, ascending by number within its family.
    package static let entries: [Entry] = families.flatMap(\.entries)

    /// Whatever its case; nil for an unknown code.
    package static func find(_ code: String) -> Entry? {
        entries.first { $0.code == code.uppercased() }
    }

    /// docs/errors.md.
    package static func markdown() -> String {
        var page = """
            # Errors

            Every finding of `millrace lint`, and every error in a record, has a code that keeps its \
            meaning. `E` is an error, `W` a warning; `lint --strict` fails for both. `millrace \
            explain-error CODE` prints these paragraphs. This page is generated from the table of codes.

            """
        for family in families {
            page += "\n## \(family.title)\n"
            for entry in family.entries {
                page += "\n### \(entry.code): \(entry.title)\n\n\(entry.text)\n"
            }
        }
        return page
    }
}
