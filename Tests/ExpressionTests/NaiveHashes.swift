import StreamCore

@testable import Expression

/// The digests as their standards write them: RFC 1321 and FIPS 180-4, nothing made quick.
extension NaiveRowCalls {
    static func hash(_ function: HashFunction?, _ values: [Value]) throws -> Value {
        if values.contains(.null) { return .null }
        let message = bytes(values[0])
        let known: HashFunction? =
            switch values.count > 1 ? number(values[1]) : 0 {
            case 224: .sha224
            case 256: .sha256
            case 384: .sha384
            case 512: .sha512
            default: nil
            }
        guard let function = function ?? known else { throw fail(.badArgument) }
        let digest: [UInt8] =
            switch function {
            case .md5: md5(message)
            case .sha1: sha1(message)
            case .sha224:
                Array(sha2(message, roots(of: 9...16, UInt32.self), rounds: 64).prefix(28))
            case .sha256: sha2(message, roots(of: 1...8, UInt32.self), rounds: 64)
            case .sha384:
                Array(sha2(message, roots(of: 9...16, UInt64.self), rounds: 80).prefix(48))
            case .sha512: sha2(message, roots(of: 1...8, UInt64.self), rounds: 80)
            }
        return .text(
            digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }

    /// The message with its end mark and its length in bits, in blocks.
    private static func blocks(
        _ message: [UInt8], size: Int, isBig: Bool
    ) -> [[UInt8]] {
        var padded = message + [0x80]
        while padded.count % size != size - 8 { padded.append(0) }
        let length = UInt64(message.count * 8)
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) }
        padded += isBig ? bytes.reversed() : bytes
        return stride(from: 0, to: padded.count, by: size).map { Array(padded[$0..<$0 + size]) }
    }

    private static func word<Word: FixedWidthInteger>(
        _ bytes: [UInt8], _ index: Int, isBig: Bool
    ) -> Word {
        let size = Word.bitWidth / 8
        let part = bytes[index * size..<index * size + size]
        return (isBig ? Array(part) : part.reversed()).reduce(0) { $0 << 8 | Word($1) }
    }

    private static func rotate<Word: FixedWidthInteger>(_ x: Word, left count: Int) -> Word {
        x << Word(count) | x >> Word(Word.bitWidth - count)
    }

    private static func md5(_ message: [UInt8]) -> [UInt8] {
        let shifts = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]]
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
        for block in blocks(message, size: 64, isBig: false) {
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            for i in 0..<64 {
                let (f, g): (UInt32, Int) =
                    switch i / 16 {
                    case 0: (b & c | ~b & d, i)
                    case 1: (d & b | ~d & c, (5 * i + 1) % 16)
                    case 2: (b ^ c ^ d, (3 * i + 5) % 16)
                    default: (c ^ (b | ~d), 7 * i % 16)
                    }
                let sine = UInt32(
                    MathFunction.sin.value(Double(i + 1), 0).magnitude * 4_294_967_296)
                let sum = a &+ f &+ sine &+ word(block, g, isBig: false)
                (a, d, c, b) = (d, c, b, b &+ rotate(sum, left: shifts[i / 16][i % 4]))
            }
            for (index, value) in [a, b, c, d].enumerated() { state[index] &+= value }
        }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    private static func sha1(_ message: [UInt8]) -> [UInt8] {
        var state: [UInt32] = [
            0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0,
        ]
        for block in blocks(message, size: 64, isBig: true) {
            var w: [UInt32] = (0..<16).map { word(block, $0, isBig: true) }
            for t in 16..<80 {
                w.append(rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], left: 1))
            }
            var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
            for t in 0..<80 {
                let (f, k): (UInt32, UInt32) =
                    switch t / 20 {
                    case 0: (b & c | ~b & d, 0x5A82_7999)
                    case 1: (b ^ c ^ d, 0x6ED9_EBA1)
                    case 2: (b & c | b & d | c & d, 0x8F1B_BCDC)
                    default: (b ^ c ^ d, 0xCA62_C1D6)
                    }
                let sum = rotate(a, left: 5) &+ f &+ e &+ k &+ w[t]
                (e, d, c, b, a) = (d, c, rotate(b, left: 30), a, sum)
            }
            for (index, value) in [a, b, c, d, e].enumerated() { state[index] &+= value }
        }
        return state.flatMap(bigEndian)
    }

    private static func bigEndian<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
        (0..<Word.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: word >> Word(8 * $0)) }
    }

    // MARK: SHA-2

    private static let primes: [UInt64] = (2..<420).filter { n in
        (2..<n).allSatisfy { n % $0 != 0 || $0 == n }
    }.map { UInt64($0) }

    /// The first bits behind the point of a root of a prime, by bisection.
    private static func fraction(_ prime: UInt64, power: Int) -> UInt64 {
        var (low, high) = (UInt128(0), UInt128(32) << 64)
        while high - low > 1 {
            let middle = (low + high) / 2
            if isPower(middle, power, atMost: prime) { low = middle } else { high = middle }
        }
        return UInt64(truncatingIfNeeded: low)
    }

    private static func digits(_ x: UInt128) -> [UInt64] {
        (0..<5).map { UInt64(truncatingIfNeeded: x >> UInt128(16 * $0)) & 0xFFFF }
    }

    private static func product(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
        var result = [UInt64](repeating: 0, count: a.count + b.count)
        for i in a.indices {
            var carry: UInt64 = 0
            for j in b.indices {
                let sum = result[i + j] + a[i] * b[j] + carry
                result[i + j] = sum & 0xFFFF
                carry = sum >> 16
            }
            result[i + b.count] += carry
        }
        return result
    }

    /// Whether `(x / 2^64)^power <= prime`.
    private static func isPower(_ x: UInt128, _ power: Int, atMost prime: UInt64) -> Bool {
        let raised = (1..<power).reduce(digits(x)) { result, _ in product(result, digits(x)) }
        let whole = raised[(4 * power)...].reversed().reduce(UInt64(0)) { $0 << 16 | $1 }
        let isExact = raised[..<(4 * power)].allSatisfy { $0 == 0 }
        return whole < prime || (whole == prime && isExact)
    }

    /// Square roots of primes, the numbers of which are given, as the initial state. SHA-224 takes
    /// the lower half of 64 bits.
    private static func roots<Word: FixedWidthInteger & UnsignedInteger>(
        of numbers: ClosedRange<Int>, _: Word.Type
    ) -> [Word] {
        numbers.map { number in
            let bits = fraction(primes[number - 1], power: 2)
            if Word.bitWidth == 64 { return Word(truncatingIfNeeded: bits) }
            return Word(truncatingIfNeeded: number > 8 ? bits : bits >> 32)
        }
    }

    private static let cubeRoots: [UInt64] = (0..<80).map { fraction(primes[$0], power: 3) }

    private static func sha2<Word: FixedWidthInteger & UnsignedInteger>(
        _ message: [UInt8], _ initial: [Word], rounds: Int
    ) -> [UInt8] {
        let isWide = Word.bitWidth == 64
        func mix(_ x: Word, _ counts: [Int], shift: Int? = nil) -> Word {
            let turned = counts.reduce(0 as Word) { $0 ^ rotate(x, left: Word.bitWidth - $1) }
            return turned ^ (shift.map { x >> Word($0) } ?? 0)
        }
        var state = initial
        for block in isWide ? wideBlocks(message) : blocks(message, size: 64, isBig: true) {
            var w: [Word] = (0..<16).map { word(block, $0, isBig: true) }
            for t in 16..<rounds {
                let s1 =
                    isWide
                    ? mix(w[t - 2], [19, 61], shift: 6) : mix(w[t - 2], [17, 19], shift: 10)
                let s0 =
                    isWide ? mix(w[t - 15], [1, 8], shift: 7) : mix(w[t - 15], [7, 18], shift: 3)
                w.append(s1 &+ w[t - 7] &+ s0 &+ w[t - 16])
            }
            var v = state
            for t in 0..<rounds {
                let k = Word(truncatingIfNeeded: isWide ? cubeRoots[t] : cubeRoots[t] >> 32)
                let s1 = mix(v[4], isWide ? [14, 18, 41] : [6, 11, 25])
                let s0 = mix(v[0], isWide ? [28, 34, 39] : [2, 13, 22])
                let choice = v[4] & v[5] ^ ~v[4] & v[6]
                let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
                let first = v[7] &+ s1 &+ choice &+ k &+ w[t]
                v = [first &+ s0 &+ majority] + v[0...2] + [v[3] &+ first] + v[4...6]
            }
            for index in state.indices { state[index] &+= v[index] }
        }
        return state.flatMap { bigEndian($0) }
    }

    /// The length of SHA-512's messages has 128 bits.
    private static func wideBlocks(_ message: [UInt8]) -> [[UInt8]] {
        var padded = message + [0x80]
        while padded.count % 128 != 112 { padded.append(0) }
        padded += [UInt8](repeating: 0, count: 8) + bigEndian(UInt64(message.count * 8))
        return stride(from: 0, to: padded.count, by: 128).map { Array(padded[$0..<$0 + 128]) }
    }
}
