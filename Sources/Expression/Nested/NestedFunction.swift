internal import CSimdJSON
internal import StreamCore

/// The functions that read and make ARRAY, MAP and ROW values, which are carried as JSON texts.
enum NestedFunction: Hashable, Sendable {
    /// The value at a path; not nullable: nothing there is an error.
    case extract([PathStep], ExtractForm, isNullable: Bool)
    /// Arguments: an array, the number of the element; or a map, the key.
    case element(ExtractForm), member(ExtractForm)
    case cardinality(isMap: Bool)
    /// The only element.
    case single(ExtractForm)
    case contains(ExtractForm)
    case makeArray([JSONForm])
    /// Arguments: keys and values in turn.
    case makeMap(key: JSONForm, value: JSONForm)
    case makeRow([String], [JSONForm])
    /// JSON_ARRAY and JSON_OBJECT; NULLs are left out or written.
    case jsonArray([JSONForm], hasNulls: Bool)
    case jsonObject([String], [JSONForm], hasNulls: Bool)
    /// JSON_STRING.
    case jsonText(JSONForm)
    case split
    case textToMap
    /// REGEXP_EXTRACT_ALL.
    case extractAll
}

extension NestedFunction {
    func kernel(_ arguments: [Kernel], _ type: LogicalType) -> Kernel {
        switch self {
        case .extract(let path, let form, let isNullable):
            let function = Extract(path, form, isNullable: isNullable)
            return RowFunctionKernel(function, arguments, type)
        case .element(let form):
            return RowFunctionKernel(ElementAt(form), arguments, type)
        case .member(let form): return RowFunctionKernel(MemberAt(form), arguments, type)
        case .cardinality(let isMap):
            return RowFunctionKernel(Cardinality(isMap: isMap), arguments, type)
        case .single(let form): return RowFunctionKernel(SingleElement(form: form), arguments, type)
        case .contains(let form): return RowFunctionKernel(Contains(form: form), arguments, type)
        case .split: return RowFunctionKernel(Split(), arguments, type)
        case .textToMap: return RowFunctionKernel(TextToMap(arguments), arguments, type)
        case .extractAll:
            let function = RegexExtractAll(patterns: RegexCache(.java, arguments[1]))
            return RowFunctionKernel(function, arguments, type)
        default: return makingKernel(arguments, type)
        }
    }

    private func makingKernel(_ arguments: [Kernel], _ type: LogicalType) -> Kernel {
        switch self {
        case .makeMap(let key, let value):
            return RowFunctionKernel(MakeMap(key: key, value: value), arguments, type)
        case .makeRow(let names, let forms), .jsonObject(let names, let forms, hasNulls: true):
            let function = MakeObject(names, forms, hasNulls: true)
            return RowFunctionKernel(function, arguments, type)
        case .jsonObject(let names, let forms, hasNulls: false):
            let function = MakeObject(names, forms, hasNulls: false)
            return RowFunctionKernel(function, arguments, type)
        case .makeArray(let forms), .jsonArray(let forms, hasNulls: true):
            return RowFunctionKernel(MakeArray(forms: forms, hasNulls: true), arguments, type)
        case .jsonArray(let forms, hasNulls: false):
            return RowFunctionKernel(MakeArray(forms: forms, hasNulls: false), arguments, type)
        case .jsonText(let form): return RowFunctionKernel(MakeText(form: form), arguments, type)
        default: preconditionFailure("the others are above")
        }
    }
}

/// How a JSON value becomes the value of a column.
enum ExtractForm: Hashable, Sendable {
    case boolean, int, bigint, double, string
    /// Base64.
    case bytes
    case array, object
    /// Any value, as it was read.
    case json
    /// A number or a text, as a text: for a CAST.
    case scalarText

    init(_ type: LogicalType) {
        switch type {
        case .boolean: self = .boolean
        case .int: self = .int
        case .bigint: self = .bigint
        case .double: self = .double
        case .string: self = .string
        case .bytes: self = .bytes
        case .array: self = .array
        case .map, .row: self = .object
        case .json: self = .json
        default: self = .scalarText
        }
    }

    /// Stores a value that is neither missing nor null; nil if it is of another kind.
    @inline(__always)
    func put(_ value: JSONReader.Value, _ row: Int, _ output: RowOutput) -> RowOutcome? {
        let kind = value.jsonKind
        switch self {
        case .boolean: return kind == .boolean ? output.put(value.isTrue, row) : nil
        case .int, .bigint:
            return value.integer(isInt: self == .int).map { output.put($0, row) }
        case .double: return value.double.map { output.put($0, row) }
        case .string: return value.string(output.arena).map { output.put($0, row) }
        case .bytes: return bytes(value, output.arena).map { output.put($0, row) }
        case .array: return kind == .array ? output.put(value.text.slice, row) : nil
        case .object: return kind == .object ? output.put(value.text.slice, row) : nil
        case .json: return output.put(value.text.slice, row)
        case .scalarText:
            guard kind != .number else { return output.put(value.text.slice, row) }
            return value.string(output.arena).map { output.put($0, row) }
        }
    }

    private func bytes(_ value: JSONReader.Value, _ arena: ByteArena) -> ByteSlice? {
        guard let text = value.string(arena) else { return nil }
        let target = arena.allocate(text.count)
        return Base64.decode(text, at: target).map {
            ByteSlice(base: UnsafePointer(target), count: $0)
        }
    }
}
