internal import StreamCore

/// The bytes of buffered rows in a checkpoint; docs/state-format.md.
///
/// ```
/// schema:  version u8 = 1 | the join's description
/// group:   watermark i64 | slices u32 | slice × slices    no bytes at all without rows and watermark
/// slice:   start i64 | keys u32 | key × keys | left rows u32 | row × left | right rows u32 | row ...
/// key:     length u32 | bytes
/// row:     key number u32 | (sessions, intervals:) time u32 | mark u8 | RowCodec's bytes
/// ```
///
/// Slices ascend, keys come in the order of their first row, rows in the order of arrival. Times count
/// from the slice's start.
enum BufferedRowsFormat {
    static let version: UInt8 = 1
    /// Bytes of the smallest slice, for a check of counts before anything is allocated.
    static let sliceByteCountMin = 20
    static let keyByteCountMin = 5

    static func rowHeaderByteCount(_ frame: RowFrame) -> Int { frame.keepsTimes ? 9 : 4 }
}

extension RowChunks.View {
    /// Calls `body` for every row, in order of arrival, with its reference.
    @inline(__always)
    func forEachRow(
        _ codec: RowCodec, _ frame: RowFrame,
        _ body: (UnsafeRawPointer, RowChunks.Reference) -> Void
    ) {
        for (number, chunk) in chunks.enumerated() {
            var offset = 0
            while offset < used[number] {
                let row = UnsafeRawPointer(chunk.bytes + offset)
                body(row, UInt32(truncatingIfNeeded: number &<< 16 | offset &>> 2))
                let byteCount =
                    frame.headerByteCount &+ codec.byteCount(of: row + frame.headerByteCount)
                offset &+= (byteCount &+ 3) & ~3
            }
        }
    }

    /// Calls `body` for every key record, in order of first insertion, with its reference.
    func forEachKey(_ body: (ByteSlice, RowChunks.Reference) -> Void) {
        for (number, chunk) in chunks.enumerated() {
            var offset = 0
            while offset < used[number] {
                let key = KeyRecord.read(chunk.bytes + offset)
                body(key, UInt32(truncatingIfNeeded: number &<< 16 | offset &>> 2))
                offset &+= (KeyRecord.byteCount(key) &+ 3) & ~3
            }
        }
    }

    /// Where the words of each chunk begin, if all chunks lay one behind the other; and their number.
    func wordStarts() -> (starts: [Int], count: Int) {
        var starts: [Int] = []
        var count = 0
        for used in used {
            starts.append(count)
            count += (used + 3) / 4
        }
        return (starts, count)
    }
}
