internal import Checkpointing
internal import StreamAPI
internal import StreamCore

/// Why the bytes of a `_metadata` cannot be used, in one line for the error that names the file.
package struct MetadataError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}

extension CheckpointMetadata {
    /// Reads a file.
    ///
    /// Magic, version, length and checksum are checked before anything is parsed, every length and
    /// count before anything is allocated, and every relation that the rest of the code relies on
    /// afterwards: whatever the bytes, there is an error or a sound value.
    package init(decoding bytes: [UInt8]) throws(MetadataError) {
        try Self.checkEnvelope(bytes)
        let body = Array(bytes[Self.headerByteCount..<bytes.count - Self.checksumByteCount])
        var reader = MetadataReader(body, hasEventTime: bytes.integer(at: 8) >= Self.version)
        let decoded: CheckpointMetadata
        do throws(ByteReaderError) {
            decoded = try reader.readMetadata()
        } catch {
            throw MetadataError("the metadata is malformed: \(error)")
        }
        if let problem = reader.problem { throw MetadataError(problem) }
        try decoded.checkState()
        self = decoded
    }

    private static func checkEnvelope(_ bytes: [UInt8]) throws(MetadataError) {
        let least = headerByteCount + checksumByteCount
        guard !bytes.isEmpty else {
            throw MetadataError("the file is empty: its write was cut off")
        }
        // Flink's `_metadata` begins with this number, big-endian.
        if bytes.starts(with: [0x49, 0x60, 0x67, 0x2d]) {
            throw MetadataError("this is a Flink savepoint; Millrace cannot read those")
        }
        guard bytes.starts(with: magic) else {
            throw MetadataError("this is no Millrace checkpoint: it does not begin with MLRCMETA")
        }
        guard bytes.count >= least else {
            throw MetadataError("the file has \(bytes.count) bytes, fewer than the \(least) of any")
        }
        let version = bytes.integer(at: 8)
        guard version == Self.version || version == Self.plainVersion else {
            throw MetadataError(
                version > Self.version
                    ? "format version \(version) is newer than \(Self.version), the newest that "
                        + "this build reads; use the Millrace that wrote it or a newer one"
                    : "format version \(version) was never written")
        }
        guard bytes.integer(at: 12) == bytes.count else {
            throw MetadataError(
                "the file has \(bytes.count) bytes and should have \(bytes.integer(at: 12))")
        }
        let checksum = StableHash.crc32c(Array(bytes.dropLast(checksumByteCount)))
        guard bytes.integer(at: bytes.count - checksumByteCount) == checksum else {
            throw MetadataError("the checksum is wrong: the file was changed or damaged")
        }
    }
}

extension [UInt8] {
    /// A little-endian 32-bit integer; the caller has checked the bounds.
    fileprivate func integer(at offset: Int) -> UInt32 {
        (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(self[offset + $1]) }
    }
}

/// Reads a body; what is well formed and impossible is noted in ``problem`` and read on.
private struct MetadataReader {
    private var bytes: ByteReader
    private(set) var problem: String?
    private let hasEventTime: Bool

    init(_ body: [UInt8], hasEventTime: Bool) {
        bytes = ByteReader(body)
        self.hasEventTime = hasEventTime
    }

    /// Identifiers, topic and file names are far shorter.
    private static let nameByteCountMax = 64 << 10

    private mutating func require(_ holds: Bool, _ problem: @autoclosure () -> String) {
        if !holds && self.problem == nil { self.problem = problem() }
    }

    mutating func readMetadata() throws(ByteReaderError) -> CheckpointMetadata {
        let hex = try readName()
        let job = JobID(hex: hex)
        require(job != nil, "the job id is not of 32 hex digits")
        let jobName = try readName()
        let id = try readCheckpointID()
        let kind = CheckpointKind(rawValue: try bytes.read())
        require(kind != nil, "the kind of checkpoint is unknown")
        let isInitial = try readFlag()
        let trigger = try bytes.read(Int64.self)
        let completion = try bytes.read(Int64.self)
        let maxParallelism = Int(try bytes.read(UInt32.self))
        require(
            (1...KeyGroup.countMax).contains(maxParallelism),
            "\(maxParallelism) key groups are impossible")
        let topics = try readList(itemByteCountMin: 4) { reader throws(ByteReaderError) in
            try reader.readName()
        }
        let address = try readMarkerAddress()
        let facts = try readFacts(id: id, kind: kind ?? .checkpoint, isInitial: isInitial)
        let operators = try readList(itemByteCountMin: 16) { reader throws(ByteReaderError) in
            try reader.readOperator()
        }
        try bytes.expectEnd()
        return CheckpointMetadata(
            job: job ?? JobID(name: ""), jobName: jobName, facts: facts, markerAddress: address,
            maxParallelism: maxParallelism, operators: operators, sourceTopics: topics,
            triggerTimeMilliseconds: trigger, completionTimeMilliseconds: completion)
    }

    private mutating func readFacts(
        id: CheckpointID, kind: CheckpointKind, isInitial: Bool
    ) throws(ByteReaderError) -> CheckpointFacts {
        let predecessor = try readOptionalCheckpointID()
        let final = try readOptionalCheckpointID()
        let transactions = try readList(itemByteCountMin: 42) { reader throws(ByteReaderError) in
            try reader.readTransaction()
        }
        let facts = CheckpointFacts(
            id: id, kind: kind, isInitial: isInitial, transactions: transactions,
            predecessorMarker: predecessor)
        require(facts.finalMarker == final, "the final marker is not that of the last transaction")
        return facts
    }

