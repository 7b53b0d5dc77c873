package import StreamCore

extension JSONEncoder {
    // hot
    package func encode(_ batch: RecordBatch, into output: EncodedRows) {
        let selected = batch.selection.rows
        let count = batch.selection.count
        precondition(count <= output.capacity)
        let columns = indices.map { batch.columns[$0] }
        let slices = output.slices
        var room = arena.reserve(atLeast: fixedByteCountMax)
        var used = 0
        for index in 0..<count {
            let row = Int(selected[index])
            let bound = byteCountMax(ofRow: row, columns)
            if used &+ bound > room.count {
                arena.commit(used)
                room = arena.reserve(atLeast: bound)
                used = 0
            }
            // `reserve` never gives an empty buffer for a bound above 0.
            let start = room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self) + used
            let end = write(row, columns, to: start)
            slices[index] = ByteSlice(base: start, count: end - start)
            used &+= end - start
        }
        arena.commit(used)
        output.count = count
        output.chunks = arena.takeChunks()
    }

    @inline(__always)
    private func byteCountMax(ofRow row: Int, _ columns: [Column]) -> Int {
        var bound = fixedByteCountMax
        for (column, kind) in zip(columns, kinds)
        where column.physical == .slice && !column.isNull(row) {
            bound &+= JSONEncoder.expanded(kind, column.slices[row].count)
        }
        return bound
    }

    @inline(__always)
    private func write(
        _ row: Int, _ columns: [Column], to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var out = start
        for index in 0..<columns.count {
            out = writePrefix(index, to: out)
            out = writeValue(columns[index], kinds[index], row, to: out)
        }
        out[0] = UInt8(ascii: "}")
        return out + 1
    }

    @inline(__always)
    private func writePrefix(
        _ index: Int, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let position = prefixes.positions[index]
        let words = prefixes.words + position.start
        let target = UnsafeMutableRawPointer(out)
        for word in 0..<position.wordCount {
            target.storeBytes(of: words[word], toByteOffset: word &* 8, as: UInt64.self)
        }
        return out + position.byteCount
    }

    @inline(__always)
    private func writeValue(
        _ column: Column, _ kind: Kind, _ row: Int, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        guard !column.isNull(row) else { return JSONText.writeNull(to: out) }
        switch kind {
        case .integer: return DecimalText.write(column.integers[row], to: out)
        case .string:
            let slice = column.slices[row]
            return JSONText.write(slice.base, slice.count, to: out)
        case .double: return JSONText.write(column.doubles[row], to: out)
        case .boolean: return JSONText.write(column.booleans[row] != 0, to: out)
        case .json:
            let slice = column.slices[row]
            guard let base = slice.base else { return JSONText.writeNull(to: out) }
            out.update(from: base, count: slice.count)
            return out + slice.count
        case .base64: return Base64.writeQuoted(column.slices[row], to: out)
        }
    }
}
