internal import StreamAPI
internal import StreamCore

extension HeapKeyedState {
    /// Fills an empty state with the groups of its range that the checkpoint has.
    ///
    /// - Throws: ``KeyedStateError``; and what reading the files throws.
    func restore(_ restored: RestoredState) throws {
        assert(keyCount == 0)
        guard let schema = restored.stateSchema else { return }
        let own = KeyedStateFormat.schema(of: descriptor)
        guard schema == own else { throw schemaError(schema, own) }
        for group in keyGroups.lower..<keyGroups.upper {
            guard let bytes = try restored.readKeyGroup(group), !bytes.isEmpty else { continue }
            try restore(group, from: bytes)
        }
    }

    private func schemaError(_ found: [UInt8], _ own: [UInt8]) -> KeyedStateError {
        guard found.first == KeyedStateFormat.version else {
            let version = found.first.map { "\($0)" } ?? "none"
            return KeyedStateError(
                .schemaMismatch,
                "keyed state has format version \(version); this version reads "
                    + "\(KeyedStateFormat.version)")
        }
        return KeyedStateError(
            .schemaMismatch,
            "keyed state was written by an operator with another key or other aggregates; "
                + "restore with the former definition, or start the operator under a new id")
    }

    private func restore(_ group: Int, from bytes: [UInt8]) throws {
        do {
            try bytes.withUnsafeBytes { raw in
                var reader = RawReader(raw)
                try insertEntries(group, &reader)
            }
        } catch let error as ByteReaderError {
            throw corrupt(group, "\(error)")
        }
    }

    private func corrupt(_ group: Int, _ what: String) -> KeyedStateError {
        KeyedStateError(.corrupt, "key group \(group) of the keyed state cannot be read: \(what)")
    }

    private func insertEntries(_ group: Int, _ reader: inout RawReader) throws {
        let count = Int(try reader.read(UInt32.self))
        let cap = min(
            reader.remaining / KeyedStateFormat.entryByteCountMin(descriptor),
            HeapStateBackend.keysPerGroupMax)
        guard count <= cap else {
            throw ByteReaderError.tooLong(offset: 0, length: count, cap: cap)
        }
        for _ in 0..<count { try insertEntry(group, &reader) }
        guard reader.remaining == 0 else {
            throw ByteReaderError.trailing(offset: reader.offset, remaining: reader.remaining)
        }
    }

    private func insertEntry(_ group: Int, _ reader: inout RawReader) throws {
        let start = reader.offset
        let key = try reader.readSlice(cap: HeapStateBackend.keyByteCountMax)
        let hash = StableHash.xxh3(key.base, key.count)
        // A key of another group, or the same twice, would be state that no row ever finds again.
        guard KeyGroup.index(ofHash: hash, groupCount: groupCount) == group else {
            throw corrupt(group, "the key at byte \(start) belongs to another group")
        }
        let table = tables + (group - keyGroups.lower)
        guard table.pointee.find(key, hash, layout) < 0 else {
            throw corrupt(group, "the key at byte \(start) is there twice")
        }
        let entry = table.pointee.insert(key, hash, layout, epoch: epoch, retired: &retired)
        guard let entry else { throw corrupt(group, "the keys at byte \(start) are too many") }
        try readWords(RowLayout.words(layout.row(entry, table.pointee.pages)), &reader)
    }

    private func readWords(
        _ words: StateSlot, _ reader: inout RawReader
    ) throws(ByteReaderError) {
        var next = 0
        for bytesWord in descriptor.bytesWords {
            for word in next..<bytesWord { words[word] = try reader.read(UInt64.self) }
            if let value = try reader.readOptionalSlice(cap: HeapStateBackend.valueByteCountMax) {
                setBytes(value, at: words + bytesWord)
            }
            next = bytesWord + 1
        }
        for word in next..<descriptor.wordCount { words[word] = try reader.read(UInt64.self) }
    }
}

/// ``ByteReader`` over memory that outlives it, without a copy per value: restoring is most of a
/// large job's restart.
private struct RawReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - offset }

    mutating func read<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type
    ) throws(ByteReaderError) -> T {
        let width = MemoryLayout<T>.size
        try require(width)
        defer { offset += width }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    mutating func readSlice(cap: Int) throws(ByteReaderError) -> ByteSlice {
        try slice(count: Int(try read(UInt32.self)), cap: cap)
    }

    mutating func readOptionalSlice(cap: Int) throws(ByteReaderError) -> ByteSlice? {
        let length = try read(UInt32.self)
        return length == KeyedStateFormat.absentLength
            ? nil : try slice(count: Int(length), cap: cap)
    }

    private mutating func slice(count: Int, cap: Int) throws(ByteReaderError) -> ByteSlice {
        guard count <= cap else { throw .tooLong(offset: offset - 4, length: count, cap: cap) }
        try require(count)
        defer { offset += count }
        guard let base = bytes.baseAddress else { return .absent }
        return ByteSlice(
            base: (base + offset).assumingMemoryBound(to: UInt8.self), count: count)
    }

    private func require(_ count: Int) throws(ByteReaderError) {
        guard count <= remaining else {
            throw .truncated(offset: offset, wanted: count, remaining: remaining)
        }
    }
}
