internal import StreamCore

/// Walks the elements of an array, or the members of an object, one by one: however many there are,
/// nothing is kept of them.
///
/// The text has been checked by ``JSONReader``, so only brackets, quotes and commas are looked for. All
/// slices point into it.
struct JSONElements {
    private var at: UnsafePointer<UInt8>
    /// The closing bracket.
    private let end: UnsafePointer<UInt8>
    private let isObject: Bool
    /// Of an object: what stands between the quotes of the member's name, with its escapes.
    private(set) var name = ByteSlice.absent
    /// As it was read: a string with its quotes.
    private(set) var value = ByteSlice.absent

    /// - Parameter text: From bracket to bracket; nil for one that is shorter than two.
    init?(_ text: ByteSlice, isObject: Bool) {
        guard let base = text.base, text.count >= 2 else { return nil }
        at = base + 1
        end = base + (text.count - 1)
        self.isObject = isObject
    }

    /// Moves to the next one.
    ///
    /// - Returns: False at the end.
    @inline(__always)
    mutating func next() -> Bool {  // hot
        skipBlanks()
        guard at < end else { return false }
        if isObject {
            let start = at
            skipString()
            name = ByteSlice(base: start + 1, count: at - start - 2)
            skipBlanks()
        }
        let start = at
        skipValue()
        value = ByteSlice(base: start, count: at - start)
        return true
    }

    /// Whether the current value is JSON's `null`.
    @inline(__always)
    var isNull: Bool { value.base?[0] == UInt8(ascii: "n") }

    /// Blanks, and the comma or colon between them.
    @inline(__always)
    private mutating func skipBlanks() {
        while at < end, Self.isBetween(at[0]) { at += 1 }
    }

    @inline(__always)
    private static func isBetween(_ byte: UInt8) -> Bool {
        byte <= UInt8(ascii: " ") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":")
    }

    /// From the opening quote to behind the closing one.
    @inline(__always)
    private mutating func skipString() {
        at += 1
        while at < end, at[0] != UInt8(ascii: "\"") {
            at += at[0] == UInt8(ascii: "\\") ? 2 : 1
        }
        at += 1
    }

    private mutating func skipValue() {
        switch at[0] {
        case UInt8(ascii: "\""): skipString()
        case UInt8(ascii: "["), UInt8(ascii: "{"): skipContainer()
        default: while at < end, !Self.isBetween(at[0]) { at += 1 }
        }
    }

    private mutating func skipContainer() {
        var depth = 0
        repeat {
            switch at[0] {
            case UInt8(ascii: "\""):
                skipString()
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
            at += 1
        } while depth > 0 && at < end
    }
}
