import StreamCore
import Testing

@Suite struct RecordHeadersTests {
    private let arena = ByteArena()

    private func slice(_ text: String?) -> ByteSlice {
        guard let text else { return .absent }
        return Array(text.utf8 + [0]).withUnsafeBytes {
            $0.baseAddress.map { arena.append($0, text.utf8.count) } ?? .absent
        }
    }

    private func encoded(_ headers: [(String, String?)]) -> ByteSlice {
        let count = headers.reduce(0) {
            $0 + RecordHeaders.byteCount(name: $1.0.utf8.count, value: slice($1.1))
        }
        let start = UnsafeMutableRawPointer(arena.allocate(count))
        var end = start
        for (name, value) in headers {
            end = RecordHeaders.write(name: slice(name), value: slice(value), to: end)
        }
        #expect(end == start + count)
        return ByteSlice(base: start.assumingMemoryBound(to: UInt8.self), count: count)
    }

    private func decoded(_ bytes: ByteSlice) -> [String] {
        RecordHeaders.Entries(bytes).map {
            "\($0.name.text)=\($0.value.isAbsent ? "null" : $0.value.text)"
        }
    }

    private func last(_ name: String, _ bytes: ByteSlice) -> String? {
        let found = Array(name.utf8).withUnsafeBufferPointer {
            RecordHeaders.lastValue(of: $0, in: bytes)
        }
        return found.isAbsent ? nil : found.text
    }

    @Test func theBytesAreThoseOfTheWorkedExample() {
        let bytes = Array(encoded([("a", "xy")]).buffer)
        #expect(bytes == [1, 0, 0, 0, 0x61, 2, 0, 0, 0, 0x78, 0x79])
    }

    @Test func whatIsWrittenIsReadBackInOrderWithRepeatsEmptiesAndNulls() {
        let headers: [(String, String?)] = [("a", "1"), ("", ""), ("b", nil), ("a", "22")]
        #expect(decoded(encoded(headers)) == ["a=1", "=", "b=null", "a=22"])
        #expect(decoded(.absent) == [])
    }

    @Test func ofSeveralHeadersOfANameTheLastOneCountsAlsoWhereItIsNull() {
        let bytes = encoded([("a", "1"), ("b", "2"), ("a", "3"), ("n", "4"), ("n", nil)])
        #expect(last("a", bytes) == "3")
        #expect(last("b", bytes) == "2")
        #expect(last("n", bytes) == nil)
        #expect(last("ab", bytes) == nil)
        #expect(last("a", .absent) == nil)
    }

    /// Bytes that are cut off anywhere, or lie about their lengths, end the walk and read nothing
    /// behind their end.
    @Test func bytesThatAreCutOffEndTheWalk() {
        let whole = encoded([("name", "value"), ("n", nil)])
        for count in 0..<whole.count {
            #expect(decoded(ByteSlice(base: whole.base, count: count)).count < 2)
        }
        var liar: [UInt8] = [255, 255, 255, 255, 1, 0, 0, 0, 65, 255, 255, 255, 127]
        liar.withUnsafeMutableBufferPointer {
            #expect(decoded(ByteSlice(base: $0.baseAddress, count: $0.count)) == [])
        }
    }

    @Test func aCopiedBatchKeepsTheTopicOfEachRow() {
        let batch = RecordBatch(schema: RowSchema([]), rowCapacity: 3)
        let origin = batch.origin
        origin.topics = ["a", "b"]
        for row in 0..<3 {
            origin.topicIndices[row] = UInt16(row % 2)
            origin.partitions[row] = Int32(row)
            origin.offsets[row] = 7
            origin.timestamps[row] = 0
        }
        (batch.rowCount, origin.rowCount) = (3, 3)
        let copy = [2, 1].withUnsafeBufferPointer { batch.copy(rows: $0) }
        #expect((0..<2).map { copy.place(ofRow: $0).description } == ["a[2]@7", "b[1]@7"])
    }

    @Test func aCopyHasTheHeadersOnlyWithTheOriginsBytes() {
        let batch = RecordBatch(schema: RowSchema([]), rowCapacity: 2)
        let origin = batch.origin
        for row in 0..<2 {
            (origin.keys[row], origin.values[row]) = (.absent, .absent)
            (origin.partitions[row], origin.offsets[row], origin.timestamps[row]) = (0, 0, 0)
        }
        origin.makeHeaders()[1] = encoded([("a", "1")])
        (batch.rowCount, origin.rowCount) = (2, 2)
        let copy = [1, 0].withUnsafeBufferPointer { batch.copy(rows: $0, keepsOriginBytes: true) }
        #expect(copy.origin.headers.map { decoded($0[0]) } == ["a=1"])
        #expect(copy.origin.headers.map { $0[1].isAbsent } == true)
        let bare = [1, 0].withUnsafeBufferPointer { batch.copy(rows: $0) }
        #expect(bare.origin.headers == nil)
    }
}
