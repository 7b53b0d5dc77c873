internal import StreamCore

/// LIKE with a pattern that is the same for every row.
final class LikeKernel: Kernel {
    private let operand: Kernel
    private let pattern: LikePattern
    private let literal: ByteSlice

    init(_ operand: Kernel, _ pattern: LikePattern, _ frame: Frame) {
        self.operand = operand
        self.pattern = pattern
        literal = frame.constants.append(copying: pattern.literal)
        super.init(.boolean)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        let (source, target, literal) = (x.slices, output.booleans, literal)
        switch pattern.shape {
        case .exactly:
            rows.forEachValid(in: x) { target[$0] = Bytes.equal(source[$0], literal) ? 1 : 0 }
        case .prefix:
            rows.forEachValid(in: x) { target[$0] = Self.begins(source[$0], literal) ? 1 : 0 }
        case .suffix:
            rows.forEachValid(in: x) { target[$0] = Self.ends(source[$0], literal) ? 1 : 0 }
        case .contains:
            rows.forEachValid(in: x) {
                target[$0] = Bytes.find(literal, in: source[$0], from: 0) >= 0 ? 1 : 0
            }
        case .general:
            pattern.units.withUnsafeBufferPointer { units in
                rows.forEachValid(in: x) { row in
                    target[row] = LikePattern.matches(source[row], units) ? 1 : 0
                }
            }
        }
        return output
    }

    @inline(__always)
    private static func begins(_ text: ByteSlice, _ prefix: ByteSlice) -> Bool {
        guard text.count >= prefix.count, let a = text.base, let b = prefix.base else {
            return prefix.count == 0
        }
        return Bytes.equal(a, b, prefix.count)
    }

    @inline(__always)
    private static func ends(_ text: ByteSlice, _ suffix: ByteSlice) -> Bool {
        guard text.count >= suffix.count, let a = text.base, let b = suffix.base else {
            return suffix.count == 0
        }
        return Bytes.equal(a + (text.count &- suffix.count), b, suffix.count)
    }
}

/// LIKE with a pattern that is a value of the row. Analyses the pattern of each row: dear.
final class LikeDynamicKernel: Kernel {
    private let operand: Kernel
    private let pattern: Kernel
    private let escape: UInt32?

    init(_ operand: Kernel, pattern: Kernel, escape: UInt32?) {
        self.operand = operand
        self.pattern = pattern
        self.escape = escape
        super.init(.boolean)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let y = try pattern.evaluate(rows, frame)
        let output = result(frame)
        combineValidity(output, x, y, rows)
        let (texts, patterns, target, escape) = (x.slices, y.slices, output.booleans, escape)
        var failed: [Int32] = []
        // Patterns repeat from row to row: the last one is kept.
        var last: (slice: ByteSlice, pattern: LikePattern?)?
        rows.forEachValid(in: output) { row in
            let slice = patterns[row]
            if last.map({ !Bytes.equal($0.slice, slice) }) ?? true {
                last = (slice, LikePattern(Array(slice.buffer), escape: escape))
            }
            guard let units = last?.pattern?.units else {
                failed.append(Int32(truncatingIfNeeded: row))
                return
            }
            units.withUnsafeBufferPointer {
                target[row] = LikePattern.matches(texts[row], $0) ? 1 : 0
            }
        }
        if let first = failed.first {
            throw EvaluationError(
                .badPattern, failedRows: failed,
                message:
                    "in the LIKE pattern \(Quoted.text(patterns[Int(first)])) the escape "
                    + "character stands before something other than %, _ or itself"
            )
        }
        return output
    }
}

extension LikePattern {
    /// Whether the whole text matches.
    ///
    /// Goes back only to the last `%`, which is enough: an earlier one could take no other text
    /// that would help. At most text length × pattern length steps.
    // hot
    static func matches(_ text: ByteSlice, _ units: UnsafeBufferPointer<Unit>) -> Bool {
        guard let base = text.base else { return units.allSatisfy { $0 == .anyText } }
        let count = text.count
        var (offset, unit) = (0, 0)
        var (retryOffset, retryUnit) = (0, -1)
        while offset < count || unit < units.count {
            if unit < units.count {
                switch units[unit] {
                case .anyText:
                    (retryOffset, retryUnit) = (offset, unit)
                    unit &+= 1
                    continue
                case .anyCharacter:
                    if offset < count {
                        offset &+= Bytes.width(base, offset, count)
                        unit &+= 1
                        continue
                    }
                case .byte(let byte):
                    if offset < count, base[offset] == byte {
                        offset &+= 1
                        unit &+= 1
                        continue
                    }
                }
            }
            guard retryUnit >= 0, retryOffset < count else { return false }
            // `%` takes one code point more.
            retryOffset &+= Bytes.width(base, retryOffset, count)
            (offset, unit) = (retryOffset, retryUnit &+ 1)
        }
        return true
    }
}
