internal import StreamCore

/// A comparison of two values of one type.
protocol Comparison {
    static func holds<Value: Comparable>(_ a: Value, _ b: Value) -> Bool
}

enum Equal: Comparison {
    @inline(__always) static func holds<V: Comparable>(_ a: V, _ b: V) -> Bool { a == b }
}
enum NotEqual: Comparison {
    @inline(__always) static func holds<V: Comparable>(_ a: V, _ b: V) -> Bool { a != b }
}
enum Less: Comparison {
    @inline(__always) static func holds<V: Comparable>(_ a: V, _ b: V) -> Bool { a < b }
}
enum LessOrEqual: Comparison {
    @inline(__always) static func holds<V: Comparable>(_ a: V, _ b: V) -> Bool { a <= b }
}
enum Greater: Comparison {
    @inline(__always) static func holds<V: Comparable>(_ a: V, _ b: V) -> Bool { a > b }
}
enum GreaterOrEqual: Comparison {
    @inline(__always) static func holds<V: Comparable>(_ a: V, _ b: V) -> Bool { a >= b }
}

/// `= <> < <= > >=` of two values of one type; NULL if either is NULL.
final class CompareKernel: Kernel {
    private let operation: ComparisonOperator
    private let left: Kernel
    private let right: Kernel

    init(_ operation: ComparisonOperator, _ left: Kernel, _ right: Kernel) {
        // A constant stands right, where the loops hoist it.
        let mirrors = left is ConstantKernel && !(right is ConstantKernel)
        self.operation = mirrors ? operation.mirrored : operation
        self.left = mirrors ? right : left
        self.right = mirrors ? left : right
        super.init(.boolean)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let a = try left.evaluate(rows, frame)
        let b = try right.evaluate(rows, frame)
        let output = result(frame)
        combineValidity(output, a, b, rows)
        let isConstant = right is ConstantKernel && rows.count > 0
        if a.physical == .slice, isConstant, !b.hasNulls,
            operation == .equal || operation == .notEqual
        {
            let constant = b.slices[0]
            Self.equalConstant(a, constant, output, rows, negate: operation == .notEqual)
            return output
        }
        switch operation {
        case .equal: Self.loop(Equal.self, a, b, output, rows)
        case .notEqual: Self.loop(NotEqual.self, a, b, output, rows)
        case .less: Self.loop(Less.self, a, b, output, rows)
        case .lessOrEqual: Self.loop(LessOrEqual.self, a, b, output, rows)
        case .greater: Self.loop(Greater.self, a, b, output, rows)
        case .greaterOrEqual: Self.loop(GreaterOrEqual.self, a, b, output, rows)
        }
        return output
    }

    // hot
    static func loop<C: Comparison>(
        _: C.Type, _ a: Column, _ b: Column, _ output: Column, _ rows: Rows
    ) {
        let target = output.booleans
        switch a.physical {
        case .bool8:
            let (x, y) = (a.booleans, b.booleans)
            rows.forEach { target[$0] = C.holds(x[$0], y[$0]) ? 1 : 0 }
        case .int64:
            let (x, y) = (a.integers, b.integers)
            rows.forEach { target[$0] = C.holds(x[$0], y[$0]) ? 1 : 0 }
        case .float64:
            let (x, y) = (a.doubles, b.doubles)
            rows.forEach { target[$0] = C.holds(x[$0], y[$0]) ? 1 : 0 }
        case .int128:
            let (x, y) = (a.decimals, b.decimals)
            rows.forEach { target[$0] = C.holds(x[$0], y[$0]) ? 1 : 0 }
        case .slice:
            let (x, y) = (a.slices, b.slices)
            // The slices of NULLs point nowhere.
            rows.forEachValid(in: output) { row in
                target[row] = C.holds(Bytes.order(x[row], y[row]), 0) ? 1 : 0
            }
        }
    }

    /// Equality of texts with one text, whose first and last words are hoisted.
    // hot
    private static func equalConstant(
        _ a: Column, _ constant: ByteSlice, _ output: Column, _ rows: Rows, negate: Bool
    ) {
        let (source, target) = (a.slices, output.booleans)
        let flip: UInt8 = negate ? 1 : 0
        let count = constant.count
        guard let base = constant.base, count > 0 else {
            rows.forEachValid(in: a) { target[$0] = (source[$0].count == 0 ? 1 : 0) ^ flip }
            return
        }
        guard count <= 8 else {
            rows.forEachValid(in: a) { row in
                let isEqual = source[row].count == count && Bytes.equal(source[row], constant)
                target[row] = (isEqual ? 1 : 0) ^ flip
            }
            return
        }
        let wanted = Bytes.head(Bytes.word(base, 0), count)
        rows.forEachValid(in: a) { row in
            let slice = source[row]
            var isEqual = slice.count == count
            if isEqual, let bytes = slice.base {
                isEqual = Bytes.head(Bytes.word(bytes, 0), count) == wanted
            }
            target[row] = (isEqual ? 1 : 0) ^ flip
        }
    }
}

/// IS [NOT] DISTINCT FROM: a comparison in which NULL equals NULL. Never NULL.
final class DistinctKernel: Kernel {
    private let left: Kernel
    private let right: Kernel
    private let isNegated: Bool

    init(_ left: Kernel, _ right: Kernel, isNegated: Bool) {
        self.left = left
        self.right = right
        self.isNegated = isNegated
        super.init(.boolean)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let a = try left.evaluate(rows, frame)
        let b = try right.evaluate(rows, frame)
        let output = result(frame)
        combineValidity(output, a, b, rows)
        CompareKernel.loop(NotEqual.self, a, b, output, rows)
        let target = output.booleans
        if output.hasNulls {
            let (validA, validB) = (a.validity, b.validity)
            let (nullsA, nullsB) = (a.hasNulls, b.hasNulls)
            rows.forEach { row in
                let x = nullsA ? validA[row] : 1
                let y = nullsB ? validB[row] : 1
                // Both have values: the comparison. Otherwise distinct if only one has.
                target[row] = (target[row] & x & y) | (x ^ y)
            }
            output.hasNulls = false
        }
        if isNegated { rows.forEach { target[$0] ^= 1 } }
        return output
    }
}
