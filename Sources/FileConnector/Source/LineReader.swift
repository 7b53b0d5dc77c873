internal import Glibc
internal import StreamAPI
internal import StreamCore

/// Cuts one open file into records, which stay where they were read to: slices into chunks.
///
/// A record is a line, and of CSV more than one where a quoted field holds line ends. LF or CR LF end
/// it and are not part of it.
///
/// - Threading: one thread.
/// - Cost: one copy, by pread(2); allocates chunks of a megabyte, and larger ones for longer records.
final class LineReader {
    /// A longer record stops the job: it would be kept in memory whole.
    static let recordByteCountMax = 16 << 20
    /// Less room than this is not worth a system call.
    private static let roomByteCountMin = 64 << 10

    let file: OpenFile
    private let configuration: FileSourceConfiguration
    private var splitter: RecordSplitter
    /// Lines at the beginning that are no records, still to be passed over.
    private var linesToSkip: Int
    private var chunk = ByteChunk(capacity: ByteArena.chunkByteCount)
    /// Where the chunk begins in the file.
    private var chunkOffset: Int64
    /// Where the first line begins.
    private var firstOffset: Int64
    /// The number of the line at `start`, from 1.
    private(set) var line: Int64
    /// In the chunk: the first byte not given out, behind the last one read.
    private var (start, end) = (0, 0)

    /// - Parameters:
    ///   - offset: Where a line begins.
    ///   - line: Its number, from 1.
    ///   - linesToSkip: From there.
    init(
        _ file: OpenFile, _ configuration: FileSourceConfiguration, offset: Int64, line: Int64,
        linesToSkip: Int
    ) {
        self.file = file
        self.configuration = configuration
        self.line = line
        self.linesToSkip = linesToSkip
        splitter = RecordSplitter(configuration.csvDialect)
        chunkOffset = offset
        firstOffset = offset
    }

    /// Where the next record begins in the file.
    var offset: Int64 { chunkOffset + Int64(start) }
    /// Behind the last byte read.
    var readOffset: Int64 { chunkOffset + Int64(end) }
    /// Whether a line has been passed, and every line that is no record.
    var hasBegun: Bool { linesToSkip == 0 && offset > firstOffset }

    /// Passes over a byte order mark; before anything else, at the beginning of the file.
    func skipByteOrderMark() throws {
        guard try file.bytes(at: chunkOffset, count: 3) == [0xEF, 0xBB, 0xBF] else { return }
        chunkOffset += 3
        firstOffset += 3
    }

    /// Appends the whole records that have been read, as many as fit.
    ///
    /// - Returns: Whether the batch is full.
    func appendRecords(to batch: RawRecordBatch) -> Bool {  // hot
        let before = batch.rowCount
        let lines = batch.makeLines()
        var isFull = true
        while batch.rowCount < batch.rowCapacity {
            let found = splitter.recordEnd(
                in: chunk.bytes, from: start, to: end, isLine: linesToSkip > 0)
            guard let found else {
                isFull = false
                break
            }
            append(upTo: found, to: batch, lines)
            start = found + 1
            line += 1
        }
        if batch.rowCount > before { batch.chunks.append(chunk) }
        return isFull
    }

    /// Appends what is left behind the last record as a record: the file ends here.
    ///
    /// - Throws: E2402 if it ends within quotes.
    func appendRest(to batch: RawRecordBatch) throws {
        let before = batch.rowCount
        let found = splitter.recordEnd(
            in: chunk.bytes, from: start, to: end, isLine: linesToSkip > 0, isLast: true)
        if let found {
            append(upTo: found, to: batch, batch.makeLines())
            start = found
        } else if let openQuote = splitter.openQuote {
            throw recordError(
                "E2402", openQuote,
                "the field that begins with this quote is not closed before the file ends; close it, "
                    + "double quotes that are text, or set disable_quote_character: true")
        }
        if batch.rowCount > before { batch.chunks.append(chunk) }
    }

