import StreamCore
import Testing

@Suite struct DecimalCodecTests {
    private func parse(_ text: String, _ precision: Int, _ scale: Int) -> Int128? {
        Array(text.utf8).withUnsafeBufferPointer {
            DecimalCodec.parse($0, precision: precision, scale: scale)
        }
    }

    private func write(_ value: Int128, _ scale: Int) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DecimalCodec.byteCountMax) {
            let count = DecimalCodec.write(value, scale: scale, to: $0.baseAddress!)
            return String(decoding: $0[..<count], as: UTF8.self)
        }
    }

    static let largest = "99999999999999999999999999999999999999"

    /// Flink `DecimalData.fromBigDecimal`: HALF_UP to the scale, nothing beyond the precision.
    @Test(
        arguments: [
            ("12.5", 4, 2, 1250), ("-12.5", 4, 2, -1250), ("+1", 3, 1, 10), (".5", 2, 1, 5),
            ("5.", 2, 1, 50), ("0", 1, 0, 0), ("-0", 1, 0, 0), ("000123.4500", 6, 2, 12345),
            ("1.005", 4, 2, 101), ("-1.005", 4, 2, -101), ("1.00499", 4, 2, 100),
            ("9.995", 3, 2, nil),
            ("99.995", 5, 2, 10000), ("1e3", 4, 0, 1000), ("1E+3", 4, 0, 1000),
            ("125e-2", 3, 2, 125),
            ("1e4", 4, 0, nil), ("1e-3", 4, 2, 0), ("5e-3", 4, 2, 1), ("4.9e-3", 4, 2, 0),
            ("0e99999999999", 4, 2, 0), ("1e-99999999999", 4, 2, 0), ("1e99999999999", 4, 2, nil),
            ("100", 2, 0, nil), ("0.00000000000000000000000000000000000000001", 38, 38, 0),
            ("1234567890123456789.5", 20, 0, 1_234_567_890_123_456_790),
            ("0.0000000000000000001234567890123456789", 38, 19, 1),
            ("0.00000000000000000000049999999999999999999", 38, 21, 0),
            ("0.0000000000000000000005", 38, 21, 1),
        ] as [(String, Int, Int, Int128?)])
    func readsAndRounds(text: String, precision: Int, scale: Int, value: Int128?) {
        #expect(parse(text, precision, scale) == value)
    }

    @Test(arguments: [
        "", "-", "+", ".", "-.", "1.2.3", " 1", "1 ", "1e", "1e+", "e5", "0x1", "NaN",
    ])
    func refusesWhatIsNoNumber(text: String) {
        #expect(parse(text, 38, 2) == nil)
    }

    @Test func holdsThirtyEightDigits() {
        let value = Int128(Self.largest)!
        #expect(parse(Self.largest, 38, 0) == value)
        #expect(parse("-" + Self.largest, 38, 0) == -value)
        #expect(parse(Self.largest + ".5", 38, 0) == nil)
        #expect(parse(Self.largest + ".4", 38, 0) == value)
        #expect(parse("0." + Self.largest, 38, 38) == value)
        #expect(write(-value, 0) == "-" + Self.largest)
        #expect(write(value, 38) == "0." + Self.largest)
    }

    @Test(
        arguments: [
            (0, 0, "0"), (0, 2, "0.00"), (5, 2, "0.05"), (-5, 1, "-0.5"), (1250, 2, "12.50"),
            (10_000_000_000_000_000_000, 0, "10000000000000000000"),
            (100_000_000_000_000_000_000, 19, "10.0000000000000000000"),
            (-340_282_366_920_938_463_463, 3, "-340282366920938463.463"),
        ] as [(Int128, Int, String)])
    func writesAllDigitsOfTheScale(value: Int128, scale: Int, text: String) {
        #expect(write(value, scale) == text)
    }

    @Test func longInputCostsNoMoreThanItsLength() {
        let digits = String(repeating: "9", count: 100_000)
        #expect(parse(digits, 38, 0) == nil)
        #expect(parse("0." + digits, 2, 1) == 10)
        #expect(parse(String(repeating: "0", count: 100_000) + "1.5", 2, 1) == 15)
    }

    @Test(arguments: Array(1...20) as [UInt64])
    func whatIsWrittenIsReadAgain(seed: UInt64) {
        var state = seed
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
        for _ in 0..<200 {
            let digits = Int(next() % 38) + 1
            let scale = Int(next() % UInt64(digits + 1))
            let wide = Int128(next()) << 63 ^ Int128(next())
            let value = (next() & 1 == 0 ? 1 : -1) * (wide % DecimalCodec.power(digits))
            let text = write(value, scale)
            #expect(parse(text, digits, scale) == value, "seed \(seed): \(text)")
        }
    }

    @Test func quotientsRoundHalvesAwayFromZero() {
        for (dividend, quotient) in [
            (5, 1), (4, 0), (-5, -1), (-4, 0), (15, 2), (25, 3), (-14, -1),
        ] {
            #expect(DecimalCodec.roundedQuotient(Int128(dividend), 10) == Int128(quotient))
            let wide = DecimalCodec.power(30)
            #expect(
                DecimalCodec.roundedQuotient(Int128(dividend) * wide, 10 * wide) == Int128(quotient)
            )
        }
        #expect(DecimalCodec.rescaled(99_995, from: 3, to: 2, precision: 4) == nil)
        #expect(DecimalCodec.rescaled(99_995, from: 3, to: 2, precision: 5) == 10_000)
        #expect(DecimalCodec.rescaled(1, from: 0, to: 38, precision: 38) == nil)
    }
}
