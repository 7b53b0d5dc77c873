internal import StreamAPI
internal import StreamCore

/// Reads the files of one source subtask, one after the other, in the order of their names.
final class FileSourceReader: SourceReader {
    private let configuration: FileSourceConfiguration
    private let isBounded: Bool
    /// In the order in which they are read.
    private var files: [FileCursor]
    /// Files before it have nothing unread.
    private var current = 0
    private var nextLook = ContinuousClock.now
    private let bell = WakeUpBell()

    init(_ files: [FileCursor], isBounded: Bool, _ configuration: FileSourceConfiguration) {
        self.files = files
        self.isBounded = isBounded
        self.configuration = configuration
    }

    func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus {
        batch.removeAll()
        while current < files.count, !files[current].isUnread {
            files[current].close()
            current += 1
        }
        guard current < files.count else {
            if isBounded { return .ended }
            try waitForMore(waitMax)
            return .idle
        }
        try files[current].read(into: batch)
        return batch.rowCount > 0 ? .records : .idle
    }

    private func waitForMore(_ waitMax: Duration) throws {
        let interval = Duration.milliseconds(configuration.monitorIntervalMilliseconds ?? 0)
        if ContinuousClock.now >= nextLook {
            for file in files { try file.look() }
            current = 0
            nextLook = ContinuousClock.now + interval
            if files.contains(where: \.isUnread) { return }
        }
        bell.wait(max(.zero, min(waitMax, nextLook - ContinuousClock.now)))
    }

    func add(_ splits: [SourceSplit]) throws {
        files += try splits.map { try configuration.cursor(of: $0) }
    }

    func snapshot() -> [[UInt8]] { files.map { $0.split.encoded() } }

    /// A file that is not read yet may have any event time; one that is read to its end holds
    /// nothing back, although lines may be appended.
    func openSplits() -> [SplitKey] {
        files.filter(\.isUnread)
            .map { SplitKey(topic: $0.path, partition: PartitionIndex(rawValue: 0)) }
    }

    var wakeUp: @Sendable () -> Void { { [bell] in bell.ring() } }

    func close() {
        for file in files { file.close() }
    }
}

extension FileSourceConfiguration {
    /// - Throws: ``FatalError`` (65) for bytes that are no position of ours.
    func cursor(of split: SourceSplit) throws -> FileCursor {
        FileCursor(try decode(split.state), stop: split.stopPosition, self)
    }

    func decode(_ state: [UInt8]) throws(FatalError) -> FileSplit {
        do throws(FileStateError) {
            return try FileSplit(decoding: state)
        } catch {
            throw FatalError(.snapshotCorrupt, "the checkpoint's state of \(place): \(error)")
        }
    }
}
