internal import StreamCore

/// NOT: NULL for NULL.
final class NotKernel: Kernel {
    private let operand: Kernel

    init(_ operand: Kernel) {
        self.operand = operand
        super.init(.boolean)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        let (source, target) = (x.booleans, output.booleans)
        rows.forEach { target[$0] = source[$0] ^ 1 }
        return output
    }
}

/// IS [NOT] NULL, TRUE, FALSE. Never NULL.
final class TestKernel: Kernel {
    private let operand: Kernel
    private let test: TruthTest
    private let isNegated: Bool

    init(_ operand: Kernel, _ test: TruthTest, isNegated: Bool) {
        self.operand = operand
        self.test = test
        self.isNegated = isNegated
        super.init(.boolean)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        output.hasNulls = false
        let (target, validity, flip) = (output.booleans, x.validity, UInt8(isNegated ? 1 : 0))
        switch test {
        case .null, .unknown:
            if x.hasNulls {
                rows.forEach { target[$0] = validity[$0] ^ 1 ^ flip }
            } else {
                rows.forEach { target[$0] = flip }
            }
        case .isTrue, .isFalse:
            let (source, wanted) = (x.booleans, UInt8(test == .isTrue ? 0 : 1))
            if x.hasNulls {
                rows.forEach { target[$0] = ((source[$0] ^ wanted) & validity[$0]) ^ flip }
            } else {
                rows.forEach { target[$0] = source[$0] ^ wanted ^ flip }
            }
        }
        return output
    }
}

/// AND and OR of any number of operands, three-valued.
///
/// An operand that can fail, or is dear, is computed only for the rows that those before it have
/// left undecided (not FALSE for AND, not TRUE for OR).
final class LogicalKernel: Kernel {
    struct Operand {
        let kernel: Kernel
        let narrows: Bool
    }

    private let isAnd: Bool
    private let operands: [Operand]
    private let undecided = RowBuffer()

    init(_ operation: LogicalOperator, _ operands: [Operand]) {
        isAnd = operation == .and
        self.operands = operands
        super.init(.boolean)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let output = result(frame)
        let first = try operands[0].kernel.evaluate(rows, frame)
        copyValidity(output, first, rows)
        copyRows(from: first, to: output, rows)
        for operand in operands.dropFirst() {
            guard operand.narrows else {
                combine(try operand.kernel.evaluate(rows, frame), output, rows, whole: rows)
                continue
            }
            narrow(output, rows)
            guard undecided.count > 0 else { continue }
            let part = undecided.view(of: rows)
            combine(try operand.kernel.evaluate(part, frame), output, part, whole: rows)
        }
        return output
    }

    private func narrow(_ output: Column, _ rows: Rows) {
        let (values, validity) = (output.booleans, output.validity)
        let deciding: UInt8 = isAnd ? 0 : 1
        if output.hasNulls {
            undecided.keep(rows) { values[$0] != deciding || validity[$0] == 0 }
        } else {
            undecided.keep(rows) { values[$0] != deciding }
        }
    }

    /// Joins `operand` into `output` for `rows`; the validity is made for the `whole`, where it
    /// was not needed so far.
    // hot
    private func combine(_ operand: Column, _ output: Column, _ rows: Rows, whole: Rows) {
        let (x, y) = (output.booleans, operand.booleans)
        guard operand.hasNulls || output.hasNulls else {
            if isAnd {
                rows.forEach { x[$0] &= y[$0] }
            } else {
                rows.forEach { x[$0] |= y[$0] }
            }
            return
        }
        let (validX, validY) = (output.validity, operand.validity)
        if !output.hasNulls { whole.forEach { validX[$0] = 1 } }
        output.hasNulls = true
        if operand.hasNulls {
            combine(x, validX, y, rows) { validY[$0] }
        } else {
            combine(x, validX, y, rows) { _ in 1 }
        }
    }

    /// In terms of "is TRUE" and "is FALSE": both are 0 for NULL.
    @inline(__always)
    private func combine(
        _ x: UnsafeMutablePointer<UInt8>, _ validX: UnsafeMutablePointer<UInt8>,
        _ y: UnsafeMutablePointer<UInt8>, _ rows: Rows, _ validY: (Int) -> UInt8
    ) {
        if isAnd {
            rows.forEach { row in
                let (a, b) = (validX[row], validY(row))
                let isTrue = a & x[row] & b & y[row]
                validX[row] = isTrue | (a & (x[row] ^ 1)) | (b & (y[row] ^ 1))
                x[row] = isTrue
            }
        } else {
            rows.forEach { row in
                let (a, b) = (validX[row], validY(row))
                let isTrue = (a & x[row]) | (b & y[row])
                validX[row] = isTrue | (a & (x[row] ^ 1) & b & (y[row] ^ 1))
                x[row] = isTrue
            }
        }
    }
}
