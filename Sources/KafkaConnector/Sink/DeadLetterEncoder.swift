internal import StreamAPI
internal import StreamCore

/// Who writes dead letters: the same for all records of a sink.
package struct DeadLetterOrigin: Hashable, Sendable {
    package let pipelineName: String
    package let pipelineVersion: String

    package init(pipelineName: String, pipelineVersion: String) {
        self.pipelineName = pipelineName
        self.pipelineVersion = pipelineVersion
    }
}

/// Makes the headers of dead letters: those of the source record, byte for byte, and behind them what
/// is known of the failure.
///
/// ```
/// (the record's own headers, in their order)
/// error.code | error.message | error.operator | error.field?
/// source.topic | source.partition | source.offset | source.line? | source.timestamp?
/// pipeline.name | pipeline.version | first_seen?
/// ```
///
/// All values are UTF-8 texts. Nothing in them depends on when they are made, so a replay makes the same
/// ones. docs/dead-letters.md is for users.
///
/// - Threading: one thread; one instance per sink subtask.
/// - Cost: A few copies for each record that was rejected; nothing for any other.
final class DeadLetterEncoder {
    /// The code of rows that came too late.
    static let lateRowCode = "E4001"

    private enum Name: String, CaseIterable {
        case code = "error.code"
        case message = "error.message"
        case operatorID = "error.operator"
        case field = "error.field"
        case topic = "source.topic"
        case partition = "source.partition"
        case offset = "source.offset"
        case line = "source.line"
        case timestamp = "source.timestamp"
        case pipelineName = "pipeline.name"
        case pipelineVersion = "pipeline.version"
        case firstSeen = "first_seen"
    }

    private let constants = ByteArena()
    private let constantChunks: [ByteChunk]
    private let names: [Name: ByteSlice]
    private let firstSeenName = Array(Name.firstSeen.rawValue.utf8)
    private let pipelineName: ByteSlice
    private let pipelineVersion: ByteSlice
    private let arena = ByteArena()
    /// Of the row that is being written.
    private var entries: [(name: ByteSlice, value: ByteSlice)] = []

    init(_ origin: DeadLetterOrigin) {
        let constants = constants
        names = Dictionary(
            uniqueKeysWithValues: Name.allCases.map { ($0, constants.append(text: $0.rawValue)) })
        pipelineName = constants.append(text: origin.pipelineName)
        pipelineVersion = constants.append(text: origin.pipelineVersion)
        constantChunks = constants.takeChunks()
    }

    /// Writes the headers of every selected row, in selection order, as ``RecordHeaders`` lays them out.
    ///
    /// - Parameters:
    ///   - batch: Of an output `errors`, with the columns of ``RecordErrors``, or of an output `late`.
    ///   - slices: Room for the batch's selected rows; valid until ``recycle()``.
    func encode(_ batch: RecordBatch, into slices: UnsafeMutablePointer<ByteSlice>) {
        precondition(
            batch.lateness != nil || batch.columns.count == RecordErrors.schema.fields.count,
            "lint lets nothing but rejected rows come here")
        let rows = batch.selection.rows
        for index in 0..<batch.selection.count {
            slices[index] = headers(of: Int(rows[index]), batch)
        }
    }

    /// Forgets the headers written so far.
    func recycle() { arena.recycle() }

    private func headers(of row: Int, _ batch: RecordBatch) -> ByteSlice {
        let own = batch.origin.headers.map { $0[row] } ?? .absent
        entries.removeAll(keepingCapacity: true)
        addError(row, batch)
        if batch.origin.holdsRecords { addPlace(row, batch.origin) }
        add(.pipelineName, pipelineName)
        add(.pipelineVersion, pipelineVersion)
        addFirstSeen(row, batch.origin, own)
        return joined(own)
    }

    private func add(_ name: Name, _ value: ByteSlice) {
        entries.append((names[name] ?? .absent, value))
    }

    private func add(_ name: Name, _ text: String) { add(name, arena.append(text: text)) }

    private func addError(_ row: Int, _ batch: RecordBatch) {
        if let lateness = batch.lateness {
            add(.code, Self.lateRowCode)
            add(.message, message(lateness, batch.eventTimes?.integers[row]))
            add(.operatorID, lateness.operatorID.rawValue)
            return
        }
        let columns = batch.columns
        for (name, column) in zip([Name.code, .message, .operatorID, .field], columns)
        where !column.isNull(row) {
            add(name, column.slices[row])
        }
    }

    private func message(_ lateness: Lateness, _ eventTime: Int64?) -> String {
        let time = eventTime.map(timeText) ?? "unknown"
        return "the row came too late: its event time is \(time), the watermark of "
            + "\(lateness.operatorID.rawValue) had reached \(timeText(lateness.watermark.rawValue))"
    }

    private func timeText(_ milliseconds: Int64) -> String {
        String(unsafeUninitializedCapacity: TimestampCodec.byteCountMax) { buffer in
            buffer.baseAddress.map {
                TimestampCodec.write(milliseconds, .iso8601, isInstant: true, to: $0)
            } ?? 0
        }
    }

    private func addPlace(_ row: Int, _ origin: RawRecordBatch) {
        add(.topic, origin.topic(ofRow: row))
        add(.partition, "\(origin.partitions[row])")
        add(.offset, "\(origin.offsets[row])")
        if let line = origin.line(ofRow: row) { add(.line, "\(line)") }
        if origin.timestamps[row] >= 0 { add(.timestamp, "\(origin.timestamps[row])") }
    }

    /// The time of the record that failed first: one that has been a dead letter before brings it along.
    private func addFirstSeen(_ row: Int, _ origin: RawRecordBatch, _ own: ByteSlice) {
        guard origin.holdsRecords, origin.timestamps[row] >= 0, !hasFirstSeen(own) else { return }
        add(.firstSeen, "\(origin.timestamps[row])")
    }

    private func hasFirstSeen(_ own: ByteSlice) -> Bool {
        RecordHeaders.Entries(own).contains { entry in
            entry.name.count == firstSeenName.count
                && entry.name.buffer.elementsEqual(firstSeenName)
        }
    }

    private func joined(_ own: ByteSlice) -> ByteSlice {
        let added = entries.reduce(0) {
            $0 + RecordHeaders.byteCount(name: $1.name.count, value: $1.value)
        }
        let start = arena.allocate(own.count + added)
        var end = UnsafeMutableRawPointer(start)
        if let base = own.base {
            end.copyMemory(from: base, byteCount: own.count)
            end += own.count
        }
        for entry in entries {
            end = RecordHeaders.write(name: entry.name, value: entry.value, to: end)
        }
        return ByteSlice(base: start, count: own.count + added)
    }
}
