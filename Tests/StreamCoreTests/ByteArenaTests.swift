import StreamCore
import Testing

@Suite struct ByteArenaTests {
    /// Slices stay what they were while the arena grows past several chunks.
    @Test func slicesDoNotMoveWhenTheArenaGrows() {
        let arena = ByteArena()
        var slices: [(slice: ByteSlice, byte: UInt8)] = []
        for index in 0..<2_000 {
            let byte = UInt8(truncatingIfNeeded: index)
            let bytes = [UInt8](repeating: byte, count: 1 + index % 3_000)
            slices.append((bytes.withUnsafeBytes { arena.append($0.baseAddress!, $0.count) }, byte))
        }
        let chunks = arena.takeChunks()
        #expect(chunks.count > 1)
        for (slice, byte) in slices { #expect(slice.buffer.allSatisfy { $0 == byte }) }
    }

    @Test func aValueLargerThanAChunkGetsOneOfItsOwn() {
        let arena = ByteArena()
        let bytes = [UInt8](repeating: 9, count: 3 * ByteArena.chunkByteCount)
        let slice = bytes.withUnsafeBytes { arena.append($0.baseAddress!, $0.count) }
        #expect(slice.count == bytes.count)
        #expect(slice.buffer.last == 9)
    }

    @Test func whatWasHandedOutIsNotWrittenAgain() {
        let arena = ByteArena()
        let first = Array("first".utf8).withUnsafeBytes { arena.append($0.baseAddress!, $0.count) }
        let chunks = arena.takeChunks()
        _ = Array("second".utf8).withUnsafeBytes { arena.append($0.baseAddress!, $0.count) }
        #expect(first.text == "first")
        #expect(chunks.count == 1)
        #expect(arena.takeChunks().first === chunks.first)
    }

    @Test func absentAndEmptyAreDifferent() {
        let arena = ByteArena()
        #expect(arena.append(.absent).isAbsent)
        let empty = [UInt8](repeating: 0, count: 1).withUnsafeBytes {
            arena.append($0.baseAddress!, 0)
        }
        #expect(!empty.isAbsent)
        #expect(empty.count == 0)
    }

    /// C code reads arrays of slices as `{ const uint8_t *; size_t; }`.
    @Test func sliceHasTheLayoutOfTheCStruct() {
        #expect(MemoryLayout<ByteSlice>.size == 16)
        #expect(MemoryLayout<ByteSlice>.offset(of: \.base) == 0)
        #expect(MemoryLayout<ByteSlice>.offset(of: \.count) == 8)
    }

    @Test func removingARowKeepsTheOthersInOrder() {
        let selection = SelectionVector(capacity: 5)
        selection.selectAll(5)
        selection.remove(row: 2)
        #expect((0..<selection.count).map { selection.rows[$0] } == [0, 1, 3, 4])
    }
}
