package import Formats
internal import StreamAPI
package import StreamCore

/// One file source of a pipeline file.
package struct FileSourceConfiguration: Sendable {
    package let operatorID: OperatorID
    /// Absolute: a file, a folder, or a folder and a pattern of names.
    package let path: String
    /// How often new files and new lines are looked for; nil: the files of the start are the input.
    package var monitorIntervalMilliseconds: Int64?
    /// How quoted line ends are told from those that end a record; nil: each line is one.
    package var csvDialect: CSVDialect?
    /// Lines at the beginning of each file that are no records.
    package var skipLineCount = 0
    /// Empty lines are no records: of formats that have no empty record.
    package var skipsEmptyLines = false
    /// A byte order mark at the beginning of a file is not part of its first line.
    package var skipsByteOrderMark = true

    package init(operatorID: OperatorID, path: String) {
        self.operatorID = operatorID
        self.path = path
    }

    var place: String { "source \(operatorID.rawValue)" }
    var pattern: FilePattern { FilePattern(path: path, place: place) }
}
