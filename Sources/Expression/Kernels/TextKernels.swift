internal import StreamCore

/// `||` and CONCAT of any number of texts; NULL if any is NULL.
final class ConcatKernel: Kernel {
    private let operands: [Kernel]
    private var columns: [Column] = []

    init(_ operands: [Kernel]) {
        self.operands = operands
        super.init(.string)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        columns.removeAll(keepingCapacity: true)
        for operand in operands { columns.append(try operand.evaluate(rows, frame)) }
        let output = result(frame)
        copyValidity(output, columns[0], rows)
        for column in columns.dropFirst() { combineValidity(output, output, column, rows) }
        let byteCount = try measure(output, rows)
        let room = frame.arena.reserve(atLeast: byteCount)
        guard let start = room.baseAddress else { return output }
        frame.arena.commit(lay(output, rows, at: start.assumingMemoryBound(to: UInt8.self)))
        return output
    }

    /// Notes each row's length in its slice.
    private func measure(_ output: Column, _ rows: Rows) throws(EvaluationError) -> Int {
        let target = output.slices
        rows.forEachValid(in: output) { target[$0] = ByteSlice(base: nil, count: 0) }
        for column in columns {
            let source = column.slices
            rows.forEachValid(in: output) { target[$0].count &+= source[$0].count }
        }
        var total = 0
        var longest = 0
        rows.forEachValid(in: output) { row in
            total &+= target[row].count
            longest = max(longest, target[row].count)
        }
        guard longest > CompiledExpression.valueByteCountMax else { return total }
        let failed = failedRows(rows, in: output) {
            target[$0].count > CompiledExpression.valueByteCountMax
        }
        throw tooLong(failed, "||", target[Int(failed[0])].count)
    }

    /// Copies the parts of each row behind one another.
    // hot
    private func lay(_ output: Column, _ rows: Rows, at start: UnsafeMutablePointer<UInt8>) -> Int {
        let target = output.slices
        var end = start
        rows.forEachValid(in: output) { row in
            target[row].base = UnsafePointer(end)
            end += target[row].count
        }
        // Column by column: a cursor for each row would need memory, so the lengths are recounted.
        let total = end - start
        rows.forEachValid(in: output) { target[$0].count = 0 }
        for column in columns {
            let source = column.slices
            rows.forEachValid(in: output) { row in
                let part = source[row]
                guard let from = part.base, let to = target[row].base else { return }
                UnsafeMutableRawPointer(mutating: to + target[row].count)
                    .copyMemory(from: from, byteCount: part.count)
                target[row].count &+= part.count
            }
        }
        return total
    }
}

func tooLong(_ failed: [Int32], _ function: String, _ count: Int) -> EvaluationError {
    EvaluationError(
        .valueTooLong, failedRows: failed,
        message:
            "\(function) gives a text of \(count) bytes, more than "
            + "\(CompiledExpression.valueByteCountMax)"
    )
}

/// Functions of one text that give a number: CHAR_LENGTH; and of two: POSITION.
final class TextMeasureKernel: Kernel {
    private let text: Kernel
    private let part: Kernel?

    /// - Parameter part: What POSITION looks for; nil for CHAR_LENGTH.
    init(_ text: Kernel, part: Kernel?) {
        self.text = text
        self.part = part
        super.init(.int)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try text.evaluate(rows, frame)
        let output = result(frame)
        let (source, target) = (x.slices, output.integers)
        guard let part else {
            copyValidity(output, x, rows)
            rows.forEachValid(in: x) { target[$0] = Int64(Bytes.codePointCount(source[$0])) }
            return output
        }
        let y = try part.evaluate(rows, frame)
        combineValidity(output, x, y, rows)
        let wanted = y.slices
        rows.forEachValid(in: output) { row in
            let found = Bytes.find(wanted[row], in: source[row], from: 0)
            let before = ByteSlice(base: source[row].base, count: max(found, 0))
            target[row] = found < 0 ? 0 : Int64(Bytes.codePointCount(before)) &+ 1
        }
        return output
    }
}

