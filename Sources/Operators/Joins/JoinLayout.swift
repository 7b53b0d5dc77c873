internal import Expression
internal import StreamCore

/// Where each column of a pair comes from, and how rows are buffered for it.
struct JoinLayout: Sendable {
    enum Source: Sendable {
        /// The i-th column of the side's ``RowCodec``.
        case row(Int)
        /// The i-th part of the key: it need not be kept with every row.
        case key(Int)
    }

    struct PairColumn: Sendable {
        let side: JoinSide
        let source: Source
        let type: LogicalType
    }

    /// In the order of ``JoinDefinition/columns``.
    let columns: [PairColumn]
    /// Types of the key's parts.
    let keyTypes: [LogicalType]
    let rows: BufferedRowsLayout

    init(_ definition: JoinDefinition) {
        keyTypes = definition.keys.map(\.left.type)
        var fields: [[(inputIndex: Int, type: LogicalType)]] = [[], []]
        columns = definition.columns.map { column in
            let side: JoinSide = column.isLeft ? .left : .right
            if let part = JoinLayout.keyPart(definition.keys, column, side) {
                return PairColumn(side: side, source: .key(part), type: column.field.type)
            }
            let position = fields[side.rawValue].count
            fields[side.rawValue].append((column.index, column.field.type))
            return PairColumn(side: side, source: .row(position), type: column.field.type)
        }
        let slicing = JoinLayout.slicing(definition.window)
        rows = BufferedRowsLayout(
            sliceMilliseconds: slicing.width, offsetMilliseconds: slicing.offset,
            frame: RowFrame(keepsTimes: slicing.keepsTimes), codecs: fields.map { RowCodec($0) },
            keepsSpans: definition.window.isSession,
            schema: JoinLayout.schema(definition, keyTypes))
    }

    /// The part of the key that is this column and nothing else, if the key's bytes give the value
    /// back: those of a DOUBLE do not (-0.0 is 0.0 in a key).
    private static func keyPart(
        _ keys: [JoinDefinition.Key], _ column: JoinDefinition.Column, _ side: JoinSide
    ) -> Int? {
        guard column.field.type.physical != .float64 else { return nil }
        return keys.firstIndex {
            (side == .left ? $0.left : $0.right).columnIndex == column.index
        }
    }

    /// Slices are as wide as every window is made of whole ones, and a session's or an interval's
    /// rows lie in a few.
    private static func slicing(
        _ window: JoinDefinition.Window
    ) -> (width: Int64, offset: Int64, keepsTimes: Bool) {
        switch window {
        case .sliding(let size, let slide, let offset):
            return (greatestCommonDivisor(size, slide), offset, false)
        case .session(let gap): return (min(gap, sliceMillisecondsMax), 0, true)
        case .interval(let lower, let upper):
            let longest = max(lower.magnitude, upper.magnitude)
            let width = max(
                upper - lower, Int64(longest) / intervalSliceCountMax, intervalSliceMillisecondsMin)
            return (min(width, sliceMillisecondsMax), 0, true)
        }
    }

    /// Rows of an interval join share slices at least this wide, so that there are not too many.
    private static let intervalSliceMillisecondsMin: Int64 = 1000
    /// Slices for which a row waits, at most, roughly.
    private static let intervalSliceCountMax: Int64 = 256
    /// A row's time within its slice has 32 bits.
    private static let sliceMillisecondsMax: Int64 = 1 << 31

    private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }

    /// Readable: `join left sliding 600000 600000 0; key STRING; left amount DOUBLE; right ...`.
    /// Names belong to it: a buffered row has the columns that it was buffered with.
    private static func schema(
        _ definition: JoinDefinition, _ keyTypes: [LogicalType]
    ) -> [UInt8] {
        let window =
            switch definition.window {
            case .sliding(let size, let slide, let offset): "sliding \(size) \(slide) \(offset)"
            case .session(let gap): "session \(gap)"
            case .interval(let lower, let upper): "interval \(lower) \(upper)"
            }
        let columns = definition.columns.map { column in
            "\(column.isLeft ? "left" : "right") \(column.field.name) \(column.field.type)"
        }
        let key = keyTypes.map { "\($0)" }.joined(separator: ", ")
        let text = ["join \(definition.kind.rawValue) \(window)", "key \(key)"] + columns
        return [BufferedRowsFormat.version] + Array(text.joined(separator: "; ").utf8)
    }
}
