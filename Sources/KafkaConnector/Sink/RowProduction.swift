internal import KafkaClient
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// Encodes the rows of one sink subtask, groups them by output partition and hands them to a
/// producer; the same under both guarantees.
///
/// - Threading: the subtask's thread.
final class RowProduction {
    /// Longest single wait for room in the client's queue; between two, cancellation is looked at.
    static let queueWaitMilliseconds: Int32 = 100

    private let configuration: KafkaSinkConfiguration
    private let fields: RecordFields
    private let partitioner: KafkaRecordEncoding.Partitioner
    /// Nil: records are nothing but keys and values.
    private let extras: RecordExtras?
    private let subtaskIndex: Int
    private let cancellation: SinkCancellation
    private var grouping: PartitionGrouping?

    init(
        _ configuration: KafkaSinkConfiguration, encoding: KafkaRecordEncoding, subtaskIndex: Int,
        cancellation: SinkCancellation
    ) {
        self.configuration = configuration
        fields = RecordFields(encoding)
        partitioner = encoding.partitioner
        extras =
            encoding.hasExtras
            ? RecordExtras(encoding, operatorID: configuration.operatorID) : nil
        self.subtaskIndex = subtaskIndex
        self.cancellation = cancellation
    }

    /// Produces the selected rows of `batch`; returns when the client has accepted all of them.
    ///
    /// - Throws: ``FatalError`` for what a restart cannot mend (a record too large, no permission);
    ///   ``RecordError`` for a row without a header, timestamp or partition; ``KafkaFailure``
    ///   otherwise; ``SinkCancelledError`` if a wait was cancelled.
    func produce(_ batch: RecordBatch, with producer: Producer, to topic: ProducerTopic) throws {
        try extras?.fill(from: batch, partitionCount: topic.partitionCount)
        fields.fill(from: batch)
        if let tombstones = extras?.tombstones { fields.removeValues(tombstones) }
        let grouping = grouping(for: topic, rowCount: fields.count)
        try group(grouping, topic)
        for partition in 0..<grouping.partitionCount {
            let rows = grouping.rows(ofPartition: partition)
            guard rows.count > 0 else { continue }
            try produce(rows, partition: Int32(partition), of: batch, producer, topic)
        }
    }

    private func group(_ grouping: PartitionGrouping, _ topic: ProducerTopic) throws {
        switch partitioner {
        case .murmur2, .column:
            grouping.group(
                rows: fields.rows, count: fields.count, keys: fields.keys,
                given: extras?.partitions)
        case .subtask:
            grouping.group(
                rows: fields.rows, count: fields.count,
                into: subtaskIndex % grouping.partitionCount)
        case .constant(let partition):
            guard partition < topic.partitionCount else {
                throw FatalError(
                    .configuration,
                    "sink \(configuration.operatorID.rawValue): partitioner.fixed is \(partition), "
                        + "but \(topic.name) has partitions 0 to \(topic.partitionCount - 1)")
            }
            grouping.group(rows: fields.rows, count: fields.count, into: Int(partition))
        }
    }

    private func produce(
        _ rows: UnsafeBufferPointer<Int32>, partition: Int32, of batch: RecordBatch,
        _ producer: Producer, _ topic: ProducerTopic
    ) throws {
        var rest = rows[...]
        while !rest.isEmpty {
            let accepted: Int
            do throws(KafkaError) {
                accepted = try producer.produce(
                    to: topic, partition: partition, keys: fields.keys, values: fields.values,
                    extras: Producer.Extras(
                        headers: extras?.headers, timestamps: extras?.timestamps),
                    rows: UnsafeBufferPointer(rebasing: rest), keeping: fields.chunks,
                    waitMaxMilliseconds: Self.queueWaitMilliseconds)
            } catch {
                throw failure(error, rows: rest, of: batch)
            }
            rest = rest.dropFirst(accepted)
            if !rest.isEmpty { try cancellation.check() }
        }
    }

    /// Made anew when the topic has more partitions than at the last transaction, or the batches
    /// have become larger.
    private func grouping(for topic: ProducerTopic, rowCount: Int) -> PartitionGrouping {
        let partitionCount = Int(topic.partitionCount)
        if let grouping, grouping.partitionCount == partitionCount,
            grouping.rowCapacity >= rowCount
        {
            return grouping
        }
        let made = PartitionGrouping(
            partitionCount: partitionCount,
            rowCapacity: max(rowCount, RecordBatch.rowCapacityDefault),
            firstStickyPartition: subtaskIndex)
        grouping = made
        return made
    }

    private func failure(
        _ error: KafkaError, rows: Slice<UnsafeBufferPointer<Int32>>, of batch: RecordBatch
    ) -> any Error {
        guard error.kind == .recordTooLarge, let largest = rows.max(by: { size($0) < size($1) })
        else {
            return error.failure(
                "write to \(configuration.topic)", permission: configuration.permission)
        }
        let place = batch.place(ofRow: fields.batchRow(largest, in: batch))
        return FatalError(
            .configuration,
            "write to \(configuration.topic): the record made of \(place) has \(size(largest)) "
                + "bytes of key, value and headers, more than the client's message.max.bytes; set it in "
                + "the connection's properties, and max.message.bytes of the topic, to "
                + "\(size(largest) + Self.framingByteCount) or more, or drop the record with a filter"
        )
    }

    /// What a batch of one record adds to its bytes, rounded up: Kafka's limits count it, too.
    private static let framingByteCount = 1024

    /// Bytes of a record's key, value and headers.
    private func size(_ row: Int32) -> Int {
        let headers = extras?.headers.map { $0[Int(row)].count } ?? 0
        return fields.values[Int(row)].count + (fields.keys.map { $0[Int(row)].count } ?? 0)
            + headers
    }
}

/// Whether the waits of one sink subtask shall end.
///
/// - Threading: any thread.
final class SinkCancellation: Sendable {
    private let flag = Atomic<Bool>(false)
    private let operatorID: OperatorID

    init(operatorID: OperatorID) { self.operatorID = operatorID }

    var isCancelled: Bool { flag.load(ordering: .acquiring) }
    func cancel() { flag.store(true, ordering: .releasing) }

    var error: SinkCancelledError { SinkCancelledError(operatorID: operatorID.rawValue) }

    func check() throws(SinkCancelledError) {
        if isCancelled { throw error }
    }
}
