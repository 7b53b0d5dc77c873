internal import StreamCore

/// Texts of whole numbers and truth values.
enum ScalarText {
    /// Without ASCII blanks around it.
    @inline(__always)
    static func trimmed(_ text: ByteSlice) -> UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = text.count
        let bytes = text.buffer
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return UnsafeBufferPointer(rebasing: bytes[start..<end])
    }

    /// As Java's `String.trim`.
    @inline(__always)
    private static func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }

    /// `true` or `false`, in any case.
    static func boolean(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        if equals(text, "true") { return true }
        return equals(text, "false") ? false : nil
    }

    private static func equals(_ text: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
        guard text.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<text.count where text[index] | 0x20 != word.utf8Start[index] {
            return false
        }
        return true
    }

    /// Digits with an optional sign.
    ///
    /// - Parameters:
    ///   - bits: 32 or 64.
    ///   - value: Set if the text is a number in range.
    static func integer(
        _ text: UnsafeBufferPointer<UInt8>, bits: Int, _ value: inout Int64
    ) -> RecordFailureCode? {
        guard let first = text.first else { return .typeMismatch }
        let isNegative = first == UInt8(ascii: "-")
        let start = isNegative || first == UInt8(ascii: "+") ? 1 : 0
        guard start < text.count else { return .typeMismatch }
        var magnitude: UInt64 = 0
        var isTooLarge = false
        for index in start..<text.count {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return .typeMismatch }
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            isTooLarge = isTooLarge || overflow || carry
            magnitude = sum
        }
        let limit = (UInt64(1) << UInt64(bits - 1)) &- (isNegative ? 0 : 1)
        guard !isTooLarge, magnitude <= limit else { return .numberOutOfRange }
        value = Int64(bitPattern: isNegative ? 0 &- magnitude : magnitude)
        return nil
    }
}
