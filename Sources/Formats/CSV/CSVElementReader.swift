internal import StreamCore

/// Makes the JSON of one element's text: it is converted as a field of CSV and written as JSON has it.
///
/// - Threading: one thread.
final class CSVElementReader {
    private let parser: ScalarParser
    private let writer: ScalarWriter
    private let column: Column
    private let isQuoted: Bool

    /// - Parameter type: One that a text stands for.
    init?(_ type: LogicalType) {
        guard let parser = ScalarParser(type), let writer = ScalarWriter(type) else { return nil }
        self.parser = parser
        self.writer = writer
        column = Column(type: type, capacity: 1)
        isQuoted = [.date, .timestamp, .base64].contains(writer.kind)
    }

    /// - Parameter arena: For the bytes of BYTES.
    /// - Returns: Why the text is no such value; nil if it is one.
    func append(
        _ text: ByteSlice, to json: GrowingText, _ arena: ByteArena
    ) -> RecordFailureCode? {
        if let code = parser.parse(text, to: column, 0, arena) { return code }
        // Of a STRING each byte may be a \u00xx; base64 is as long as it was.
        let start = json.reserve(text.count * 6 + writer.byteCountMax + 4)
        json.commit(to: write(to: start))
        return nil
    }

    private func write(to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        if writer.kind == .text {
            return JSONText.write(column.slices[0].base, column.slices[0].count, to: start)
        }
        if writer.kind == .double { return JSONText.write(column.doubles[0], to: start) }
        guard isQuoted else { return writer.write(column.values, 0, to: start) }
        start[0] = UInt8(ascii: "\"")
        let end = writer.write(column.values, 0, to: start + 1)
        end[0] = UInt8(ascii: "\"")
        return end + 1
    }
}
