internal import CSimdJSON
internal import StreamCore

/// Reads values out of JSON texts; simdjson and one pass that checks the whole grammar.
///
/// - Threading: one thread; each kernel has its own.
/// - Cost: O(length of the text); allocates only to grow.
final class JSONReader {
    /// A value as it was read: a string with its quotes.
    typealias Value = csimdjson_value

    private let reader: OpaquePointer?
    /// What the last ``children(of:)`` found.
    private var childRoom: UnsafeMutablePointer<csimdjson_child>
    private var childCapacity = 16

    init() {
        reader = csimdjson_reader_new()
        childRoom = .allocate(capacity: childCapacity)
    }

    deinit {
        if let reader { csimdjson_reader_free(reader) }
        childRoom.deallocate()
    }

    /// The value at a path, of the kind MISSING if there is none; nil for a text that is not JSON
    /// within the limits (64 levels, 64 MiB, 1000 characters of a number).
    @inline(__always)
    func find(_ text: ByteSlice, _ steps: JSONSteps) -> Value? {
        var found = csimdjson_value()
        guard let reader,
            csimdjson_find(
                reader, csimdjson_slice(text), steps.steps, steps.count, &found)
                == Int32(CSIMDJSON_OK.rawValue)
        else { return nil }
        return found
    }

    /// What an array or object holds; empty for a scalar, nil for a text that is not JSON. Valid
    /// until the next call.
    func children(of text: ByteSlice) -> UnsafeBufferPointer<csimdjson_child>? {
        guard let reader else { return nil }
        var count = 0
        var code = csimdjson_children(
            reader, csimdjson_slice(text), childRoom, childCapacity, &count)
        if count > childCapacity {
            childRoom.deallocate()
            childCapacity = count
            childRoom = .allocate(capacity: count)
            code = csimdjson_children(
                reader, csimdjson_slice(text), childRoom, childCapacity, &count)
        }
        guard code == Int32(CSIMDJSON_OK.rawValue) else { return nil }
        return UnsafeBufferPointer(start: childRoom, count: count)
    }
}

extension csimdjson_slice {
    @inline(__always)
    init(_ slice: ByteSlice) { self.init(base: slice.base, count: slice.count) }

    @inline(__always)
    var slice: ByteSlice { ByteSlice(base: base, count: count) }
}

/// The kinds of JSON values.
enum JSONKind {
    case missing, null, boolean, number, string, array, object

    var isScalar: Bool { self == .boolean || self == .number || self == .string }
}

extension csimdjson_value {
    @inline(__always)
    var jsonKind: JSONKind {
        switch csimdjson_kind(UInt32(bitPattern: kind)) {
        case CSIMDJSON_KIND_NULL: .null
        case CSIMDJSON_KIND_BOOLEAN: .boolean
        case CSIMDJSON_KIND_NUMBER: .number
        case CSIMDJSON_KIND_STRING: .string
        case CSIMDJSON_KIND_ARRAY: .array
        case CSIMDJSON_KIND_OBJECT: .object
        default: .missing
        }
    }

    /// `true` or `false`, of a BOOLEAN.
    @inline(__always)
    var isTrue: Bool { text.base?[0] == UInt8(ascii: "t") }

    /// A string's text, unescaped into the arena if it has escapes; nil for other kinds.
    @inline(__always)
    func string(_ arena: ByteArena) -> ByteSlice? {
        guard jsonKind == .string, let base = text.base else { return nil }
        return JSONText.unescaped(ByteSlice(base: base + 1, count: text.count &- 2), arena)
    }

    func integer(isInt: Bool) -> Int64? {
        var value: Int64 = 0
        guard jsonKind == .number,
            csimdjson_to_integer(text, isInt ? 1 : 0, &value) == Int32(CSIMDJSON_OK.rawValue)
        else { return nil }
        return value
    }

    var double: Double? {
        var value = 0.0
        guard jsonKind == .number, csimdjson_to_double(text, &value) == Int32(CSIMDJSON_OK.rawValue)
        else {
            return nil
        }
        return value
    }
}

/// The steps of a path as the reader takes them; one number may be set from row to row.
final class JSONSteps {
    let steps: UnsafeMutablePointer<csimdjson_step>
    let count: Int
    private let names: UnsafeMutablePointer<UInt8>

    init(_ path: [PathStep]) {
        count = path.count
        steps = .allocate(capacity: max(path.count, 1))
        let texts = path.map { step in
            if case .field(let name) = step { Array(name.utf8) } else { [UInt8]() }
        }
        names = .allocate(capacity: texts.reduce(1) { $0 + $1.count })
        var end = names
        for (index, step) in path.enumerated() {
            if case .element(let element) = step {
                steps[index] = csimdjson_step(
                    name: csimdjson_slice(base: nil, count: 0), index: Int64(element))
            } else {
                let start = end
                for byte in texts[index] {
                    end[0] = byte
                    end += 1
                }
                steps[index] = csimdjson_step(
                    name: csimdjson_slice(base: start, count: texts[index].count), index: 0)
            }
        }
    }

    deinit {
        steps.deallocate()
        names.deallocate()
    }

    /// Makes the only step an element, or a member with this name.
    @inline(__always)
    func set(element: Int64) {
        steps[0] = csimdjson_step(name: csimdjson_slice(base: nil, count: 0), index: element)
    }

    @inline(__always)
    func set(name: ByteSlice) { steps[0] = csimdjson_step(name: csimdjson_slice(name), index: 0) }
}
