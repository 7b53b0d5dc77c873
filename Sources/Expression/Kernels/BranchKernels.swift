internal import StreamCore

/// CASE: each row takes the first branch whose condition is TRUE; a result is computed only for
/// the rows that take it.
final class BranchKernel: Kernel {
    private let branches: [(condition: Kernel, result: Kernel)]
    private let otherwise: Kernel
    private let taken: [RowBuffer]
    private let remaining: [RowBuffer]

    init(_ branches: [(condition: Kernel, result: Kernel)], otherwise: Kernel, _ type: LogicalType)
    {
        self.branches = branches
        self.otherwise = otherwise
        taken = branches.map { _ in RowBuffer() }
        remaining = branches.map { _ in RowBuffer() }
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let output = result(frame)
        output.hasNulls = false
        var left = rows
        for (index, branch) in branches.enumerated() where left.count > 0 {
            let condition = try branch.condition.evaluate(left, frame)
            let (values, validity) = (condition.booleans, condition.validity)
            if condition.hasNulls {
                taken[index].keep(left) { values[$0] & validity[$0] != 0 }
                remaining[index].keep(left) { values[$0] & validity[$0] == 0 }
            } else {
                taken[index].keep(left) { values[$0] != 0 }
                remaining[index].keep(left) { values[$0] == 0 }
            }
            let part = taken[index].view(of: left)
            if part.count > 0 {
                place(try branch.result.evaluate(part, frame), output, part, whole: rows)
            }
            left = remaining[index].view(of: left)
        }
        if left.count > 0 {
            place(try otherwise.evaluate(left, frame), output, left, whole: rows)
        }
        return output
    }
}

/// COALESCE: an argument is computed only for the rows where all before it are NULL.
final class CoalesceKernel: Kernel {
    private let operands: [Kernel]
    private let valid: [RowBuffer]
    private let remaining: [RowBuffer]

    init(_ operands: [Kernel], _ type: LogicalType) {
        self.operands = operands
        valid = operands.map { _ in RowBuffer() }
        remaining = operands.map { _ in RowBuffer() }
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let first = try operands[0].evaluate(rows, frame)
        if !first.hasNulls || operands.count == 1 { return first }
        let output = result(frame)
        output.hasNulls = false
        var left = rows
        var column = first
        for index in operands.indices {
            if index > 0 { column = try operands[index].evaluate(left, frame) }
            let isLast = index == operands.count - 1
            if isLast || !column.hasNulls {
                place(column, output, left, whole: rows)
                break
            }
            let validity = column.validity
            valid[index].keep(left) { validity[$0] != 0 }
            remaining[index].keep(left) { validity[$0] == 0 }
            place(column, output, valid[index].view(of: left), whole: rows)
            left = remaining[index].view(of: left)
            if left.count == 0 { break }
        }
        return output
    }
}

/// Copies the values and the validity of some rows into a result that is put together.
private func place(_ source: Column, _ target: Column, _ rows: Rows, whole: Rows) {
    copyRows(from: source, to: target, rows)
    let to = target.validity
    if source.hasNulls {
        if !target.hasNulls { whole.forEach { to[$0] = 1 } }
        target.hasNulls = true
        let from = source.validity
        rows.forEach { to[$0] = from[$0] }
    } else if target.hasNulls {
        rows.forEach { to[$0] = 1 }
    }
}
