internal import StreamCore

/// A state file: the keyed state of one operator instance.
///
/// ```
///   0  8  magic "MLRCKEYS"
///   8  4  version, 1
///  12  4  CRC-32C of the twelve bytes before
///  16  …  the bytes of one key group after the other; docs/state-format.md has their layout
/// ```
///
/// Where each group lies, and its checksum, stands in the checkpoint's metadata.
enum StateFile {
    static let headerByteCount = 16

    static var header: [UInt8] {
        var writer = ByteWriter()
        Array("MLRCKEYS".utf8).withUnsafeBytes { writer.append(raw: $0) }
        writer.append(UInt32(1))
        writer.append(StableHash.crc32c(writer.bytes))
        return writer.bytes
    }

    /// `state-<operator>-<subtask>`; an operator id that is no plain file name is replaced by its
    /// hash.
    static func name(operatorID: OperatorID, subtaskIndex: Int) -> String {
        let id = operatorID.rawValue
        let isPlain = isValidName(id) && id.utf8.count <= 100
        let bytes = Array(id.utf8)
        let hash = bytes.withUnsafeBytes { StableHash.xxh3($0.baseAddress, $0.count) }
        return "state-\(isPlain ? id : "~" + String(hash, radix: 16))-\(subtaskIndex)"
    }

    /// Letters, digits, `.`, `_`, `-`, `~`, at most 255, not beginning with a dot: no path, no NUL,
    /// nothing hidden.
    static func isValidName(_ name: String) -> Bool {
        let bytes = name.utf8
        guard (1...255).contains(bytes.count), bytes.first != UInt8(ascii: ".") else {
            return false
        }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"), UInt8(ascii: "~"):
                true
            default: false
            }
        }
    }
}
