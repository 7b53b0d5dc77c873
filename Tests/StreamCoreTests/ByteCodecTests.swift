import CSystem
import StreamCore
import Testing

@Suite struct ByteCodecTests {
    private func written() -> [UInt8] {
        var writer = ByteWriter()
        writer.append(UInt8(7))
        writer.append(Int64.min)
        writer.append(-0.5)
        writer.append("grün")
        writer.append([1, 2, 3] as [UInt8])
        return writer.bytes
    }

    private func readAll(_ bytes: [UInt8]) throws(ByteReaderError) {
        var reader = ByteReader(bytes)
        _ = try reader.read(UInt8.self)
        _ = try reader.read(Int64.self)
        _ = try reader.readDouble()
        _ = try reader.readString()
        _ = try reader.readBytes()
        try reader.expectEnd()
    }

    @Test func readsBackWhatWasWritten() throws {
        var reader = ByteReader(written())
        #expect(try reader.read(UInt8.self) == 7)
        #expect(try reader.read(Int64.self) == .min)
        #expect(try reader.readDouble() == -0.5)
        #expect(try reader.readString() == "grün")
        #expect(try reader.readBytes() == [1, 2, 3])
        #expect(reader.remaining == 0)
    }

    @Test func integersAreLittleEndian() {
        var writer = ByteWriter()
        writer.append(UInt32(0x0102_0304))
        #expect(writer.bytes == [4, 3, 2, 1])
    }

    @Test func everyTruncationIsAnErrorNeverATrap() {
        let whole = written()
        for length in 0..<whole.count {
            #expect(throws: ByteReaderError.self) { try readAll(Array(whole[..<length])) }
        }
        #expect(throws: ByteReaderError.trailing(offset: whole.count, remaining: 1)) {
            try readAll(whole + [0])
        }
    }

    @Test func hostileLengthsAreRefusedBeforeAnythingIsAllocated() {
        var reader = ByteReader([0xFF, 0xFF, 0xFF, 0xFF])
        #expect(
            throws: ByteReaderError.tooLong(offset: 0, length: 4_294_967_295, cap: 2_147_483_647)
        ) { try reader.readBytes() }
        var counts = ByteReader([0xFF, 0xFF, 0xFF, 0x7F, 0, 0])
        #expect(throws: ByteReaderError.tooLong(offset: 0, length: 0x7FFF_FFFF, cap: 1)) {
            try counts.readCount(itemByteCountMin: 2)
        }
        var negative = ByteReader([])
        #expect(throws: ByteReaderError.self) { try negative.readRaw(-1) }
    }

    @Test func textThatIsNotUTF8IsRefused() {
        var reader = ByteReader([1, 0, 0, 0, 0xFF])
        #expect(throws: ByteReaderError.notUTF8(offset: 0)) { try reader.readString() }
    }

    /// RFC 3720, B.4, and the check value of the CRC catalogue.
    @Test func crc32cMatchesThePublishedVectors() {
        #expect(StableHash.crc32c(Array("123456789".utf8)) == 0xE306_9283)
        #expect(StableHash.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(StableHash.crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        let halves = StableHash.crc32c(
            Array("56789".utf8), seed: StableHash.crc32c(Array("1234".utf8)))
        #expect(halves == 0xE306_9283)
    }

    @Test func crc32cWithoutTheInstructionAgrees() {
        let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for length in [0, 1, 7, 8, 9, 64, 1_000] {
            #expect(
                csystem_crc32c_portable(5, bytes, length) == csystem_crc32c(5, bytes, length))
        }
        #expect(csystem_crc32c_portable(0, Array("123456789".utf8), 9) == 0xE306_9283)
    }

    /// The empty input's hash is published with xxHash; a change would make state unreadable.
    @Test func xxh3IsTheStableOne() {
        #expect(StableHash.xxh3(nil, 0) == 0x2D06_8005_38D3_94C2)
    }
}
