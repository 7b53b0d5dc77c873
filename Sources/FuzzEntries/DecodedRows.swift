internal import Formats
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// One record on its way through a decoder.
enum DecodedRows {
    /// A raw batch of one record, with the padding that decoders may read.
    static func raw(_ bytes: [UInt8]) -> RawRecordBatch {
        let raw = RawRecordBatch(rowCapacity: 1)
        let arena = ByteArena()
        let room = arena.reserve(atLeast: bytes.count + ByteArena.padding)
        room.copyBytes(from: bytes + [UInt8](repeating: 0x31, count: ByteArena.padding))
        arena.commit(bytes.count + ByteArena.padding)
        raw.values[0] = ByteSlice(
            base: room.baseAddress?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
        raw.keys[0] = .absent
        raw.partitions[0] = 0
        raw.offsets[0] = 0
        raw.timestamps[0] = -1
        raw.rowCount = 1
        raw.chunks = arena.takeChunks()
        return raw
    }

    static func failed(_ policy: ErrorPolicy, _ counters: RecordCounters) -> FailedRecords {
        FailedRecords(
            operatorID: OperatorID(rawValue: "fuzz"), errorPolicy: policy, counters: counters,
            rowCapacity: 1)
    }

    /// The values of a row, comparable.
    static func cells(_ batch: RecordBatch) -> [[UInt8]?] {
        batch.columns.map { column in
            guard !column.isNull(0) else { return nil }
            return switch column.physical {
            case .bool8: [column.booleans[0]]
            case .int64: Array("\(column.integers[0])".utf8)
            case .float64: Array("\(column.doubles[0])".utf8)
            case .int128: Array("\(column.decimals[0])".utf8)
            case .slice: Array(column.slices[0].buffer)
            }
        }
    }

    /// Decodes a record under both policies, which must agree on it.
    ///
    /// - Returns: The row's values; nil if the record fails.
    static func decode(
        _ bytes: [UInt8], _ make: (FailedRecords) throws -> any BatchDecoder
    ) -> [[UInt8]?]? {
        let counters = RecordCounters()
        let record = raw(bytes)
        guard let dropping = try? make(failed(.drop, counters)),
            let failing = try? make(failed(.fail, RecordCounters())),
            let dropped = try? dropping.decode(record)
        else { preconditionFailure("a decoder that drops does not throw") }
        let isDropped = counters.dropped.load(ordering: .relaxed) == 1
        do {
            let batch = try failing.decode(record)
            precondition(!isDropped, "dropped, but no failure")
            return batch.selection.count == 1 ? cells(batch) : nil
        } catch let error as RecordError {
            precondition(isDropped && dropped.selection.count == 0, "a failure, but not dropped")
            precondition(error.code.hasPrefix("E20"), "a code without a page")
            precondition(error.message.utf8.count < 4096, "a message as long as the record")
            return nil
        } catch {
            preconditionFailure("an error that names no record")
        }
    }
}
