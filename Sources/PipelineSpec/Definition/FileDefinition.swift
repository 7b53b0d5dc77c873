/// `type: file` among sources: files that are read line by line.
package struct FileSourceDefinition: Hashable, Sendable {
    /// Absolute: a file, a folder, or a pattern in the last component.
    package let path: String
    /// How often new files and new lines are looked for; nil: the files of the start are the input.
    package let monitorIntervalMilliseconds: Int64?
    /// Lines at the beginning of each file that are no records.
    package let skipLineCount: Int

    /// The folder whose files may be read.
    package var folder: String {
        let name = path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
        return String(path.dropLast(name.count))
    }
}

/// `type: file` among sinks: a folder in which files appear.
package struct FileSinkDefinition: Hashable, Sendable {
    /// Absolute.
    package let folder: String
}

/// The metadata columns of a file source, by their reserved names.
package enum FileMetadata {
    package static let file = "$file"
    package static let offset = "$offset"
    package static let line = "$line"
}
