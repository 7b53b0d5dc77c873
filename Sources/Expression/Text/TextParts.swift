internal import Glibc
internal import StreamCore

/// REVERSE: the code points from the last to the first.
struct Reverse: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let text = x.text(0, row)
        guard let base = text.base else { return output.put(text, row) }
        let target = output.arena.allocate(text.count)
        var end = text.count
        var offset = 0
        while offset < text.count {
            let width = Bytes.width(base, offset, text.count)
            end &-= width
            for index in 0..<width { target[end &+ index] = base[offset &+ index] }
            offset &+= width
        }
        return output.put(ByteSlice(base: UnsafePointer(target), count: text.count), row)
    }
}

/// INITCAP: a word is a run of ASCII letters and digits; other letters are left as they are.
///
/// Source: Calcite `SqlFunctions.initcap`.
struct InitialCapitals: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let text = x.text(0, row)
        guard let base = text.base else { return output.put(text, row) }
        let target = output.arena.allocate(text.count)
        var isInWord = false
        for index in 0..<text.count {
            let byte = base[index]
            let isUpper = byte >= 0x41 && byte <= 0x5A
            let isLower = byte >= 0x61 && byte <= 0x7A
            target[index] =
                isInWord ? (isUpper ? byte | 0x20 : byte) : (isLower ? byte & 0xDF : byte)
            isInWord = isUpper || isLower || (byte >= 0x30 && byte <= 0x39)
        }
        return output.put(ByteSlice(base: UnsafePointer(target), count: text.count), row)
    }
}

extension RowFunction {
    /// What functions say whose only failure is a result that is too long.
    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        "the result has more than \(CompiledExpression.valueByteCountMax) bytes"
    }
}

/// REPEAT: the text `n` times; empty for `n` below 1.
struct Repeat: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let text = x.text(0, row)
        let wanted = max(x.integer(1, row), 0)
        guard let base = text.base, text.count > 0, wanted > 0 else {
            return output.put(.empty, row)
        }
        let (count, overflow) = text.count.multipliedReportingOverflow(by: Int(wanted))
        guard !overflow, count <= TextFunction.paddedByteCountMax else {
            return .failed(.valueTooLong)
        }
        let target = output.arena.allocate(count)
        for part in 0..<Int(wanted) {
            UnsafeMutableRawPointer(target + part &* text.count)
                .copyMemory(from: base, byteCount: text.count)
        }
        return output.put(ByteSlice(base: UnsafePointer(target), count: count), row)
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        "REPEAT of \(x.text(0, row).count) bytes \(x.integer(1, row)) times gives more than "
            + "\(TextFunction.paddedByteCountMax) bytes"
    }
}

/// LPAD and RPAD: the text brought to a length, cut or padded. NULL for a negative length or an
/// empty padding.
///
/// Source: Flink `SqlFunctionUtils.lpad`.
struct Pad: RowFunction {
    let isLeft: Bool

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let (text, wanted, padding) = (x.text(0, row), x.integer(1, row), x.text(2, row))
        guard wanted >= 0, padding.count > 0, let pad = padding.base else { return .null }
        guard wanted > 0, let base = text.base else { return output.put(.empty, row) }
        let missing = wanted - Int64(Bytes.codePointCount(text))
        guard missing > 0 else {
            let count = Bytes.offset(ofPoint: Int(wanted), base, text.count)
            return output.put(ByteSlice(base: base, count: count), row)
        }
        guard missing <= Int64(TextFunction.paddedByteCountMax) else {
            return .failed(.valueTooLong)
        }
        let points = Bytes.codePointCount(padding)
        let (whole, rest) = (Int(missing) / points, Int(missing) % points)
        let restCount = Bytes.offset(ofPoint: rest, pad, padding.count)
        let padCount = whole * padding.count + restCount
        guard padCount + text.count <= max(TextFunction.paddedByteCountMax, text.count) else {
            return .failed(.valueTooLong)
        }
        let target = output.arena.allocate(padCount + text.count)
        var end = target
        if !isLeft { Self.copy(base, text.count, &end) }
        for _ in 0..<whole { Self.copy(pad, padding.count, &end) }
        Self.copy(pad, restCount, &end)
        if isLeft { Self.copy(base, text.count, &end) }
        return output.put(ByteSlice(base: UnsafePointer(target), count: end - target), row)
    }

    @inline(__always)
    private static func copy(
        _ source: UnsafePointer<UInt8>, _ count: Int, _ end: inout UnsafeMutablePointer<UInt8>
    ) {
        UnsafeMutableRawPointer(end).copyMemory(from: source, byteCount: count)
        end += count
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        "padding to \(x.integer(1, row)) characters gives more than "
            + "\(TextFunction.paddedByteCountMax) bytes"
    }
}