/// TRIM of spaces or of given characters. Gives a part of the text itself: nothing is copied.
final class TrimKernel: Kernel {
    private let side: TrimSide
    private let text: Kernel
    private let characters: Kernel?

    init(_ side: TrimSide, _ text: Kernel, characters: Kernel?) {
        self.side = side
        self.text = text
        self.characters = characters
        super.init(.string)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try text.evaluate(rows, frame)
        let output = result(frame)
        let (source, target) = (x.slices, output.slices)
        let trimsStart = side != .trailing
        let trimsEnd = side != .leading
        guard let characters else {
            copyValidity(output, x, rows)
            rows.forEachValid(in: x) { row in
                target[row] = Self.trimSpaces(source[row], trimsStart, trimsEnd)
            }
            return output
        }
        let y = try characters.evaluate(rows, frame)
        combineValidity(output, x, y, rows)
        let sets = y.slices
        rows.forEachValid(in: output) { row in
            target[row] = Self.trim(source[row], sets[row], trimsStart, trimsEnd)
        }
        return output
    }

    @inline(__always)
    private static func trimSpaces(_ text: ByteSlice, _ start: Bool, _ end: Bool) -> ByteSlice {
        guard let base = text.base else { return text }
        var (low, high) = (0, text.count)
        if start { while low < high, base[low] == 0x20 { low &+= 1 } }
        if end { while high > low, base[high &- 1] == 0x20 { high &-= 1 } }
        return ByteSlice(base: base + low, count: high &- low)
    }

    private static func trim(
        _ text: ByteSlice, _ set: ByteSlice, _ start: Bool, _ end: Bool
    ) -> ByteSlice {
        guard let base = text.base else { return text }
        var (low, high) = (0, text.count)
        while start, low < high {
            let width = Bytes.width(base, low, high)
            guard contains(set, base + low, width) else { break }
            low &+= width
        }
        while end, high > low {
            let from = max(low, Bytes.start(base, before: high))
            guard contains(set, base + from, high &- from) else { break }
            high = from
        }
        return ByteSlice(base: base + low, count: high &- low)
    }

    private static func contains(
        _ set: ByteSlice, _ character: UnsafePointer<UInt8>, _ width: Int
    ) -> Bool {
        guard let base = set.base else { return false }
        var offset = 0
        while offset < set.count {
            let candidate = Bytes.width(base, offset, set.count)
            if candidate == width, Bytes.equal(base + offset, character, width) { return true }
            offset &+= candidate
        }
        return false
    }
}

/// SUBSTRING, LEFT and RIGHT. Give a part of the text itself: nothing is copied.
final class PartKernel: Kernel {
    private let function: ScalarKernel
    private let text: Kernel
    private let first: Kernel
    private let second: Kernel?

    init(_ function: ScalarKernel, _ text: Kernel, _ first: Kernel, _ second: Kernel?) {
        self.function = function
        self.text = text
        self.first = first
        self.second = second
        super.init(.string)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try text.evaluate(rows, frame)
        let a = try first.evaluate(rows, frame)
        let output = result(frame)
        combineValidity(output, x, a, rows)
        let (source, target, numbers) = (x.slices, output.slices, a.integers)
        switch function {
        case .left:
            rows.forEachValid(in: output) { row in
                target[row] = Self.part(source[row], 0, numbers[row])
            }
        case .right:
            rows.forEachValid(in: output) { row in
                let count = Int64(Bytes.codePointCount(source[row]))
                let length = max(numbers[row], 0)
                target[row] = Self.part(source[row], count > length ? count - length : 0, length)
            }
        default:
            try substring(x, a, output, rows, frame)
        }
        return output
    }

