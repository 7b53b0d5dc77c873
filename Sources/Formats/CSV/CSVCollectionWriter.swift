internal import CSimdJSON
internal import StreamCore

/// Makes a field's text of the JSON that a column of ARRAY or ROW carries: its elements, or its fields
/// in their order, with the delimiter between them. Texts are what they stand for, other values as they
/// stand in the JSON.
///
/// - Threading: one thread; one instance per column.
final class CSVCollectionWriter {
    /// The names of a ROW's fields; nil for an ARRAY.
    private let names: [[UInt8]]?
    private let delimiter: UInt8
    private let quote: UInt8
    private let nullLiteral: [UInt8]?
    private let texts = JSONTexts()
    private let text = GrowingText()
    private let scratch = ByteArena()

    /// - Returns: Nil for a type that is neither ARRAY nor ROW.
    init?(_ type: LogicalType, _ dialect: CSVDialect) {
        switch type {
        case .array: names = nil
        case .row(let fields): names = fields.map { Array($0.name.utf8) }
        default: return nil
        }
        delimiter = dialect.elementDelimiter
        quote = dialect.quote ?? UInt8(ascii: "\"")
        nullLiteral = dialect.nullLiteral
    }

    /// The text, until the next call.
    ///
    /// - Parameter json: With 64 readable bytes behind it.
    func text(of json: ByteSlice) -> ByteSlice {
        text.removeAll()
        scratch.recycle()
        guard let children = texts.children(json) else { return json }
        if let names {
            for (index, name) in names.enumerated() {
                if index > 0 { text.append(delimiter) }
                append(member(name, of: children), isOnly: names.count == 1)
            }
        } else {
            for (index, child) in children.enumerated() {
                if index > 0 { text.append(delimiter) }
                append(child.value, isOnly: children.count == 1)
            }
        }
        return ByteSlice(base: text.bytes.baseAddress, count: text.bytes.count)
    }

    /// Of members with one name the last.
    private func member(
        _ name: [UInt8], of children: UnsafeBufferPointer<csimdjson_child>
    ) -> csimdjson_value? {
        children.last {
            unescaped($0.name).buffer.elementsEqual(name)
        }?.value
    }

    private func append(_ value: csimdjson_value?, isOnly: Bool) {
        guard let value, value.kind != Int32(CSIMDJSON_KIND_NULL.rawValue) else {
            return text.append(nullLiteral ?? [])
        }
        guard value.kind == Int32(CSIMDJSON_KIND_STRING.rawValue), let base = value.text.base else {
            return append(ByteSlice(base: value.text.base, count: value.text.count), isOnly)
        }
        append(unescaped(csimdjson_slice(base: base + 1, count: value.text.count - 2)), isOnly)
    }

    private func unescaped(_ content: csimdjson_slice) -> ByteSlice {
        let slice = ByteSlice(base: content.base, count: content.count)
        guard slice.buffer.contains(UInt8(ascii: "\\")) else { return slice }
        let target = scratch.allocate(slice.count)
        return ByteSlice(base: target, count: csimdjson_unescape(content, target))
    }

    private func append(_ element: ByteSlice, _ isOnly: Bool) {
        let bytes = element.buffer
        guard needsQuotes(bytes, isOnly) else { return text.append(bytes) }
        text.append(quote)
        for byte in bytes {
            if byte == quote { text.append(quote) }
            text.append(byte)
        }
        text.append(quote)
    }

    /// Without them it would be read as several elements, as quoted, as NULL, or as none.
    private func needsQuotes(_ bytes: UnsafeBufferPointer<UInt8>, _ isOnly: Bool) -> Bool {
        bytes.first == quote || bytes.contains(delimiter) || (bytes.isEmpty && isOnly)
            || nullLiteral.map { bytes.elementsEqual($0) } == true
    }
}
