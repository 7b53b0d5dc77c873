package import StreamCore

/// A record's headers as one MAP<STRING, BYTES> value: a JSON object whose values are base64, as
/// Flink's JSON format writes BYTES. Of headers with one name the last one counts, as in Flink's
/// `headers` column; a null value is null.
///
/// - Threading: one thread; one instance per source subtask.
package final class HeaderMapText {
    /// Up to this many headers are compared with each other; more go through a table.
    private static let comparedCountMax = 32

    private let arena = ByteArena()

    package init() {}

    /// The value of one record.
    ///
    /// - Parameter headers: As ``RecordHeaders`` lays them out; absent gives `{}`.
    package func text(_ headers: ByteSlice) -> ByteSlice {
        let count = RecordHeaders.Entries(headers).reduce(0) { count, _ in count + 1 }
        // A byte of a name takes at most six (\u00xx), of a value four thirds.
        let room = arena.reserve(atLeast: 2 + headers.count * 6 + count * 8)
        guard let start = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            return .absent
        }
        start[0] = UInt8(ascii: "{")
        var end = start + 1
        if count <= Self.comparedCountMax {
            writeLast(of: RecordHeaders.Entries(headers), start + 1, &end)
        } else {
            for entry in lastOfMany(headers) { write(entry, start + 1, &end) }
        }
        end[0] = UInt8(ascii: "}")
        arena.commit(end + 1 - start)
        return ByteSlice(base: start, count: end + 1 - start)
    }

    /// What owns the texts made since the last call.
    package func takeChunks() -> [ByteChunk] { arena.takeChunks() }

    /// Writes the entries that no other one of the same name follows.
    private func writeLast(
        of entries: RecordHeaders.Entries, _ first: UnsafeMutablePointer<UInt8>,
        _ end: inout UnsafeMutablePointer<UInt8>
    ) {
        var rest = entries
        while let entry = rest.next() {
            if !rest.contains(where: { $0.name.buffer.elementsEqual(entry.name.buffer) }) {
                write(entry, first, &end)
            }
        }
    }

    private func write(
        _ entry: RecordHeaders.Entry, _ first: UnsafeMutablePointer<UInt8>,
        _ end: inout UnsafeMutablePointer<UInt8>
    ) {
        if end != first {
            end[0] = UInt8(ascii: ",")
            end += 1
        }
        end = JSONText.write(entry.name.base, entry.name.count, to: end)
        end[0] = UInt8(ascii: ":")
        end =
            entry.value.isAbsent
            ? JSONText.writeNull(to: end + 1) : Base64.writeQuoted(entry.value, to: end + 1)
    }

    /// Rare, and a thousand headers must not cost a million comparisons: this allocates.
    private func lastOfMany(_ headers: ByteSlice) -> [RecordHeaders.Entry] {
        let entries = Array(RecordHeaders.Entries(headers))
        var last: [[UInt8]: Int] = [:]
        for (index, entry) in entries.enumerated() { last[Array(entry.name.buffer)] = index }
        return last.values.sorted().map { entries[$0] }
    }
}
