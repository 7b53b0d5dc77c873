/// A character that divides or quotes text, as it is written in a pipeline file.
enum CharacterText {
    static let wanted =
        "one ASCII character that is no letter, digit, `#` or line end; `\\t` is a tab"

    /// - Returns: Nil for any other text.
    static func byte(_ text: String) -> UInt8? {
        if text == "\\t" { return UInt8(ascii: "\t") }
        guard text.utf8.count == 1, let byte = text.utf8.first else { return nil }
        let letter = byte | 0x20
        let isWord =
            (letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
        let isControl = byte < 0x20 && byte != UInt8(ascii: "\t")
        return isWord || isControl || byte >= 0x7f || byte == UInt8(ascii: "#") ? nil : byte
    }
}
