internal import FileConnector
internal import Formats

/// A file's bytes: the first byte chooses the dialect, the second one how they come, the rest is the file.
/// The whole is a split of a checkpoint, too.
///
/// Invariants: no bytes trap; however the file comes, it is divided into the records that a reader of one
/// byte at a time finds; a split that can be read is written as one that reads the same.
enum SplitFuzz {
    static func run(_ bytes: [UInt8]) {
        readSplit(bytes)
        guard bytes.count > 2 else { return }
        let dialect = bytes[0] == 0 ? nil : CSVFuzz.dialect(bytes[0])
        let file = Array(bytes.dropFirst(2))
        let found = ends(file, dialect, step: 1 + Int(bytes[1] & 15), moves: bytes[1] & 16 != 0)
        precondition(found == expectedEnds(file, dialect), "divided otherwise")
    }

    private static func readSplit(_ bytes: [UInt8]) {
        guard let split = try? FileSplit(decoding: bytes) else { return }
        let again = try? FileSplit(decoding: split.encoded())
        precondition(again?.encoded() == split.encoded(), "written, the split is another")
    }

    /// Where records end, and whether one is left open, with `step` bytes more each time.
    ///
    /// - Parameter moves: The input is moved to its beginning after each record, as a buffer is.
    private static func ends(
        _ file: [UInt8], _ dialect: CSVDialect?, step: Int, moves: Bool
    ) -> [Int] {
        var splitter = RecordSplitter(dialect)
        var found: [Int] = []
        var (moved, start, known) = (0, 0, 0)
        file.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            while start < file.count {
                let end = splitter.recordEnd(
                    in: base + moved, from: start - moved, to: known - moved,
                    isLast: known == file.count)
                guard let end else {
                    if known == file.count { break }
                    known = min(known + step, file.count)
                    continue
                }
                found.append(end + moved)
                start = end + moved + 1
                if moves, start <= known {
                    splitter.shift(by: start - moved)
                    moved = start
                }
            }
        }
        return found
    }

    private enum State { case beginning, text, quoted }

    private static func expectedEnds(_ file: [UInt8], _ dialect: CSVDialect?) -> [Int] {
        var found: [Int] = []
        var start = 0
        while start < file.count, let end = expectedEnd(file, from: start, dialect) {
            found.append(end)
            start = end + 1
        }
        return found
    }

    /// - Returns: Nil if a quote is open at the end of the file.
    private static func expectedEnd(
        _ file: [UInt8], from start: Int, _ dialect: CSVDialect?
    ) -> Int? {
        let lineFeed = UInt8(ascii: "\n")
        guard let dialect, !(dialect.allowsComments && file[start] == UInt8(ascii: "#")) else {
            return file[start...].firstIndex(of: lineFeed) ?? file.count
        }
        var state = State.beginning
        var at = start
        while at < file.count {
            let byte = file[at]
            switch state {
            case _ where byte == dialect.escape:
                at += 1
                if state == .beginning { state = .text }
            case .quoted where byte == dialect.quote:
                let isDoubled = at + 1 < file.count && file[at + 1] == dialect.quote
                if isDoubled { at += 1 } else { state = .text }
            case .quoted: break
            case .beginning where byte == dialect.quote: state = .quoted
            case _ where byte == lineFeed: return at
            default: state = byte == dialect.delimiter ? .beginning : .text
            }
            at += 1
        }
        return state == .quoted ? nil : file.count
    }
}