    @inline(__always)
    private func append(
        upTo recordEnd: Int, to batch: RawRecordBatch, _ lines: UnsafeMutablePointer<Int64>
    ) {
        let firstLine = line
        if splitter.mayHoldLineEnds { line += lineEndCount(upTo: recordEnd) }
        if linesToSkip > 0 {
            linesToSkip -= 1
            return
        }
        let base = chunk.bytes.assumingMemoryBound(to: UInt8.self) + start
        var count = recordEnd - start
        if count > 0, base[count - 1] == 0x0D, !splitter.isEscaped(before: recordEnd) {
            count -= 1
        }
        if count == 0, configuration.skipsEmptyLines { return }
        let row = batch.rowCount
        batch.values[row] = ByteSlice(base: base, count: count)
        batch.keys[row] = .absent
        batch.partitions[row] = 0
        batch.offsets[row] = offset
        lines[row] = firstLine
        batch.timestamps[row] = -1
        batch.rowCount = row + 1
    }

    private func lineEndCount(upTo place: Int) -> Int64 {
        Int64(ByteSearch.count(0x0A, in: chunk.bytes, from: start, to: place))
    }

    /// Reads on.
    ///
    /// - Parameter limit: Behind the last byte that may be read.
    /// - Returns: False if `limit` has been reached.
    /// - Throws: ``FatalError`` (81) if the file ends before `limit`; E2401 for a record that is too
    ///   long.
    func fill(upTo limit: Int64) throws -> Bool {
        guard readOffset < limit else { return false }
        try makeRoom()
        let count = min(chunk.capacity - end, Int(clamping: limit - readOffset))
        let got = try file.read(into: chunk.bytes + end, count: count, at: readOffset)
        guard got > 0 else {
            throw FatalError(
                .sourceGap,
                "\(configuration.place): \(place(of: start)): the file ends at offset \(readOffset), "
                    + "and had \(limit) bytes when it was last looked at: it was cut off while it was "
                    + "read; restore it, or take it away and start a new life with --fresh")
        }
        end += got
        return true
    }

    private func makeRoom() throws {
        guard chunk.capacity - end < Self.roomByteCountMin else { return }
        let rest = end - start
        guard rest <= Self.recordByteCountMax else { throw tooLong() }
        let isLong = rest > ByteArena.chunkByteCount - 2 * Self.roomByteCountMin
        let longest = Self.recordByteCountMax + 2 * Self.roomByteCountMin
        let next = ByteChunk(capacity: isLong ? min(2 * rest, longest) : ByteArena.chunkByteCount)
        next.bytes.copyMemory(from: chunk.bytes + start, byteCount: rest)
        chunkOffset += Int64(start)
        splitter.shift(by: start)
        (chunk, start, end) = (next, 0, rest)
    }

    // MARK: Errors

    private func tooLong() -> RecordError {
        let what = "more than \(Self.recordByteCountMax) bytes"
        guard let openQuote = splitter.openQuote else {
            return recordError(
                "E2401", start,
                "the line has \(what); end lines with LF or CR LF, or take the file away")
        }
        return recordError(
            "E2401", start,
            "the record has \(what), and the quote at \(place(of: openQuote)) is not closed; close "
                + "it, double quotes that are text, or set disable_quote_character: true")
    }

    private func recordError(_ code: String, _ at: Int, _ message: String) -> RecordError {
        RecordError(
            code: code, place: place(of: at), operatorID: configuration.operatorID,
            message: message, canBeDropped: false)
    }

    /// - Parameter at: In the chunk, not before `start`.
    private func place(of at: Int) -> RecordPlace {
        RecordPlace(
            topic: file.path, partition: PartitionIndex(rawValue: 0),
            offset: Offset(rawValue: chunkOffset + Int64(at)), line: line + lineEndCount(upTo: at))
    }
}