    private mutating func readMarkerAddress() throws(ByteReaderError) -> MarkerAddress? {
        guard try readFlag() else { return nil }
        let group = try readName()
        let topic = try readName()
        return MarkerAddress(
            group: group, topic: topic, partition: PartitionIndex(rawValue: try bytes.read()))
    }

    private mutating func readTransaction() throws(ByteReaderError) -> PreparedTransaction {
        let cluster = try readName()
        let transactionalID = try readName()
        let producerID = ProducerID(rawValue: try bytes.read())
        let epoch = ProducerEpoch(rawValue: try bytes.read())
        let begin = try bytes.read(Int64.self)
        let timeout = try bytes.read(Int64.self)
        let marker = try readCheckpointID()
        let output = try readList(itemByteCountMin: 32) { reader throws(ByteReaderError) in
            try reader.readOutputRange()
        }
        return PreparedTransaction(
            cluster: cluster, transactionalID: transactionalID,
            producer: ProducerIdentity(producerID: producerID, epoch: epoch),
            beginTimeMilliseconds: begin, timeoutMilliseconds: timeout, marker: marker,
            output: output)
    }

    private mutating func readOutputRange() throws(ByteReaderError) -> OutputRange {
        let topic = try readName()
        let partition = PartitionIndex(rawValue: try bytes.read())
        let count = try bytes.read(Int64.self)
        return OutputRange(
            topic: topic, partition: partition, recordCount: Int(count),
            firstOffset: try bytes.read(), lastOffset: try bytes.read())
    }

    private mutating func readOperator() throws(ByteReaderError) -> OperatorState {
        let id = OperatorID(rawValue: try readName())
        let parallelism = Int(try bytes.read(UInt32.self))
        let items = try readList(itemByteCountMin: 4) { reader throws(ByteReaderError) in
            try reader.bytes.readBytes()
        }
        let keyed = try readList(itemByteCountMin: 20) { reader throws(ByteReaderError) in
            try reader.readHandle()
        }
        guard hasEventTime else {
            return OperatorState(id: id, parallelism: parallelism, items: items, keyed: keyed)
        }
        let watermark = try readFlag() ? Watermark(rawValue: try bytes.read()) : nil
        return OperatorState(
            id: id, parallelism: parallelism, items: items, keyed: keyed, watermark: watermark,
            splitWatermarks: try readSplitWatermarks())
    }

    private mutating func readSplitWatermarks() throws(ByteReaderError) -> [SplitKey: Watermark] {
        let pairs = try readList(itemByteCountMin: 16) { reader throws(ByteReaderError) in
            let topic = try reader.readName()
            let partition = PartitionIndex(rawValue: try reader.bytes.read())
            let watermark = Watermark(rawValue: try reader.bytes.read())
            return (SplitKey(topic: topic, partition: partition), watermark)
        }
        let result = Dictionary(pairs) { first, _ in first }
        require(result.count == pairs.count, "a split has two watermarks")
        require(
            pairs.allSatisfy { $0.0.partition.rawValue >= 0 }, "a split has a negative partition")
        return result
    }

    private mutating func readHandle() throws(ByteReaderError) -> KeyedStateHandle {
        let fileName = try readName()
        let fileByteCount = try bytes.read(Int64.self)
        let schema = try bytes.readBytes()
        let slices = try readList(itemByteCountMin: 22) { reader throws(ByteReaderError) in
            KeyGroupSlice(
                keyGroup: Int(try reader.bytes.read(UInt16.self)),
                offset: try reader.bytes.read(), length: try reader.bytes.read(),
                checksum: try reader.bytes.read())
        }
        return KeyedStateHandle(
            fileName: fileName, fileByteCount: fileByteCount, stateSchema: schema, slices: slices)
    }

    // MARK: Values

    private mutating func readName() throws(ByteReaderError) -> String {
        try bytes.readString(cap: Self.nameByteCountMax)
    }

    private mutating func readFlag() throws(ByteReaderError) -> Bool {
        let value = try bytes.read(UInt8.self)
        require(value <= 1, "a flag is neither 0 nor 1")
        return value == 1
    }

    private mutating func readCheckpointID() throws(ByteReaderError) -> CheckpointID {
        let id = CheckpointID(markerOffset: try bytes.read())
        require(id != nil, "a checkpoint id is negative")
        return id ?? CheckpointID(attempt: Attempt(rawValue: 0), sequence: 0)
    }

    private mutating func readOptionalCheckpointID() throws(ByteReaderError) -> CheckpointID? {
        try readFlag() ? try readCheckpointID() : nil
    }

    private mutating func readList<T>(
        itemByteCountMin: Int, _ item: (inout MetadataReader) throws(ByteReaderError) -> T
    ) throws(ByteReaderError) -> [T] {
        let count = try bytes.readCount(itemByteCountMin: itemByteCountMin)
        var items: [T] = []
        items.reserveCapacity(count)
        for _ in 0..<count { items.append(try item(&self)) }
        return items
    }
}
