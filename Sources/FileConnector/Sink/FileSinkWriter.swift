internal import Formats
internal import Observability
internal import StreamAPI
internal import StreamCore

/// One subtask of a file sink: a part file for each checkpoint that has rows.
///
/// In progress while it is written, pending from the barrier on, finished by ``FileSink`` once the
/// checkpoint is committed.
final class FileSinkWriter: SinkWriter {
    private struct Pending {
        let file: PartFile
        let state: PendingFile
        let checkpoint: CheckpointID
    }

    private let configuration: FileSinkConfiguration
    private let encoding: FileRowEncoding
    private let subtaskIndex: Int
    /// Drawn anew for each writer: no other one makes files of its names.
    private let writer = UInt64.random(in: .min ... .max)
    private var fileCount = 0
    private let buffer = LineBuffer()
    private var encoded = EncodedRows(capacity: RecordBatch.rowCapacityDefault)
    /// In progress; nil until the first row behind a barrier.
    private var current: PartFile?
    private var (rowCount, byteCount) = (Int64(0), Int64(0))
    /// Not known to be finished, in the order of their barriers.
    private var pending: [Pending] = []

    init(_ configuration: FileSinkConfiguration, _ encoding: FileRowEncoding, subtaskIndex: Int) {
        self.configuration = configuration
        self.encoding = encoding
        self.subtaskIndex = subtaskIndex
    }

    func write(_ batch: RecordBatch) throws {
        let count = batch.selection.count
        guard count > 0 else { return }
        let file = try current ?? begin()
        switch encoding {
        case .origin:
            let (rows, values) = (batch.selection.rows, batch.origin.values)
            for index in 0..<count { try append(values[Int(rows[index])], to: file) }
        case .encoded(let encoder):
            if count > encoded.capacity { encoded = EncodedRows(capacity: count) }
            encoder.encode(batch, into: encoded)
            for index in 0..<count { try append(encoded.slices[index], to: file) }
        }
        rowCount += Int64(count)
    }

    @inline(__always)
    private func append(_ value: ByteSlice, to file: PartFile) throws {
        if !buffer.append(value) { try appendAfterFlush(value, to: file) }
        byteCount += Int64(value.count) + 1
    }

    @inline(never)
    private func appendAfterFlush(_ value: ByteSlice, to file: PartFile) throws(FatalError) {
        try flush(to: file)
        if buffer.append(value) { return }
        // Larger than the buffer: as it is, and the line end behind it.
        try file.write(UnsafeRawBufferPointer(value.buffer))
        _ = buffer.append(.absent)
    }

    private func flush(to file: PartFile) throws(FatalError) {
        try file.write(buffer.contents)
        buffer.removeAll()
    }

    private func begin() throws(FatalError) -> PartFile {
        let name = PartName.name(
            writer: writer, subtask: subtaskIndex, number: fileCount,
            fileExtension: configuration.fileExtension)
        let file = try PartFile(configuration, name: name)
        fileCount += 1
        current = file
        return file
    }

    func barrier(_ barrier: CheckpointBarrier) throws {
        guard let file = current else { return }
        try flush(to: file)
        let state = PendingFile(
            folder: file.folder, hiddenName: file.hiddenName, name: file.name,
            byteCount: byteCount, rowCount: rowCount)
        pending.append(Pending(file: file, state: state, checkpoint: barrier.id))
        current = nil
        (rowCount, byteCount) = (0, 0)
    }

    /// Files of checkpoints that failed are in the next one, too.
    func snapshot(_ barrier: CheckpointBarrier) throws -> OperatorSnapshot {
        OperatorSnapshot(
            items: pending.map { $0.state.encoded() },
            output: pending.isEmpty ? nil : PendingFiles(pending.map(\.file)))
    }

    func notifyCheckpointComplete(_ checkpoint: CheckpointID) throws {
        pending.removeAll { $0.checkpoint <= checkpoint }
    }

    /// Nothing here waits.
    var cancel: @Sendable () -> Void { {} }

    /// What is in progress is nobody's; what is pending may be in a checkpoint.
    func close() {
        current?.discard()
        current = nil
    }
}

/// The pending files of one snapshot, on their way to the disk.
private final class PendingFiles: PendingOutput {
    private let files: [PartFile]
    init(_ files: [PartFile]) { self.files = files }

    func makeDurable() throws {
        for file in files {
            try Failpoint.reached(.f1)
            try file.makeDurable()
        }
    }
}
