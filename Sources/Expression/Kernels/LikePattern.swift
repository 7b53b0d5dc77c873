/// A LIKE pattern, analysed once: the usual shapes are compared without backtracking.
struct LikePattern: Sendable {
    /// One unit of a pattern.
    enum Unit: Hashable, Sendable {
        case byte(UInt8)
        case anyCharacter
        case anyText
    }

    enum Shape: Sendable {
        case exactly, prefix, suffix, contains
        case general
    }

    let shape: Shape
    /// The fixed text of every shape but `general`.
    let literal: [UInt8]
    let units: [Unit]

    /// - Returns: Nil if the escape character stands before something other than %, _ or itself.
    init?(_ pattern: [UInt8], escape: UInt32?) {
        guard let units = Self.units(of: pattern, escape: escape) else { return nil }
        self.units = units
        let fixed = units.compactMap { unit -> UInt8? in
            if case .byte(let byte) = unit { byte } else { nil }
        }
        let begins = units.first == .anyText
        let ends = units.last == .anyText
        let wildcards = units.count - fixed.count
        literal = fixed
        switch (wildcards, begins, ends) {
        case (0, _, _): shape = .exactly
        case (1, false, true): shape = .prefix
        case (1, true, _): shape = units.count == 1 ? .prefix : .suffix
        case (2, true, true): shape = .contains
        default: shape = .general
        }
    }

    /// Consecutive `%` are one.
    private static func units(of pattern: [UInt8], escape: UInt32?) -> [Unit]? {
        let escapeBytes = escape.flatMap(Unicode.Scalar.init).map { Array(String($0).utf8) }
        var units: [Unit] = []
        var index = 0
        while index < pattern.count {
            if let escapeBytes, pattern[index...].starts(with: escapeBytes) {
                index += escapeBytes.count
                let rest = pattern[index...]
                guard let next = rest.first else { return nil }
                if rest.starts(with: escapeBytes) {
                    units += escapeBytes.map { .byte($0) }
                    index += escapeBytes.count
                } else if next == UInt8(ascii: "%") || next == UInt8(ascii: "_") {
                    units.append(.byte(next))
                    index += 1
                } else {
                    return nil
                }
                continue
            }
            switch pattern[index] {
            case UInt8(ascii: "%"): if units.last != .anyText { units.append(.anyText) }
            case UInt8(ascii: "_"): units.append(.anyCharacter)
            case let byte: units.append(.byte(byte))
            }
            index += 1
        }
        return units
    }
}
