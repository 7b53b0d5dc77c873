internal import CRDKafka
package import StreamCore

extension KafkaConsumer {
    /// Moves fetched records into `batch` (emptied before), waiting for the first one.
    ///
    /// A batch ends when it is full, when it has ``Options/batchByteCountMax`` bytes, and when nothing
    /// more has been fetched, so that a low load means a low latency.
    ///
    /// - Parameter waitMaxMilliseconds: Longest wait for the first record.
    /// - Returns: Rows. Zero: the wait ran out, was woken, or only ends were reported.
    /// - Throws: `offsetOutOfRange`, `corruptRecord`, `unknownTopic`, `unauthorized`,
    ///   `authentication`; also `failed`. Rows read before the error are given out first. After an
    ///   error make a new consumer.
    /// - Complexity: One copy of each key and value; no allocation but the arena's chunks.
    package func poll(
        into batch: RawRecordBatch, waitMaxMilliseconds: Int32
    ) throws(KafkaError) -> Int {
        batch.removeAll()
        if !topicNames.isEmpty { batch.topics = topicNames }
        if let error = pendingError { throw error }
        var byteCount = 0
        if next == fetched { fetch(waitMaxMilliseconds) }
        while next < fetched || fetch(0) {
            guard takeEvents() else { break }
            guard next < fetched else { continue }
            guard copyRecords(into: batch, &byteCount) else { break }
        }
        if batch.rowCount > 0 { batch.chunks = arena.takeChunks() }
        guard batch.rowCount == 0 else { return batch.rowCount }
        if let error = pendingError ?? client.events.lastingError { throw error }
        return 0
    }

    /// Takes what librdkafka has ready, after waiting for a first message if there is none.
    ///
    /// - Returns: False if there was nothing.
    @discardableResult
    private func fetch(_ waitMaxMilliseconds: Int32) -> Bool {
        guard let pointer = queue.pointer else { return false }
        next = 0
        fetched = 0
        // A call for many messages waits its whole time-out for the last of them: so the wait is
        // for one message, and whatever came with it is taken without a wait.
        take(pointer, Self.fetchCountMax, 0)
        guard fetched == 0, waitMaxMilliseconds > 0, !queue.takeWakeUp() else { return fetched > 0 }
        take(pointer, 1, waitMaxMilliseconds)
        if fetched > 0 { take(pointer, Self.fetchCountMax - 1, 0) }
        return fetched > 0
    }

    private func take(_ pointer: OpaquePointer, _ countMax: Int, _ waitMilliseconds: Int32) {
        let count = rd_kafka_consume_batch_queue(
            pointer, waitMilliseconds, messages + fetched, countMax)
        // Negative only when librdkafka refuses the arguments; then there is nothing to take.
        fetched += max(0, count)
    }

    /// Handles the messages at the front that are no records.
    ///
    /// - Returns: False if an error ends the batch; it is then pending.
    private func takeEvents() -> Bool {
        while next < fetched, let message = messages[next],
            message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR
        {
            next += 1
            let error = handle(message.pointee)
            rd_kafka_message_destroy(message)
            if let error {
                pendingError = error
                return false
            }
        }
        return true
    }

    /// Copies records up to the next event, the end of the batch or the end of what was fetched.
    ///
    /// - Returns: False if the batch is closed.
    private func copyRecords(into batch: RawRecordBatch, _ byteCount: inout Int) -> Bool {
        guard let first = messages[next], let topic = first.pointee.rkt else { return false }
        let row = batch.rowCount
        let room = arena.reserve(
            atLeast: Int(millrace_record_size(first, readsHeaders ? 1 : 0)))
        let headers = readsHeaders ? slices(batch.makeHeaders() + row) : nil
        var rows = millrace_rows_t(
            keys: slices(batch.keys + row), values: slices(batch.values + row),
            partitions: batch.partitions + row, offsets: batch.offsets + row,
            timestamps: batch.timestamps + row, headers: headers,
            row_capacity: Int64(batch.rowCapacity - row),
            room: room.baseAddress?.assumingMemoryBound(to: UInt8.self),
            room_capacity: Int64(room.count), byte_limit: Int64(batchByteCountMax - byteCount))
        var used: Int64 = 0
        let count = Int(
            millrace_copy_records(messages + next, Int64(fetched - next), topic, &rows, &used))
        arena.commit(Int(used))
        if topicNames.count > 1 {
            (batch.topicIndices + row).update(repeating: index(of: topic), count: count)
        }
        next += count
        batch.rowCount += count
        byteCount += Int(used)
        return batch.rowCount < batch.rowCapacity && byteCount < batchByteCountMax
    }

    private func slices(
        _ pointer: UnsafeMutablePointer<ByteSlice>
    ) -> UnsafeMutablePointer<millrace_slice_t> {
        // The two are the same struct, `{ pointer; length }`, one in Swift and one in C.
        UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: millrace_slice_t.self)
    }

    /// The topic's position in ``topicNames``.
    private func index(of topic: OpaquePointer) -> UInt16 {
        if let lastTopic, lastTopic.handle == topic { return lastTopic.index }
        let index = topicIndex(of: String(cString: rd_kafka_topic_name(topic)))
        lastTopic = (topic, index)
        return index
    }
}