/// OVERLAY: the text with `length` characters from `start` on replaced.
///
/// Source: Flink `SqlFunctionUtils.overlay`, whose edges are kept: a start outside of the text
/// changes nothing, and a length of 0 or less drops the rest.
struct Overlay: RowFunction {
    let buffer = TextBuffer()

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let (text, other, start) = (x.text(0, row), x.text(1, row), x.integer(2, row))
        let points = Int64(Bytes.codePointCount(text))
        guard start > 0, start <= points, let base = text.base else { return output.put(text, row) }
        let length = x.count > 3 ? x.integer(3, row) : Int64(Bytes.codePointCount(other))
        let head = Bytes.offset(ofPoint: Int(start) - 1, base, text.count)
        buffer.reset()
        buffer.append(base, head)
        buffer.append(other)
        if length > 0, length <= points - start {
            let skipped = Bytes.offset(ofPoint: Int(length), base + head, text.count - head)
            buffer.append(text.part(head + skipped..<text.count))
        }
        return output.put(buffer, row)
    }
}

/// SPLIT_INDEX: the part with this number, counted from 0; NULL if there is none. An empty
/// separator splits at white space.
///
/// Source: commons-lang `StringUtils.splitByWholeSeparatorPreserveAllTokens`.
struct SplitIndex: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let (text, separator, wanted) = (x.text(0, row), x.text(1, row), x.integer(2, row))
        guard wanted >= 0, text.count > 0 else { return .null }
        var from = 0
        var left = wanted
        while true {  // Ends: each turn finds a separator further on, or returns.
            let (end, next) = Self.separator(separator, text, from)
            if left == 0 { return output.put(text.part(from..<end), row) }
            guard next > end else { return .null }
            left &-= 1
            from = next
        }
    }

    /// Where the part ends that begins at `from`, and where the next begins; equal if none does.
    @inline(__always)
    private static func separator(
        _ separator: ByteSlice, _ text: ByteSlice, _ from: Int
    ) -> (Int, Int) {
        if separator.count > 0 {
            let found = Bytes.find(separator, in: text, from: from)
            return found < 0 ? (text.count, text.count) : (found, found + separator.count)
        }
        guard let base = text.base else { return (0, 0) }
        var offset = from
        while offset < text.count, !isBlank(base[offset]) { offset &+= 1 }
        return offset < text.count ? (offset, offset + 1) : (offset, offset)
    }

    /// The ASCII part of Java's `Character.isWhitespace`.
    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x1F)
    }
}

/// CONCAT_WS: the arguments that are not NULL with a separator between them.
struct ConcatWithSeparator: RowFunction {
    static var isStrict: Bool { false }
    let buffer = TextBuffer()

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        guard !x.isNull(0, row) else { return .null }
        let separator = x.text(0, row)
        var isFirst = true
        buffer.reset()
        for index in 1..<x.count where !x.isNull(index, row) {
            if !isFirst { buffer.append(separator) }
            isFirst = false
            buffer.append(x.text(index, row))
        }
        return output.put(buffer, row)
    }
}

/// LOCATE: where a part begins, from 1, looked for from a place on; 0 if nowhere. The empty part
/// is found at 1.
///
/// Source: Flink `SqlFunctionUtils.position`, `BinaryStringData.indexOf`.
struct Locate: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let (part, text) = (x.text(0, row), x.text(1, row))
        guard part.count > 0 else { return output.put(Int64(1), row) }
        guard let base = text.base else { return output.put(Int64(0), row) }
        let skipped = min(max(x.integer(2, row), 1) - 1, Int64(text.count))
        let from = Bytes.offset(ofPoint: Int(skipped), base, text.count)
        let found = Bytes.find(part, in: text, from: from)
        guard found >= 0 else { return output.put(Int64(0), row) }
        return output.put(Int64(Bytes.codePointCount(text.part(0..<found))) &+ 1, row)
    }
}

/// STARTSWITH and ENDSWITH, of texts and of bytes.
struct Affix: RowFunction {
    let isPrefix: Bool

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let (text, part) = (x.text(0, row), x.text(1, row))
        guard part.count <= text.count else { return output.put(false, row) }
        let start = isPrefix ? 0 : text.count - part.count
        return output.put(Bytes.equal(text.part(start..<start + part.count), part), row)
    }
}

/// TRANSLATE: each character of the second argument becomes the one at its place in the third, or
/// goes where that is shorter.
///
/// - Cost: text length × length of the second argument.
struct Translate: RowFunction {
    let buffer = TextBuffer()

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let (text, from, to) = (x.text(0, row), x.text(1, row), x.text(2, row))
        guard let base = text.base else { return output.put(text, row) }
        buffer.reset()
        var offset = 0
        while offset < text.count {
            let width = Bytes.width(base, offset, text.count)
            let character = text.part(offset..<offset + width)
            buffer.append(Self.translated(character, from, to) ?? character)
            offset &+= width
        }
        return output.put(buffer, row)
    }

    /// Nil: the character stays; empty: it goes.
    private static func translated(
        _ character: ByteSlice, _ from: ByteSlice, _ to: ByteSlice
    ) -> ByteSlice? {
        guard let source = from.base else { return nil }
        var (offset, target) = (0, 0)
        while offset < from.count {
            let width = Bytes.width(source, offset, from.count)
            let targetWidth =
                target < to.count ? Bytes.width(to.base ?? source, target, to.count) : 0
            if Bytes.equal(from.part(offset..<offset + width), character) {
                return to.part(target..<target + targetWidth)
            }
            offset &+= width
            target &+= targetWidth
        }
        return nil
    }
}
