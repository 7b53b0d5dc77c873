import Foundation
import StreamCore

@testable import Expression

/// The functions of codes, bytes, URLs and numbers, by Foundation where it has them.
extension NaiveRowCalls {
    static func encoding(_ function: TextFunction, _ values: [Value]) throws -> Value {
        let (x, number) = (string(values[0]), number(values[0]))
        switch function {
        case .ascii: return .integer(Int64(x.unicodeScalars.first?.value ?? 0))
        case .chr:
            guard number >= 0 else { return "" }
            return .text(String(Character(Unicode.Scalar(UInt8(number % 256)))))
        case .encode(let charset): return encoded(x, charset)
        case .decode(let charset): return decoded(bytes(values[0]), charset)
        case .toBase64: return .text(Data(bytes(values[0])).base64EncodedString())
        case .fromBase64:
            var padded = x
            while padded.utf8.count % 4 != 0 { padded += "=" }
            guard x.utf8.count % 4 != 1 || x.isEmpty, let data = Data(base64Encoded: padded),
                let text = String(validating: data, as: UTF8.self)
            else { throw fail(.badArgument) }
            return .text(text)
        case .urlEncode: return urlEncoded(x)
        case .urlDecode: return urlDecoded(x)
        case .binary: return .text(String(UInt64(bitPattern: number), radix: 2))
        case .hexNumber:
            return .text(String(UInt64(bitPattern: number), radix: 16, uppercase: true))
        case .hex: return .text(bytes(values[0]).map { hex($0) }.joined())
        case .unhex: return unhex(bytes(values[0]))
        case .parseURL: return parseURL(x, values.dropFirst().map(string))
        default: return .null
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count < 2 ? "0" + digits : digits
    }

    private static func encoded(_ x: String, _ charset: Charset) -> Value {
        let units: [UInt16] = Array(x.utf16)
        let big = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        switch charset {
        case .ascii: return .text(x.unicodeScalars.map { $0.value < 128 ? UInt8($0.value) : 63 })
        case .latin1: return .text(x.unicodeScalars.map { $0.value < 256 ? UInt8($0.value) : 63 })
        case .utf8: return .text(x)
        case .utf16BE: return .text(big)
        case .utf16LE: return .text(units.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
        case .utf16: return .text(x.isEmpty ? [] : [0xFE, 0xFF] + big)
        }
    }

    private static func decoded(_ bytes: [UInt8], _ charset: Charset) -> Value {
        var rest = bytes[...]
        var isLittle = charset == .utf16LE
        switch charset {
        case .ascii:
            return .text(bytes.map { $0 < 128 ? String(Unicode.Scalar($0)) : "\u{FFFD}" }.joined())
        case .latin1: return .text(bytes.map { String(Unicode.Scalar($0)) }.joined())
        case .utf8: return .text(String(decoding: bytes, as: UTF8.self))
        case .utf16:
            isLittle = rest.starts(with: [0xFF, 0xFE])
            if isLittle || rest.starts(with: [0xFE, 0xFF]) { rest = rest.dropFirst(2) }
        default: break
        }
        var units: [UInt16] = []
        let last = Array(rest)
        for at in stride(from: 0, to: last.count - 1, by: 2) {
            let (a, b) = (UInt16(last[at]), UInt16(last[at + 1]))
            units.append(isLittle ? b << 8 | a : a << 8 | b)
        }
        return .text(
            String(decoding: units, as: UTF16.self) + (last.count % 2 == 1 ? "\u{FFFD}" : ""))
    }

    private static func urlEncoded(_ x: String) -> Value {
        let kept = CharacterSet(
            charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-*_ ")
        let escaped = x.addingPercentEncoding(withAllowedCharacters: kept) ?? ""
        return .text(escaped.replacingOccurrences(of: " ", with: "+"))
    }

    private static func urlDecoded(_ x: String) -> Value {
        var result: [UInt8] = []
        var rest = Array(x.utf8)[...]
        while let first = rest.popFirst() {
            guard first == UInt8(ascii: "%") else {
                result.append(first == UInt8(ascii: "+") ? 32 : first)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.count == 2, digits.allSatisfy(\.isHexDigit),
                let byte = UInt8(digits, radix: 16)
            else { return .null }
            result.append(byte)
            rest = rest.dropFirst(2)
        }
        return .text(String(decoding: result, as: UTF8.self))
    }

    private static func unhex(_ digits: [UInt8]) -> Value {
        let text = String(decoding: digits, as: UTF8.self)
        guard text.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return .null }
        var rest = Array(text)[...]
        var result: [UInt8] = []
        if rest.count % 2 == 1 {
            result.append(0)
            rest = rest.dropFirst()
        }
        while rest.count >= 2 {
            result.append(UInt8(String(rest.prefix(2)), radix: 16)!)
            rest = rest.dropFirst(2)
        }
        return .text(result)
    }

    /// By a regular expression: RFC 3986, appendix B.
    private static func parseURL(_ x: String, _ arguments: [String]) -> Value {
        let pattern =
            /^([A-Za-z][A-Za-z0-9+.-]*):(\/\/([^\/?#]*))?([^?#]*)(\?([^#]*))?(#(?s:(.*)))?$/
        let trimmed = x.trimmingCharacters(
            in: CharacterSet(charactersIn: Unicode.Scalar(0)..."\u{20}"))
        guard let match = try? pattern.wholeMatch(in: trimmed) else { return .null }
        let query = match.output.6.map(String.init)
        if arguments.count > 1 {
            guard arguments[0] == "QUERY", let query else { return .null }
            for pair in query.split(separator: "&", omittingEmptySubsequences: false)
            where pair.hasPrefix(arguments[1] + "=") {
                return .text(String(pair.dropFirst(arguments[1].count + 1)))
            }
            return .null
        }
        let authority = match.output.3.map(String.init)
        let user = authority.flatMap {
            $0.contains("@")
                ? $0.split(separator: "@", omittingEmptySubsequences: false).dropLast().joined(
                    separator: "@") : nil
        }
        let afterUser = authority.map { String($0.dropFirst(user.map { $0.count + 1 } ?? 0)) } ?? ""
        let file = String(match.output.4) + (query.map { "?" + $0 } ?? "")
        let parts: [String: String?] = [
            "PROTOCOL": String(match.output.1), "AUTHORITY": authority,
            "PATH": String(match.output.4),
            "QUERY": query, "REF": match.output.8.map(String.init), "FILE": file, "USERINFO": user,
            "HOST": String(afterUser.prefix { $0 != ":" }),
        ]
        guard let part = parts[arguments[0]] ?? nil else { return .null }
        return .text(part)
    }

    // MARK: Numbers

    static func math(_ function: MathFunction, _ values: [Value]) throws -> Value {
        if values.contains(.null) { return .null }
        let numbers = values.map { value -> Double in
            if case .double(let number) = value { number } else { 0 }
        }
        let value = function.value(numbers[0], numbers.count > 1 ? numbers[1] : 0)
        if value.isNaN { throw fail(.badArgument) }
        guard value.isFinite else { throw fail(.overflow) }
        return .double(value)
    }
}
