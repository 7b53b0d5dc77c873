internal import StreamCore

/// Decides which texts need quotes, and writes them.
struct CSVQuoting {
    let delimiter: UInt8
    private let quote: UInt8
    private let escape: UInt8?
    private let nullText: [UInt8]
    /// An empty row would be an empty record.
    private let isOnlyColumn: Bool
    /// Whether a number, a date or a time may look like something else.
    private let isAmbiguous: Bool

    init(_ dialect: CSVDialect, isOnlyColumn: Bool) {
        delimiter = dialect.delimiter
        quote = dialect.quote ?? UInt8(ascii: "\"")
        escape = dialect.escape
        nullText = dialect.nullLiteral ?? []
        self.isOnlyColumn = isOnlyColumn
        let special = [dialect.delimiter, dialect.quote, dialect.escape].compactMap { $0 }
        isAmbiguous = special.contains(where: Self.mayStandInNumbers) || !nullText.isEmpty
    }

    /// Letters, digits, and what stands between them in numbers, times and base64.
    private static func mayStandInNumbers(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return (letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z"))
            || "0123456789+-./:= ".utf8.contains(byte)
    }

    /// Room for twice the text's bytes and two is needed; returns the end of what was written.
    func write(
        _ text: ByteSlice, isFirst: Bool, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let bytes = text.buffer
        guard needsQuotes(bytes, isFirst: isFirst) else {
            guard let base = text.base else { return start }
            start.update(from: base, count: text.count)
            return start + text.count
        }
        start[0] = quote
        var out = start + 1
        for byte in bytes {
            if byte == quote || byte == escape {
                out[0] = escape ?? quote
                out += 1
            }
            out[0] = byte
            out += 1
        }
        out[0] = quote
        return out + 1
    }

    private func needsQuotes(_ bytes: UnsafeBufferPointer<UInt8>, isFirst: Bool) -> Bool {
        // Unquoted it would be read as NULL, as no row, or as a comment.
        if isNull(bytes) || (bytes.isEmpty && isOnlyColumn) { return true }
        if isFirst, bytes.first == UInt8(ascii: "#") { return true }
        for byte in bytes {
            let isLineEnd = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            if byte == delimiter || byte == quote || isLineEnd || byte == escape { return true }
        }
        return false
    }

    private func isNull(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        nullText.count == bytes.count && bytes.elementsEqual(nullText)
    }

    /// A value that is no text of the user's, which quotes only under unusual settings.
    @inline(__always)
    func writePlain(
        _ writer: ScalarWriter, _ values: UnsafeRawPointer, _ row: Int,
        to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let end = writer.write(values, row, to: start)
        return isAmbiguous ? quoted(start, end) : end
    }

    /// Puts quotes around what was written, if it needs them. It holds no line end; a quote
    /// character in it is doubled or escaped by way of a copy.
    private func quoted(
        _ start: UnsafeMutablePointer<UInt8>, _ end: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let written = UnsafeBufferPointer(start: start, count: end - start)
        guard needsQuotes(written, isFirst: false) else { return end }
        let copy = Array(written)
        return copy.withUnsafeBufferPointer {
            write(ByteSlice(base: $0.baseAddress, count: $0.count), isFirst: false, to: start)
        }
    }
}
