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
    /// The number of the line at ``offset``, from 1; nil: not counted yet.
    private var line: Int64?
    private var fingerprint: FileFingerprint
    /// While it is read.
    private var lines: LineReader?
    /// The beginning of the file, while it is read.
    private var beginning: [UInt8] = []
    /// What had the file's name when its fingerprint was last compared; nil: not in this run.
    private var identity: FileIdentity?

    /// - Parameter stop: The end of the file at the start of a bounded run.
    init(_ split: FileSplit, stop: Int64?, _ configuration: FileSourceConfiguration) {
        path = split.path
        offset = split.offset
        line = split.line
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
        split.line = line
        split.isAtEnd = offset >= knownEnd
        split.fingerprint =
            lines == nil ? fingerprint : FileFingerprint(of: beginning, readByteCount: offset)
        return split
    }

    // MARK: Reading

    /// Appends records, at most as many as fit, and at most what one system call reads.
    func read(into batch: RawRecordBatch) throws {
        let lines = try self.lines ?? open()
        batch.topic = path
        if lines.appendRecords(to: batch) { return move(to: lines) }
        if try lines.fill(upTo: knownEnd) {
            _ = lines.appendRecords(to: batch)
            return move(to: lines)
        }
        if stop != nil { try lines.appendRest(to: batch) }
        move(to: lines)
        examinedEnd = knownEnd
        close()
    }

    private func move(to lines: LineReader) {
        // With lines still to be passed over, a restart begins at the first of them again.
        if lines.hasBegun { (offset, line) = (lines.offset, lines.line) }
        examinedEnd = max(examinedEnd, offset)
    }

    private func open() throws -> LineReader {
        let file: OpenFile
        do throws(FatalError) {
            file = try OpenFile(path, place: configuration.place)
        } catch {
            throw error.exitCode == .inputMissing ? gap("it is gone, unread") : error
        }
        let status = try file.status()
        let byteCount = Int64(status.st_size)
        identity = FileIdentity(status)
        beginning = try file.bytes(at: 0, count: FileFingerprint.byteCountMax)
        guard fingerprint.matches(beginning) else { throw gap("another file has its name now") }
        guard byteCount >= max(offset, stop ?? 0) else {
            throw gap("it has \(byteCount) bytes only")
        }
        knownEnd = stop ?? byteCount
        let (start, startLine) = try resumePosition(in: file, byteCount)
        let lines = LineReader(
            file, configuration, offset: start, line: startLine,
            linesToSkip: offset == 0 ? configuration.skipLineCount : 0)
        if offset == 0, configuration.skipsByteOrderMark { try lines.skipByteOrderMark() }
        self.lines = lines
        return lines
    }

    /// The end of a bounded run ends a line. If only its line end has come since, that is passed over.
    private func resumePosition(
        in file: OpenFile, _ byteCount: Int64
    ) throws -> (offset: Int64, line: Int64) {
        let line = try self.line ?? file.lineFeedCount(before: offset) + 1
        self.line = line
        guard offset > 0, byteCount > offset else { return (offset, line) }
        let around = try file.bytes(at: offset - 1, count: 3)
        guard around.first != 0x0A else { return (offset, line) }
        if around.dropFirst().first == 0x0A { return (offset + 1, line + 1) }
        if Array(around.dropFirst()) == [0x0D, 0x0A] { return (offset + 2, line + 1) }
        throw gap("its last line was read without a line end, and goes on now")
    }

    private func gap(_ what: String) -> FatalError {
        FatalError(
            .sourceGap,
            "\(configuration.place): \(split.place): \(what). Restore the file, or start a new life "
                + "with --fresh")
    }

    func close() {
        if lines != nil { fingerprint = split.fingerprint }
        lines = nil
        beginning = []
    }

    // MARK: Growing

    /// Looks whether a file that has been read to its end has become longer.
    ///
    /// - Throws: ``FatalError`` (81) if it has become shorter than what was read of it, or is another.
    /// - Cost: One stat(2); the file is opened where something else has its name, or it was written.
    func look() throws {
        guard stop == nil, !isUnread else { return }
        var status = stat()
        // What was read to its end may be moved away.
        guard stat(path, &status) == 0 else { return }
        let byteCount = Int64(status.st_size)
        guard byteCount >= offset else { throw gap("it has \(byteCount) bytes only") }
        if byteCount > knownEnd {
            knownEnd = byteCount
        } else if identity != FileIdentity(status) {
            try compare()
        }
    }

    /// - Throws: ``FatalError`` (81) if the file does not begin as the one that was read.
    private func compare() throws {
        let file = try OpenFile(path, place: configuration.place)
        let status = try file.status()
        guard fingerprint.matches(try file.bytes(at: 0, count: fingerprint.byteCount)) else {
            throw gap("another file has its name now")
        }
        identity = FileIdentity(status)
    }
}

/// What tells that a name stands for the same file, not written since.
private struct FileIdentity: Equatable {
    private let device: dev_t
    private let inode: ino_t
    private let seconds: Int
    private let nanoseconds: Int

    init(_ status: stat) {
        device = status.st_dev
        inode = status.st_ino
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
