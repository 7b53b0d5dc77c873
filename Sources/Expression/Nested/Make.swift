internal import StreamCore

/// `ARRAY[..]` and JSON_ARRAY.
struct MakeArray: RowFunction {
    static var isStrict: Bool { false }
    let forms: [JSONForm]
    /// Whether NULLs are written.
    let hasNulls: Bool
    private let buffer = TextBuffer()

    init(forms: [JSONForm], hasNulls: Bool) {
        self.forms = forms
        self.hasNulls = hasNulls
    }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        buffer.reset()
        buffer.append(UInt8(ascii: "["))
        for index in 0..<x.count where hasNulls || !x.isNull(index, row) {
            if buffer.count > 1 { buffer.append(UInt8(ascii: ",")) }
            forms[index].append(index, row, x, to: buffer)
        }
        buffer.append(UInt8(ascii: "]"))
        return output.put(buffer, row)
    }
}

/// ROW and JSON_OBJECT: the names are constants.
struct MakeObject: RowFunction {
    static var isStrict: Bool { false }
    /// Quoted, with the colon.
    private let names: [[UInt8]]
    private let forms: [JSONForm]
    private let hasNulls: Bool
    private let buffer = TextBuffer()

    init(_ names: [String], _ forms: [JSONForm], hasNulls: Bool) {
        self.forms = forms
        self.hasNulls = hasNulls
        let buffer = TextBuffer()
        self.names = names.map { name in
            buffer.reset()
            Array(name.utf8).withUnsafeBufferPointer {
                JSONText.append(
                    quoted: ByteSlice(base: $0.baseAddress, count: $0.count), to: buffer)
            }
            return Array(buffer.slice.buffer) + [UInt8(ascii: ":")]
        }
    }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        buffer.reset()
        buffer.append(UInt8(ascii: "{"))
        for index in 0..<x.count where hasNulls || !x.isNull(index, row) {
            if buffer.count > 1 { buffer.append(UInt8(ascii: ",")) }
            names[index].withUnsafeBufferPointer { name in
                if let start = name.baseAddress { buffer.append(start, name.count) }
            }
            forms[index].append(index, row, x, to: buffer)
        }
        buffer.append(UInt8(ascii: "}"))
        return output.put(buffer, row)
    }
}

/// `MAP[key, value, ..]`; a key that is NULL is an error.
struct MakeMap: RowFunction {
    static var isStrict: Bool { false }
    let key: JSONForm
    let value: JSONForm
    private let buffer = TextBuffer()

    init(key: JSONForm, value: JSONForm) {
        self.key = key
        self.value = value
    }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        buffer.reset()
        buffer.append(UInt8(ascii: "{"))
        for index in stride(from: 0, to: x.count, by: 2) {
            guard !x.isNull(index, row) else { return .failed(.badArgument) }
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            key.appendName(index, row, x, to: buffer)
            buffer.append(UInt8(ascii: ":"))
            value.append(index + 1, row, x, to: buffer)
        }
        buffer.append(UInt8(ascii: "}"))
        return output.put(buffer, row)
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        code == .badArgument
            ? "a key of MAP is NULL"
            : "the result has more than \(CompiledExpression.valueByteCountMax) bytes"
    }
}

/// JSON_STRING: a value as JSON.
struct MakeText: RowFunction {
    let form: JSONForm
    private let buffer = TextBuffer()

    init(form: JSONForm) { self.form = form }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        buffer.reset()
        form.append(0, row, x, to: buffer)
        return output.put(buffer, row)
    }
}
