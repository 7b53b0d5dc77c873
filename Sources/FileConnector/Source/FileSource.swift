internal import Glibc
internal import Observability
package import StreamAPI
package import StreamCore
internal import Synchronization

/// Files as one replayable source: a split is a file, its position an offset in bytes.
///
/// - Source: Flink `FileSource`; docs/files.md.
package final class FileSource: Source {
    package let configuration: FileSourceConfiguration
    package var operatorID: OperatorID { configuration.operatorID }
    /// Set by ``resolveSplits(restored:stopAtEnd:)``.
    private let isBounded = Atomic<Bool>(true)
    /// Paths that have been given out.
    private let known = Mutex<Set<String>>([])

    package init(_ configuration: FileSourceConfiguration) { self.configuration = configuration }

    package func resolveSplits(restored: [[UInt8]]?, stopAtEnd: Bool) throws -> [SourceSplit] {
        let isBounded = stopAtEnd || configuration.monitorIntervalMilliseconds == nil
        self.isBounded.store(isBounded, ordering: .relaxed)
        var splits = try (restored ?? []).map(configuration.decode).filter(isStillThere)
        let paths = Set(splits.map(\.path))
        let found = try configuration.pattern.list()
        splits += found.filter { !paths.contains($0) }.map(FileSplit.init)
        splits.sort { $0.path < $1.path }
        if splits.isEmpty {
            Log.warning(
                "no file to read", ["source": operatorID.rawValue, "path": configuration.path])
        }
        known.withLock { $0 = Set(splits.map(\.path)) }
        return try splits.map { split in
            let size = try checkedByteCount(of: split)
            return SourceSplit(
                id: split.path, state: split.encoded(), stopPosition: isBounded ? size : nil)
        }
    }

    /// A file that was read to its end may be gone.
    ///
    /// - Throws: ``FatalError`` (81) if it is gone before that.
    private func isStillThere(_ split: FileSplit) throws(FatalError) -> Bool {
        guard access(split.path, F_OK) != 0 else { return true }
        guard split.isAtEnd else {
            throw FatalError(
                .sourceGap,
                "\(configuration.place): \(split.place): the file is gone, and the checkpoint has not "
                    + "read it to its end. Restore it, or start a new life with --fresh")
        }
        return false
    }

    /// - Throws: ``FatalError`` (81) if the file is shorter than what was read of it, or another one.
    private func checkedByteCount(of split: FileSplit) throws -> Int64 {
        let file = try OpenFile(split.path, place: configuration.place)
        let byteCount = try file.byteCount()
        let beginning = try file.bytes(at: 0, count: split.fingerprint.byteCount)
        guard byteCount >= split.offset, split.fingerprint.matches(beginning) else {
            let what =
                byteCount < split.offset
                ? "the file has \(byteCount) bytes only: it was cut off or replaced"
                : "the file begins otherwise than it did: it was replaced"
            throw FatalError(
                .sourceGap,
                "\(configuration.place): \(split.place): \(what) since the checkpoint. Restore it, or "
                    + "start a new life with --fresh")
        }
        return byteCount
    }

    package func makeReader(
        splits: [SourceSplit], context: OperatorContext
    ) throws -> any SourceReader {
        FileSourceReader(
            try splits.map(configuration.cursor), isBounded: isBounded.load(ordering: .relaxed),
            configuration)
    }

    package var discoveryIntervalMilliseconds: Int64? {
        isBounded.load(ordering: .relaxed) ? nil : configuration.monitorIntervalMilliseconds
    }

    package func discoverSplits() throws -> SplitDiscovery {
        let found: [String]
        do throws(FatalError) {
            found = try configuration.pattern.list()
        } catch {
            // A disk or a folder may come back; a FIFO among the files would be left out for ever.
            guard error.exitCode == .configuration else { throw error }
            return SplitDiscovery(failure: error)
        }
        let new = known.withLock { known in found.filter { known.insert($0).inserted } }
        return SplitDiscovery(
            splits: new.map {
                SourceSplit(id: $0, state: FileSplit(path: $0).encoded(), stopPosition: nil)
            })
    }

    /// No tool looks at the offsets of files.
    package func publishOffsets(_ states: [[UInt8]]) {}
}
