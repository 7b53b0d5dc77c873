internal import Glibc
internal import StreamCore

/// Functions of DOUBLE. A result that is not a number, or infinite, is an error of the row.
enum MathFunction: String, Hashable, Sendable, CaseIterable {
    case sqrt = "SQRT"
    case exp = "EXP"
    case ln = "LN"
    case log10 = "LOG10"
    case log2 = "LOG2"
    case sin = "SIN"
    case cos = "COS"
    case tan = "TAN"
    case cot = "COT"
    case asin = "ASIN"
    case acos = "ACOS"
    case atan = "ATAN"
    case sinh = "SINH"
    case cosh = "COSH"
    case tanh = "TANH"
    case degrees = "DEGREES"
    case radians = "RADIANS"
    // Of two.
    case power = "POWER"
    case atan2 = "ATAN2"
    /// Base, then number.
    case log = "LOG"

    /// One value; what the kernels and their twins compute.
    ///
    /// - Parameter y: Unused by functions of one number.
    @inline(__always)
    func value(_ x: Double, _ y: Double) -> Double {
        switch self {
        case .sqrt: x.squareRoot()
        case .exp: Glibc.exp(x)
        case .ln: Glibc.log(x)
        case .log10: Glibc.log10(x)
        // Flink divides two logarithms, and is off in the last digit.
        case .log2: Glibc.log2(x)
        case .sin: Glibc.sin(x)
        case .cos: Glibc.cos(x)
        case .tan: Glibc.tan(x)
        case .cot: 1 / Glibc.tan(x)
        case .asin: Glibc.asin(x)
        case .acos: Glibc.acos(x)
        case .atan: Glibc.atan(x)
        case .sinh: Glibc.sinh(x)
        case .cosh: Glibc.cosh(x)
        case .tanh: Glibc.tanh(x)
        case .degrees: x * (180 / Double.pi)
        case .radians: x * (Double.pi / 180)
        case .power: Glibc.pow(x, y)
        case .atan2: Glibc.atan2(x, y)
        case .log: Glibc.log(y) / Glibc.log(x)
        }
    }
}

/// One function of one or two DOUBLEs.
struct MathRow: RowFunction {
    let function: MathFunction

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let value = function.value(x.double(0, row), x.count > 1 ? x.double(1, row) : 0)
        guard value.isFinite else { return .failed(value.isNaN ? .badArgument : .overflow) }
        return output.put(value, row)
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        let arguments = (0..<x.count).map { "\(x.double($0, row))" }.joined(separator: ", ")
        let call = "\(function.rawValue)(\(arguments))"
        return code == .badArgument
            ? "\(call) is no number" : "\(call) is outside the range of DOUBLE"
    }
}
