internal import StreamCore

/// LOWER and UPPER: ASCII by words of eight bytes, anything else by ``CaseMap``.
final class CaseKernel: Kernel {
    private let operand: Kernel
    private let isUpper: Bool
    private let map: CaseMap

    init(_ operand: Kernel, isUpper: Bool) {
        self.operand = operand
        self.isUpper = isUpper
        map = CaseMap(isUpper: isUpper)
        super.init(.string)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        let isASCII =
            isUpper
            ? Self.convert(UpperCase.self, x, output, rows, frame.arena)
            : Self.convert(LowerCase.self, x, output, rows, frame.arena)
        if !isASCII { convertOthers(x, output, rows, frame.arena) }
        return output
    }

    /// Converts the texts that are ASCII, and marks the others by an absent slice.
    ///
    /// - Returns: Whether all were ASCII.
    // hot
    private static func convert<Case: ASCIICase>(
        _: Case.Type, _ x: Column, _ output: Column, _ rows: Rows, _ arena: ByteArena
    ) -> Bool {
        let (source, target) = (x.slices, output.slices)
        var byteCount = 0
        rows.forEachValid(in: x) { byteCount &+= source[$0].count }
        let room = arena.reserve(atLeast: byteCount)
        guard let start = room.baseAddress else { return true }
        var end = start
        var anyOther: UInt64 = 0
        rows.forEachValid(in: x) { row in
            let text = source[row]
            guard let base = text.base else { return target[row] = text }
            // Words are stored across the end too: the next text, or the chunk's padding, is there.
            let word = Bytes.word(base, 0)
            end.storeBytes(of: Case.convert(word), as: UInt64.self)
            var other = word & notASCII
            // Seldom, and then perhaps only bytes behind the end.
            if other != 0 { other = Bytes.head(word, min(text.count, 8)) & notASCII }
            if text.count > 8 { other |= convertRest(Case.self, base, text.count, end) }
            if other == 0 {
                target[row] = ByteSlice(
                    base: UnsafePointer(end.assumingMemoryBound(to: UInt8.self)), count: text.count)
                end += text.count
            } else {
                target[row] = .absent
            }
            anyOther |= other
        }
        arena.commit(end - start)
        return anyOther == 0
    }

    /// What follows the first word.
    ///
    /// - Returns: 0 if all bytes are ASCII.
    @inline(never)
    private static func convertRest<Case: ASCIICase>(
        _: Case.Type, _ base: UnsafePointer<UInt8>, _ count: Int,
        _ target: UnsafeMutableRawPointer
    ) -> UInt64 {
        var other: UInt64 = 0
        var offset = 8
        while offset < count {
            let word = Bytes.word(base, offset)
            other |= Bytes.head(word, min(count &- offset, 8))
            target.storeBytes(of: Case.convert(word), toByteOffset: offset, as: UInt64.self)
            offset &+= 8
        }
        return other & notASCII
    }

    private func convertOthers(
        _ x: Column, _ output: Column, _ rows: Rows, _ arena: ByteArena
    ) {
        let (source, target, map) = (x.slices, output.slices, map)
        rows.forEachValid(in: x) { row in
            let text = source[row]
            guard target[row].isAbsent, !text.isAbsent else { return }
            let room = arena.reserve(atLeast: text.count &* CaseMap.growthMax &+ 8)
            guard let start = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            let written = map.map(text, into: start)
            target[row] = ByteSlice(base: UnsafePointer(start), count: written)
            arena.commit(written)
        }
    }
}

/// A change of case of eight ASCII bytes at once.
protocol ASCIICase {
    static func convert(_ word: UInt64) -> UInt64
}

private let everyByte: UInt64 = 0x0101_0101_0101_0101
/// The bits that are set in bytes that are not ASCII.
private let notASCII: UInt64 = 0x8080_8080_8080_8080

/// Adding `0x80 - first` to seven-bit values sets the high bit of those at or above `first`.
@inline(__always)
private func letters(_ word: UInt64, first: UInt64, behindLast: UInt64) -> UInt64 {
    let seven = word & (everyByte &* 0x7F)
    let above = seven &+ everyByte &* (0x80 - first)
    let beyond = seven &+ everyByte &* (0x80 - behindLast)
    // The high bit of each byte that is such a letter, moved to 0x20.
    return (above & ~beyond & ~word & (everyByte &* 0x80)) >> 2
}

enum LowerCase: ASCIICase {
    @inline(__always) static func convert(_ word: UInt64) -> UInt64 {
        word | letters(word, first: 0x41, behindLast: 0x5B)
    }
}

enum UpperCase: ASCIICase {
    @inline(__always) static func convert(_ word: UInt64) -> UInt64 {
        word & ~letters(word, first: 0x61, behindLast: 0x7B)
    }
}
