internal import StreamCore

/// Makes the JSON that a column of ARRAY, ROW or JSON carries of a field's text.
///
/// - Threading: one thread; one instance per column.
final class CSVCollectionReader {
    private enum Shape {
        case array(CSVElementReader)
        /// What stands before each value, `{"a":` or `,"b":`; whether it may be NULL.
        case row([(prefix: [UInt8], element: CSVElementReader, isNullable: Bool)])
        case json(JSONTexts)
    }

    private static let null = Array("null".utf8)
    private let shape: Shape
    private let dialect: CSVDialect
    private let json = GrowingText()
    private let scratch = ByteArena()

    /// - Returns: Nil for a scalar, and for a type that has no form in CSV.
    init?(_ type: LogicalType, _ dialect: CSVDialect) {
        guard let shape = Self.shape(type) else { return nil }
        self.shape = shape
        self.dialect = dialect
    }

    private static func shape(_ type: LogicalType) -> Shape? {
        switch type {
        case .array(let element): return CSVElementReader(element).map { .array($0) }
        case .row(let fields) where !fields.isEmpty:
            let elements = fields.compactMap { CSVElementReader($0.type) }
            guard elements.count == fields.count else { return nil }
            return .row(
                zip(fields, elements).enumerated().map { index, pair in
                    (prefix(index, pair.0.name), pair.1, pair.0.isNullable)
                })
        case .json: return .json(JSONTexts())
        default: return nil
        }
    }

    private static func prefix(_ index: Int, _ name: String) -> [UInt8] {
        let utf8 = Array(name.utf8)
        let text = GrowingText()
        text.append(UInt8(ascii: index == 0 ? "{" : ","))
        let start = text.reserve(utf8.count * 6 + 2)
        text.commit(
            to: utf8.withUnsafeBufferPointer {
                JSONText.write($0.baseAddress, $0.count, to: start)
            })
        text.append(UInt8(ascii: ":"))
        return Array(text.bytes)
    }

    /// Replaces a field's text by the value.
    ///
    /// - Parameters:
    ///   - text: With 64 readable bytes behind it.
    ///   - arena: Receives the value's bytes.
    /// - Returns: Why it is none; nil if it is one.
    func read(_ text: inout ByteSlice, _ arena: ByteArena) -> RecordFailureCode? {
        json.removeAll()
        scratch.recycle()
        let code: RecordFailureCode?
        switch shape {
        case .json(let texts):
            guard let value = texts.value(text) else { return .typeMismatch }
            text = value
            return nil
        case .array(let element): code = readArray(text, element)
        case .row(let fields): code = readRow(text, fields)
        }
        guard code == nil, let base = json.bytes.baseAddress else { return code }
        text = arena.append(base, json.bytes.count)
        return nil
    }

    private func readArray(_ text: ByteSlice, _ reader: CSVElementReader) -> RecordFailureCode? {
        json.append(UInt8(ascii: "["))
        var elements = CSVElements(text, dialect)
        var isFirst = true
        // Nothing at all is an array of nothing.
        while text.count > 0 {
            var element = ByteSlice.absent
            let step = elements.next(&element, scratch)
            if step == .end { break }
            if !isFirst { json.append(UInt8(ascii: ",")) }
            isFirst = false
            if let code = append(step, element, reader, isNullable: true) { return code }
        }
        json.append(UInt8(ascii: "]"))
        return nil
    }

    private func readRow(
        _ text: ByteSlice,
        _ fields: [(prefix: [UInt8], element: CSVElementReader, isNullable: Bool)]
    ) -> RecordFailureCode? {
        var elements = CSVElements(text, dialect)
        var element = ByteSlice.absent
        for field in fields {
            json.append(field.prefix)
            let step = elements.next(&element, scratch)
            let code = append(step, element, field.element, isNullable: field.isNullable)
            if let code { return code }
        }
        json.append(UInt8(ascii: "}"))
        return elements.next(&element, scratch) == .end ? nil : .typeMismatch
    }

    private func append(
        _ step: CSVElements.Step, _ text: ByteSlice, _ reader: CSVElementReader, isNullable: Bool
    ) -> RecordFailureCode? {
        switch step {
        case .element: return reader.append(text, to: json, scratch)
        case .null:
            guard isNullable else { return .typeMismatch }
            json.append(Self.null)
            return nil
        case .end, .malformed: return .typeMismatch
        }
    }
}
