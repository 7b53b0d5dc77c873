internal import Glibc
internal import StreamAPI
internal import StreamCore

/// Cuts one open file into lines, which stay where they were read to: slices into chunks.
///
/// A line ends with LF or CR LF, which are not part of it.
///
/// - Threading: one thread.
/// - Cost: one copy, by pread(2); allocates chunks of a megabyte, and larger ones for longer lines.
final class LineReader {
    /// A longer line stops the job: it would be kept in memory whole.
    static let lineByteCountMax = 16 << 20
    /// Less room than this is not worth a system call.
    private static let roomByteCountMin = 64 << 10

    let file: OpenFile
    private let operatorID: OperatorID
    private let skipsEmptyLines: Bool
    /// Lines at the beginning that are no records, still to be passed over.
    private var linesToSkip: Int
    private var chunk = ByteChunk(capacity: ByteArena.chunkByteCount)
    /// Where the chunk begins in the file.
    private var chunkOffset: Int64
    /// Where the first line begins.
    private var firstOffset: Int64
    /// In the chunk: the first byte not given out, the first not searched, behind the last one read.
    private var (start, searched, end) = (0, 0, 0)

    /// - Parameters:
    ///   - offset: Where a line begins.
    ///   - linesToSkip: From there.
    init(
        _ file: OpenFile, operatorID: OperatorID, offset: Int64, linesToSkip: Int,
        skipsEmptyLines: Bool
    ) {
        self.file = file
        self.operatorID = operatorID
        self.linesToSkip = linesToSkip
        self.skipsEmptyLines = skipsEmptyLines
        chunkOffset = offset
        firstOffset = offset
    }

    /// Where the next line begins in the file.
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

    /// Appends the whole lines that have been read, as many as fit.
    ///
    /// - Returns: Whether the batch is full.
    func appendLines(to batch: RawRecordBatch) -> Bool {  // hot
        let before = batch.rowCount
        var isFull = true
        while batch.rowCount < batch.rowCapacity {
            guard let found = memchr(chunk.bytes + searched, 0x0A, end - searched) else {
                searched = end
                isFull = false
                break
            }
            let lineEnd = UnsafeRawPointer(found) - UnsafeRawPointer(chunk.bytes)
            append(upTo: lineEnd, to: batch)
            start = lineEnd + 1
            searched = start
        }
        if batch.rowCount > before { batch.chunks.append(chunk) }
        return isFull
    }

    /// Appends what is left behind the last line end as a line: the file ends here.
    func appendRest(to batch: RawRecordBatch) {
        let before = batch.rowCount
        if end > start { append(upTo: end, to: batch) }
        start = end
        searched = end
        if batch.rowCount > before { batch.chunks.append(chunk) }
    }

    @inline(__always)
    private func append(upTo lineEnd: Int, to batch: RawRecordBatch) {
        if linesToSkip > 0 {
            linesToSkip -= 1
            return
        }
        let base = chunk.bytes.assumingMemoryBound(to: UInt8.self) + start
        var count = lineEnd - start
        if count > 0, base[count - 1] == 0x0D { count -= 1 }
        if count == 0, skipsEmptyLines { return }
        let row = batch.rowCount
        batch.values[row] = ByteSlice(base: base, count: count)
        batch.keys[row] = .absent
        batch.partitions[row] = 0
        batch.offsets[row] = offset
        batch.timestamps[row] = -1
        batch.rowCount = row + 1
    }

    /// Reads on.
    ///
    /// - Parameter limit: Behind the last byte that may be read.
    /// - Returns: False if `limit` has been reached.
    /// - Throws: ``FatalError`` (81) if the file ends before `limit`; E2401 for a line that is too long.
    func fill(upTo limit: Int64) throws -> Bool {
        guard readOffset < limit else { return false }
        try makeRoom()
        let count = min(chunk.capacity - end, Int(clamping: limit - readOffset))
        let got = try file.read(into: chunk.bytes + end, count: count, at: readOffset)
        guard got > 0 else {
            throw FatalError(
                .sourceGap,
                "source \(operatorID.rawValue): \(file.path)[0]@\(readOffset): the file ends here, and had \(limit) bytes "
                    + "when it was last looked at: it was cut off while it was read; restore it, or "
                    + "take it away and start a new life with --fresh")
        }
        end += got
        return true
    }

    private func makeRoom() throws {
        guard chunk.capacity - end < Self.roomByteCountMin else { return }
        let rest = end - start
        guard rest <= Self.lineByteCountMax else {
            throw RecordError(
                code: "E2401",
                place: RecordPlace(
                    topic: file.path, partition: PartitionIndex(rawValue: 0),
                    offset: Offset(rawValue: offset)),
                operatorID: operatorID,
                message: "the line has more than \(Self.lineByteCountMax) bytes; end lines with LF "
                    + "or CR LF, or take the file away",
                canBeDropped: false)
        }
        let isLong = rest > ByteArena.chunkByteCount - 2 * Self.roomByteCountMin
        let next = ByteChunk(capacity: isLong ? 2 * rest : ByteArena.chunkByteCount)
        next.bytes.copyMemory(from: chunk.bytes + start, byteCount: rest)
        chunkOffset += Int64(start)
        (chunk, start, searched, end) = (next, 0, searched - start, rest)
    }
}
