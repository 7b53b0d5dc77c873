internal import Glibc
internal import StreamCore

/// DECIMAL to DOUBLE: the nearest one, as Java's `BigDecimal.doubleValue`.
enum DecimalDouble {
    private static let powers: [Double] = (0...22).map { power in
        (0..<power).reduce(1.0) { value, _ in value * 10 }
    }

    /// - Parameter scale: `0 ... 38`.
    static func value(_ unscaled: Int128, scale: Int) -> Double {
        // Two numbers that DOUBLE holds exactly: their quotient is rounded once (Clinger, 1990).
        if unscaled.magnitude <= 1 << 53, scale <= 22 {
            return Double(Int64(truncatingIfNeeded: unscaled)) / powers[scale]
        }
        return withUnsafeTemporaryAllocation(
            of: UInt8.self, capacity: DecimalCodec.byteCountMax + 1
        ) { text in
            guard let start = text.baseAddress else { return 0 }
            let count = DecimalCodec.write(unscaled, scale: scale, to: start)
            text[count] = 0
            return start.withMemoryRebound(to: CChar.self, capacity: count + 1) { strtod($0, nil) }
        }
    }

    /// The decimal value of a DOUBLE's shortest text, as Java's `BigDecimal.valueOf`.
    ///
    /// - Returns: Nil if it is not finite or has more than `precision` digits.
    static func decimal(_ value: Double, precision: Int, scale: Int) -> Int128? {
        guard value.isFinite else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.byteCountMax) {
            text in
            guard let start = text.baseAddress else { return nil }
            let count = NumberText.write(value, at: start)
            return DecimalCodec.parse(
                UnsafeBufferPointer(rebasing: text[..<count]), precision: precision, scale: scale)
        }
    }
}
