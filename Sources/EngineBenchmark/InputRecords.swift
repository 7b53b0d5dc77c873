import StreamCore

/// Records as Benchmarks/generate.c writes them, of about 190 bytes and of 10,000 users.
enum InputRecords {
    enum Text { case json, csv }
    /// Fields of a record: id, color, user, amount, ts, note.
    static let fieldCount = 6
    private static let colors = ["red", "green", "blue", "black", "white"]
    private static let note = String(repeating: "x", count: 80)

    /// The same records for the same `number`, in every run.
    static func batch(_ number: Int, rows: Int, as form: Text) -> RawRecordBatch {
        let batch = RawRecordBatch(rowCapacity: rows)
        let arena = ByteArena()
        for row in 0..<rows {
            let id = number * rows + row
            batch.keys[row] = .absent
            batch.values[row] = slice(text(id, form), arena)
            batch.partitions[row] = Int32(row % 4)
            batch.offsets[row] = Int64(id)
            batch.timestamps[row] = Int64(id)
        }
        batch.rowCount = rows
        batch.topic = "events"
        batch.chunks = arena.takeChunks()
        return batch
    }

    private static func text(_ id: Int, _ form: Text) -> String {
        // A multiplicative hash: keys come in no order.
        let random = Int(truncatingIfNeeded: (UInt64(id) &* 0x9E37_79B9_7F4A_7C15) >> 33)
        let amount = "\(random % 1_000).\(random / 1_000 % 90 + 10)"
        guard form == .json else {
            return "\(id),\(colors[random % colors.count]),user-\(random % 10_000),\(amount),"
                + "\(1_700_000_000_000 + id),\(note)"
        }
        return "{\"id\":\(id),\"color\":\"\(colors[random % colors.count])\","
            + "\"user\":\"user-\(random % 10_000)\",\"amount\":\(amount),"
            + "\"ts\":\(1_700_000_000_000 + id),\"note\":\"\(note)\"}"
    }

    private static func slice(_ text: String, _ arena: ByteArena) -> ByteSlice {
        Array(text.utf8).withUnsafeBytes { bytes in
            bytes.baseAddress.map { arena.append($0, bytes.count) } ?? .absent
        }
    }
}