    /// Source: Flink `BinaryStringData.substringSQL`; a negative length gives NULL.
    private func substring(
        _ x: Column, _ a: Column, _ output: Column, _ rows: Rows, _ frame: Frame
    ) throws(EvaluationError) {
        let (source, target, starts) = (x.slices, output.slices, a.integers)
        guard let second else {
            rows.forEachValid(in: output) { row in
                target[row] = Self.substring(source[row], starts[row], Int64.max)
            }
            return
        }
        let b = try second.evaluate(rows, frame)
        combineValidity(output, output, b, rows)
        let (lengths, validity) = (b.integers, output.validity)
        if !output.hasNulls {
            rows.forEach { validity[$0] = 1 }
            output.hasNulls = true
        }
        rows.forEachValid(in: output) { row in
            if lengths[row] < 0 {
                validity[row] = 0
            } else {
                target[row] = Self.substring(source[row], starts[row], lengths[row])
            }
        }
    }

    private static func substring(_ text: ByteSlice, _ start: Int64, _ length: Int64) -> ByteSlice {
        guard start < 0 else { return part(text, start > 0 ? start &- 1 : 0, length) }
        let count = Int64(Bytes.codePointCount(text))
        // Before the beginning there is nothing.
        guard start >= -count else { return ByteSlice(base: text.base, count: 0) }
        return part(text, count &+ start, length)
    }

    /// `length` code points behind the first `skip`.
    @inline(__always)
    private static func part(_ text: ByteSlice, _ skip: Int64, _ length: Int64) -> ByteSlice {
        guard let base = text.base else { return text }
        // A text has no more code points than bytes.
        let skipped = min(skip, Int64(text.count))
        let from = Bytes.offset(ofPoint: Int(skipped), base, text.count)
        let wanted = Int(max(0, min(length, Int64(text.count))))
        let count = Bytes.offset(ofPoint: wanted, base + from, text.count &- from)
        return ByteSlice(base: base + from, count: count)
    }
}

/// REPLACE: every occurrence, from left to right.
final class ReplaceKernel: Kernel {
    private let text: Kernel
    private let search: Kernel
    private let replacement: Kernel

    init(_ text: Kernel, _ search: Kernel, _ replacement: Kernel) {
        self.text = text
        self.search = search
        self.replacement = replacement
        super.init(.string)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try text.evaluate(rows, frame)
        let y = try search.evaluate(rows, frame)
        let z = try replacement.evaluate(rows, frame)
        let output = result(frame)
        combineValidity(output, x, y, rows)
        combineValidity(output, output, z, rows)
        let (texts, parts, others, target) = (x.slices, y.slices, z.slices, output.slices)
        var failed: [Int32] = []
        var longest = 0
        rows.forEachValid(in: output) { row in
            let count = Self.count(texts[row], parts[row], others[row])
            if count > CompiledExpression.valueByteCountMax {
                failed.append(Int32(truncatingIfNeeded: row))
                longest = max(longest, count)
                return
            }
            target[row] = Self.replace(texts[row], parts[row], others[row], count, frame.arena)
        }
        if !failed.isEmpty { throw tooLong(failed, "REPLACE", longest) }
        return output
    }

    /// The length of the result; cannot overflow, lengths are below 2^31 each.
    private static func count(_ text: ByteSlice, _ part: ByteSlice, _ other: ByteSlice) -> Int {
        guard part.count > 0 else { return text.count }
        var count = text.count
        var offset = Bytes.find(part, in: text, from: 0)
        while offset >= 0 {
            count += other.count - part.count
            offset = Bytes.find(part, in: text, from: offset + part.count)
        }
        return count
    }

    private static func replace(
        _ text: ByteSlice, _ part: ByteSlice, _ other: ByteSlice, _ count: Int, _ arena: ByteArena
    ) -> ByteSlice {
        guard part.count > 0, let base = text.base else { return text }
        let target = arena.allocate(count)
        var written = 0
        var from = 0
        while from < text.count {
            let found = Bytes.find(part, in: text, from: from)
            let until = found < 0 ? text.count : found
            UnsafeMutableRawPointer(target + written)
                .copyMemory(from: base + from, byteCount: until - from)
            written += until - from
            guard found >= 0 else { break }
            if let replacement = other.base {
                UnsafeMutableRawPointer(target + written)
                    .copyMemory(from: replacement, byteCount: other.count)
                written += other.count
            }
            from = found + part.count
        }
        return ByteSlice(base: UnsafePointer(target), count: count)
    }
}
