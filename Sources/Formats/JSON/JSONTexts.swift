internal import CSimdJSON
internal import StreamCore

/// Texts that are to be JSON: checks them, and lists what they hold.
///
/// - Threading: one thread.
final class JSONTexts {
    private let reader: OpaquePointer?
    private var room = UnsafeMutablePointer<csimdjson_child>.allocate(capacity: 16)
    private var capacity = 16

    init() { reader = csimdjson_reader_new() }

    deinit {
        if let reader { csimdjson_reader_free(reader) }
        room.deallocate()
    }

    /// The one value of a text, without blanks around it; nil if it is none within the limits of
    /// ``JSONDecoder``.
    ///
    /// - Parameter text: With 64 readable bytes behind it.
    func value(_ text: ByteSlice) -> ByteSlice? {
        var found = csimdjson_value()
        let slice = csimdjson_slice(base: text.base, count: text.count)
        guard let reader,
            csimdjson_find(reader, slice, nil, 0, &found) == Int32(CSIMDJSON_OK.rawValue)
        else { return nil }
        return ByteSlice(base: found.text.base, count: found.text.count)
    }

    /// What an array or object holds, until the next call; nil for a text that is not JSON.
    ///
    /// - Parameter text: With 64 readable bytes behind it.
    func children(_ text: ByteSlice) -> UnsafeBufferPointer<csimdjson_child>? {
        guard let reader else { return nil }
        let slice = csimdjson_slice(base: text.base, count: text.count)
        var count = 0
        var code = csimdjson_children(reader, slice, room, capacity, &count)
        if count > capacity {
            room.deallocate()
            room = .allocate(capacity: count)
            capacity = count
            code = csimdjson_children(reader, slice, room, capacity, &count)
        }
        guard code == Int32(CSIMDJSON_OK.rawValue) else { return nil }
        return UnsafeBufferPointer(start: room, count: count)
    }
}
