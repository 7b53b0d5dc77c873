package import StreamCore

/// One field of the object as the loop over rows needs it: pointers, no classes.
struct FieldWriter {
    let kind: JSONEncoder.Kind
    /// Of kinds `number` and `quoted`.
    let scalar: ScalarWriter?
    let prefix: UnsafePointer<UInt64>
    let prefixWordCount: Int
    let prefixByteCount: Int
    /// Of this batch's column.
    var values: UnsafeRawPointer
    /// Nil: no NULLs.
    var validity: UnsafePointer<UInt8>?

    @inline(__always)
    func isNull(_ row: Int) -> Bool { validity.map { $0[row] == 0 } ?? false }
    @inline(__always)
    func slice(_ row: Int) -> ByteSlice {
        values.load(fromByteOffset: row &* MemoryLayout<ByteSlice>.stride, as: ByteSlice.self)
    }
}

extension JSONEncoder {
    // hot
    package func encode(_ batch: RecordBatch, into output: EncodedRows) {
        let selected = batch.selection.rows
        let count = batch.selection.count
        precondition(count <= output.capacity)
        attach(batch)
        let fields = UnsafeBufferPointer(start: writers, count: indices.count)
        let slices = output.slices
        let fixed = fixedByteCountMax
        var room = arena.reserve(atLeast: fixed)
        var used = 0
        for index in 0..<count {
            let row = Int(selected[index])
            let bound = hasSlices ? fixed &+ sliceByteCountMax(ofRow: row, fields) : fixed
            if used &+ bound > room.count {
                arena.commit(used)
                room = arena.reserve(atLeast: bound)
                used = 0
            }
            // `reserve` never gives an empty buffer for a bound above 0.
            let start =
                room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self) + used
            let end = JSONEncoder.write(row, fields, to: start)
            slices[index] = ByteSlice(base: start, count: end - start)
            used &+= end - start
        }
        arena.commit(used)
        output.count = count
        output.chunks = arena.takeChunks()
    }

    /// Points the writers at this batch's columns, which the batch keeps alive.
    private func attach(_ batch: RecordBatch) {
        for (number, index) in indices.enumerated() {
            let column = batch.columns[index]
            writers[number].values = UnsafeRawPointer(column.values)
            writers[number].validity = column.hasNulls ? UnsafePointer(column.validity) : nil
        }
    }

    @inline(__always)
    private func sliceByteCountMax(
        ofRow row: Int, _ fields: UnsafeBufferPointer<FieldWriter>
    ) -> Int {
        var bound = 0
        for field in fields where field.kind.isSlice && !field.isNull(row) {
            bound &+= JSONEncoder.expanded(field.kind, field.slice(row).count)
        }
        return bound
    }

    @inline(__always)
    private static func write(
        _ row: Int, _ fields: UnsafeBufferPointer<FieldWriter>,
        to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var out = start
        for field in fields {
            let target = UnsafeMutableRawPointer(out)
            for word in 0..<field.prefixWordCount {
                target.storeBytes(of: field.prefix[word], toByteOffset: word &* 8, as: UInt64.self)
            }
            out += field.prefixByteCount
            out = field.isNull(row) ? JSONText.writeNull(to: out) : writeValue(field, row, to: out)
        }
        out[0] = UInt8(ascii: "}")
        return out + 1
    }

    @inline(__always)
    private static func writeValue(
        _ field: FieldWriter, _ row: Int, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        switch field.kind {
        case .integer:
            return IntegerText.write(
                field.values.load(fromByteOffset: row &* 8, as: Int64.self), to: out)
        case .string:
            let slice = field.slice(row)
            return JSONText.write(slice.base, slice.count, to: out)
        case .double:
            return JSONText.write(
                field.values.load(fromByteOffset: row &* 8, as: Double.self), to: out)
        case .boolean:
            return JSONText.write(
                field.values.load(fromByteOffset: row, as: UInt8.self) != 0, to: out)
        case .json:
            let slice = field.slice(row)
            guard let base = slice.base else { return JSONText.writeNull(to: out) }
            out.update(from: base, count: slice.count)
            return out + slice.count
        case .base64: return Base64.writeQuoted(field.slice(row), to: out)
        case .number: return writeScalar(field, row, to: out)
        case .quoted:
            out[0] = UInt8(ascii: "\"")
            let end = writeScalar(field, row, to: out + 1)
            end[0] = UInt8(ascii: "\"")
            return end + 1
        }
    }

    @inline(never)
    private static func writeScalar(
        _ field: FieldWriter, _ row: Int, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        // Both kinds have one.
        field.scalar.unsafelyUnwrapped.write(field.values, row, to: out)
    }
}
