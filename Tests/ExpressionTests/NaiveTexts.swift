import Foundation
import StreamCore

@testable import Expression

/// The functions of texts, on arrays of code points.
extension NaiveRowCalls {
    private static func scalars(_ value: Value) -> [Unicode.Scalar] {
        Array(string(value).unicodeScalars)
    }

    private static func text(_ scalars: some Sequence<Unicode.Scalar>) -> Value {
        .text(scalars.map { String($0) }.joined())
    }

    static func text(_ function: TextFunction, _ values: [Value]) throws -> Value {
        if function == .concatWithSeparator { return concatWithSeparator(values) }
        if values.contains(.null) { return .null }
        let x = scalars(values[0])
        switch function {
        case .reverse: return text(x.reversed())
        case .initcap: return initcap(x)
        case .repeated:
            let count = min(max(0, number(values[1])), 1 << 20)
            guard x.isEmpty || count * Int64(bytes(values[0]).count) <= 65536 else {
                throw fail(.valueTooLong)
            }
            return text((0..<(x.isEmpty ? 0 : count)).flatMap { _ in x })
        case .pad(let side):
            return try pad(x, number(values[1]), scalars(values[2]), isLeft: side == .leading)
        case .splitIndex: return splitIndex(x, scalars(values[1]), number(values[2]))
        case .locate: return locate(x, scalars(values[1]), from: number(values[2]))
        case .overlay: return overlay(x, scalars(values[1]), values.dropFirst(2).map(number))
        case .startsWith: return .boolean(bytes(values[0]).starts(with: bytes(values[1])))
        case .endsWith:
            return .boolean(bytes(values[0]).reversed().starts(with: bytes(values[1]).reversed()))
        case .translate: return translate(x, scalars(values[1]), scalars(values[2]))
        case .isAlpha:
            return .boolean(!x.isEmpty && x.allSatisfy { CharacterSet.letters.contains($0) })
        case .isDigit:
            return .boolean(!x.isEmpty && x.allSatisfy { CharacterSet.decimalDigits.contains($0) })
        case .isDecimal:
            let trimmed = string(values[0]).trimmingCharacters(in: CharacterSet(charactersIn: " "))
            let isPlain = trimmed.allSatisfy { "0123456789+-.eE".contains($0) }
            return .boolean(isPlain && (Double(trimmed).map(\.isFinite) ?? false))
        default: return try encoding(function, values)
        }
    }

    static func bytes(_ value: Value) -> [UInt8] {
        if case .text(let bytes) = value { bytes } else { [] }
    }

    private static func initcap(_ x: [Unicode.Scalar]) -> Value {
        var isInWord = false
        return text(
            x.map { scalar in
                let character = Character(scalar)
                let isWord = character.isASCII && (character.isLetter || character.isNumber)
                defer { isInWord = isWord }
                guard isWord else { return scalar }
                let changed = isInWord ? character.lowercased() : character.uppercased()
                return changed.unicodeScalars.first!
            })
    }

    private static func pad(
        _ x: [Unicode.Scalar], _ length: Int64, _ padding: [Unicode.Scalar], isLeft: Bool
    ) throws -> Value {
        guard length >= 0, !padding.isEmpty else { return .null }
        guard length > x.count else { return text(x.prefix(Int(length))) }
        guard length - Int64(x.count) <= 65536 else { throw fail(.valueTooLong) }
        let filling = (0..<Int(length) - x.count).map { padding[$0 % padding.count] }
        let result = text(isLeft ? filling + x : x + filling)
        guard bytes(result).count <= max(65536, bytes(text(x)).count) else {
            throw fail(.valueTooLong)
        }
        return result
    }

    private static func splitIndex(
        _ x: [Unicode.Scalar], _ separator: [Unicode.Scalar], _ index: Int64
    ) -> Value {
        guard index >= 0, !x.isEmpty else { return .null }
        var parts: [[Unicode.Scalar]] = [[]]
        var rest = x[...]
        while let first = rest.first {
            let isBlank =
                first.value == 32 || (9...13).contains(first.value)
                || (28...31).contains(first.value)
            if separator.isEmpty ? isBlank : rest.starts(with: separator) {
                parts.append([])
                rest = rest.dropFirst(max(1, separator.count))
            } else {
                parts[parts.count - 1].append(first)
                rest = rest.dropFirst()
            }
        }
        return index < parts.count ? text(parts[Int(index)]) : .null
    }

    private static func concatWithSeparator(_ values: [Value]) -> Value {
        guard values[0] != .null else { return .null }
        let parts = values.dropFirst().filter { $0 != .null }.map(string)
        return .text(parts.joined(separator: string(values[0])))
    }

    private static func locate(
        _ part: [Unicode.Scalar], _ x: [Unicode.Scalar], from: Int64
    ) -> Value {
        if part.isEmpty { return 1 }
        let first = Int(min(max(from, 1), Int64(x.count) + 1)) - 1
        for start in first...x.count where x.dropFirst(start).starts(with: part) {
            return .integer(Int64(start + 1))
        }
        return 0
    }

    private static func overlay(
        _ x: [Unicode.Scalar], _ other: [Unicode.Scalar], _ numbers: [Int64]
    ) -> Value {
        let start = numbers[0]
        guard start > 0, start <= x.count else { return text(x) }
        let length = numbers.count > 1 ? numbers[1] : Int64(other.count)
        let (end, overflow) = start.addingReportingOverflow(length)
        let hasRest = length > 0 && !overflow && end <= x.count
        return text(
            x.prefix(Int(start) - 1) + other + (hasRest ? x.dropFirst(Int(end) - 1) : []))
    }

    private static func translate(
        _ x: [Unicode.Scalar], _ from: [Unicode.Scalar], _ to: [Unicode.Scalar]
    ) -> Value {
        text(
            x.compactMap { scalar in
                guard let index = from.firstIndex(of: scalar) else { return scalar }
                return index < to.count ? to[index] : nil
            })
    }
}
