internal import StreamCore

/// IN with a list of constants: short lists are compared one by one, long ones searched by halves.
final class InKernel: Kernel {
    /// Members up to which each is compared with every row.
    private static let linearCountMax = 8

    private let operand: Kernel
    private let hasNull: Bool
    private let integers: [Int64]
    private let doubles: [Double]
    private let decimals: [Int128]
    private let members: [[UInt8]]
    /// ``members`` as slices, ascending.
    private let slices: [ByteSlice]

    init(_ operand: Kernel, _ constants: [ConstantValue], hasNull: Bool, _ frame: Frame) {
        self.operand = operand
        self.hasNull = hasNull
        var integers: Set<Int64> = []
        var doubles: Set<Double> = []
        var decimals: Set<Int128> = []
        var members: Set<[UInt8]> = []
        for constant in constants {
            switch constant {
            case .null: break
            case .boolean(let value): integers.insert(value ? 1 : 0)
            case .integer(let value): integers.insert(value)
            case .double(let value): doubles.insert(value)
            case .decimal(let value): decimals.insert(value)
            case .bytes(let value): members.insert(value)
            }
        }
        self.integers = integers.sorted()
        self.doubles = doubles.sorted()
        self.decimals = decimals.sorted()
        self.members = members.sorted { $0.lexicographicallyPrecedes($1) }
        slices = self.members.map { frame.constants.append(copying: $0) }
        super.init(.boolean)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        switch x.physical {
        case .bool8: find(x.booleans, integers.map { UInt8($0) }, x, output, rows)
        case .int64: find(x.integers, integers, x, output, rows)
        case .float64: find(x.doubles, doubles, x, output, rows)
        case .int128: find(x.decimals, decimals, x, output, rows)
        case .slice: findSlices(x, output, rows)
        }
        if hasNull { markUnknown(output, rows) }
        return output
    }

    /// With a NULL in the list, what is not found is unknown.
    private func markUnknown(_ output: Column, _ rows: Rows) {
        let (values, validity) = (output.booleans, output.validity)
        if output.hasNulls {
            rows.forEach { validity[$0] &= values[$0] }
        } else {
            rows.forEach { validity[$0] = values[$0] }
        }
        output.hasNulls = true
    }

    // hot
    private func find<Value: Comparable>(
        _ source: UnsafeMutablePointer<Value>, _ members: [Value], _ x: Column, _ output: Column,
        _ rows: Rows
    ) {
        let target = output.booleans
        rows.forEach { target[$0] = 0 }
        members.withUnsafeBufferPointer { members in
            if members.count <= Self.linearCountMax {
                for member in members {
                    rows.forEach { target[$0] |= source[$0] == member ? 1 : 0 }
                }
            } else {
                rows.forEach { row in
                    let value = source[row]
                    let place = lowerBound(members.count) { members[$0] < value }
                    target[row] = place < members.count && members[place] == value ? 1 : 0
                }
            }
        }
    }

    // hot
    private func findSlices(_ x: Column, _ output: Column, _ rows: Rows) {
        let (source, target) = (x.slices, output.booleans)
        rows.forEach { target[$0] = 0 }
        slices.withUnsafeBufferPointer { members in
            if members.count <= Self.linearCountMax {
                rows.forEachValid(in: x) { row in
                    let value = source[row]
                    for member in members where Bytes.equal(value, member) {
                        target[row] = 1
                        break
                    }
                }
            } else {
                rows.forEachValid(in: x) { row in
                    let value = source[row]
                    let place = lowerBound(members.count) { Bytes.order(members[$0], value) < 0 }
                    let isFound = place < members.count && Bytes.equal(members[place], value)
                    target[row] = isFound ? 1 : 0
                }
            }
        }
    }

    /// The first index that does not precede.
    @inline(__always)
    private func lowerBound(_ count: Int, _ precedes: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low &+ high) >> 1
            if precedes(middle) { low = middle &+ 1 } else { high = middle }
        }
        return low
    }
}
