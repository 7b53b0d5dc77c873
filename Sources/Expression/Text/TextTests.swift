internal import StreamCore

/// IS_ALPHA: not empty, and letters only.
struct IsAlpha: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        output.put(CodePoints.areAll(x.text(0, row), \.properties.isLetter), row)
    }
}

/// IS_DIGIT: not empty, and decimal digits only, of any script.
struct IsDigit: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        output.put(CodePoints.areAll(x.text(0, row), \.properties.isDecimalDigit), row)
    }
}

/// IS_DECIMAL: what CAST to DOUBLE takes.
struct IsDecimal: RowFunction {
    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        output.put(TextNumber.double(x.text(0, row)) != nil, row)
    }
}

enum CodePoints {
    /// Whether the text is not empty, UTF-8, and of such code points only.
    @inline(__always)
    static func areAll(_ text: ByteSlice, _ isWanted: (Unicode.Scalar) -> Bool) -> Bool {
        guard let base = text.base, text.count > 0 else { return false }
        var offset = 0
        while offset < text.count {
            let width = Bytes.width(base, offset, text.count)
            guard let value = CaseMap.decode(base, offset, width),
                let scalar = Unicode.Scalar(value), isWanted(scalar)
            else { return false }
            offset &+= width
        }
        return true
    }
}

extension Unicode.Scalar.Properties {
    /// Java's `Character.isLetter`.
    var isLetter: Bool {
        switch generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            true
        default: false
        }
    }

    /// Java's `Character.isDigit`.
    var isDecimalDigit: Bool { generalCategory == .decimalNumber }
}
