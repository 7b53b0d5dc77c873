internal import Glibc
internal import StreamAPI
internal import StreamCore

/// One file of a reader, and how far it has been read.
///
/// - Threading: one thread.
final class FileCursor {
    let path: String
    private let configuration: FileSourceConfiguration
    /// Where a bounded run stops reading; nil: the file may grow.
    private let stop: Int64?
    /// Bytes that are known to be in the file.
    private var knownEnd: Int64
    /// Up to where it has been looked at: behind ``offset`` lies a line that is not finished yet.
    private var examinedEnd: Int64
    private var offset: Int64
    private var fingerprint: FileFingerprint
    /// While it is read.
    private var lines: LineReader?
    /// The beginning of the file, while it is read.
    private var beginning: [UInt8] = []

    /// - Parameter stop: The end of the file at the start of a bounded run.
    init(_ split: FileSplit, stop: Int64?, _ configuration: FileSourceConfiguration) {
        path = split.path
        offset = split.offset
        fingerprint = split.fingerprint
        self.stop = stop
        self.configuration = configuration
        examinedEnd = split.offset
        // Not looked at yet: one byte more than is read makes it unread.
        knownEnd = stop ?? (split.isAtEnd ? split.offset : split.offset + 1)
    }

    var isUnread: Bool { examinedEnd < knownEnd }

    var split: FileSplit {
        var split = FileSplit(path: path)
        split.offset = offset
        split.isAtEnd = offset >= knownEnd
        split.fingerprint =
            lines == nil ? fingerprint : FileFingerprint(of: beginning, readByteCount: offset)
        return split
    }

    // MARK: Reading

    /// Appends lines, at most as many as fit, and at most what one system call reads.
    func read(into batch: RawRecordBatch) throws {
        let lines = try self.lines ?? open()
        batch.topic = path
        if lines.appendLines(to: batch) { return move(to: lines) }
        if try lines.fill(upTo: knownEnd) {
            _ = lines.appendLines(to: batch)
            return move(to: lines)
        }
        if stop != nil { lines.appendRest(to: batch) }
        move(to: lines)
        examinedEnd = knownEnd
        close()
    }

    private func move(to lines: LineReader) {
        // With lines still to be passed over, a restart begins at the first of them again.
        if lines.hasBegun { offset = lines.offset }
        examinedEnd = max(examinedEnd, offset)
    }

    private func open() throws -> LineReader {
        let file: OpenFile
        do throws(FatalError) {
            file = try OpenFile(path, place: configuration.place)
        } catch {
            throw error.exitCode == .inputMissing ? gap("it is gone, unread") : error
        }
        let byteCount = try file.byteCount()
        beginning = try file.bytes(at: 0, count: FileFingerprint.byteCountMax)
        guard fingerprint.matches(beginning) else { throw gap("another file has its name now") }
        guard byteCount >= max(offset, stop ?? 0) else {
            throw gap("it has \(byteCount) bytes only")
        }
        knownEnd = stop ?? byteCount
        let lines = LineReader(
            file, operatorID: configuration.operatorID,
            offset: try resumeOffset(in: file, byteCount),
            linesToSkip: offset == 0 ? configuration.skipLineCount : 0,
            skipsEmptyLines: configuration.skipsEmptyLines)
        if offset == 0, configuration.skipsByteOrderMark { try lines.skipByteOrderMark() }
        self.lines = lines
        return lines
    }

    /// The end of a bounded run ends a line. If only its line end has come since, that is passed over.
    private func resumeOffset(in file: OpenFile, _ byteCount: Int64) throws -> Int64 {
        guard offset > 0, byteCount > offset else { return offset }
        let around = try file.bytes(at: offset - 1, count: 3)
        guard around.first != 0x0A else { return offset }
        if around.dropFirst().first == 0x0A { return offset + 1 }
        if Array(around.dropFirst()) == [0x0D, 0x0A] { return offset + 2 }
        throw gap("its last line was read without a line end, and goes on now")
    }

    private func gap(_ what: String) -> FatalError {
        FatalError(
            .sourceGap,
            "\(configuration.place): \(path)[0]@\(offset): \(what). Restore the file, or start a new "
                + "life with --fresh")
    }

    func close() {
        if lines != nil { fingerprint = split.fingerprint }
        lines = nil
        beginning = []
    }

    // MARK: Growing

    /// Looks whether a file that has been read to its end has become longer.
    ///
    /// - Throws: ``FatalError`` (81) if it has become shorter than what was read of it.
    func look() throws(FatalError) {
        guard stop == nil, !isUnread else { return }
        var status = stat()
        // What was read to its end may be moved away.
        guard stat(path, &status) == 0 else { return }
        let byteCount = Int64(status.st_size)
        guard byteCount >= offset else { throw gap("it has \(byteCount) bytes only") }
        if byteCount > knownEnd { knownEnd = byteCount }
    }
}
