internal import StreamCore

/// Functions of texts that are computed row by row. All count code points.
enum TextFunction: Hashable, Sendable {
    case reverse, initcap
    case repeated
    case pad(TrimSide)
    case ascii, chr
    case encode(Charset), decode(Charset)
    case toBase64, fromBase64
    case splitIndex
    case concatWithSeparator
    case locate
    case overlay
    case startsWith, endsWith
    case translate
    case parseURL, urlEncode, urlDecode
    case binary
    /// Of an integer; of a text or bytes.
    case hexNumber, hex
    case unhex
    case isAlpha, isDecimal, isDigit
}

extension TextFunction {
    /// Bytes that REPEAT, LPAD and RPAD make, at most: a number decides how long their result is.
    static let paddedByteCountMax = 64 << 10

    func kernel(_ arguments: [Kernel], _ type: LogicalType) -> Kernel {
        switch self {
        case .reverse: RowFunctionKernel(Reverse(), arguments, type)
        case .initcap: RowFunctionKernel(InitialCapitals(), arguments, type)
        case .repeated: RowFunctionKernel(Repeat(), arguments, type)
        case .pad(let side): RowFunctionKernel(Pad(isLeft: side == .leading), arguments, type)
        case .splitIndex: RowFunctionKernel(SplitIndex(), arguments, type)
        case .concatWithSeparator: RowFunctionKernel(ConcatWithSeparator(), arguments, type)
        case .locate: RowFunctionKernel(Locate(), arguments, type)
        case .overlay: RowFunctionKernel(Overlay(), arguments, type)
        case .startsWith: RowFunctionKernel(Affix(isPrefix: true), arguments, type)
        case .endsWith: RowFunctionKernel(Affix(isPrefix: false), arguments, type)
        case .translate: RowFunctionKernel(Translate(), arguments, type)
        case .isAlpha: RowFunctionKernel(IsAlpha(), arguments, type)
        case .isDecimal: RowFunctionKernel(IsDecimal(), arguments, type)
        case .isDigit: RowFunctionKernel(IsDigit(), arguments, type)
        default: encodingKernel(arguments, type)
        }
    }

    private func encodingKernel(_ arguments: [Kernel], _ type: LogicalType) -> Kernel {
        switch self {
        case .ascii: RowFunctionKernel(ASCIICode(), arguments, type)
        case .chr: RowFunctionKernel(CharacterOfCode(), arguments, type)
        case .encode(let charset): RowFunctionKernel(Encode(charset: charset), arguments, type)
        case .decode(let charset): RowFunctionKernel(Decode(charset: charset), arguments, type)
        case .toBase64: RowFunctionKernel(ToBase64(), arguments, type)
        case .fromBase64: RowFunctionKernel(FromBase64(), arguments, type)
        case .parseURL: RowFunctionKernel(ParseURL(), arguments, type)
        case .urlEncode: RowFunctionKernel(URLEncode(), arguments, type)
        case .urlDecode: RowFunctionKernel(URLDecode(), arguments, type)
        case .binary: RowFunctionKernel(BinaryDigits(), arguments, type)
        case .hexNumber: RowFunctionKernel(HexNumber(), arguments, type)
        case .hex: RowFunctionKernel(Hex(), arguments, type)
        default: RowFunctionKernel(Unhex(), arguments, type)
        }
    }
}
