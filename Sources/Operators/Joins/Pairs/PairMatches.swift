internal import StreamCore

/// Which rows of a window's key have a partner that passes the residual condition, and which pairs
/// wait for the answer.
///
/// Rows have serial numbers, one count a side. The numbers begin anew with a key when many have been
/// used and no pair waits.
final class PairMatches {
    /// Serial numbers of a side after which they begin anew.
    static let serialCountWanted = 1 << 16

    private let roles: UnsafeMutablePointer<PairOutput.Role>
    private let leftSerials: UnsafeMutablePointer<Int32>
    private let rightSerials: UnsafeMutablePointer<Int32>
    private var leftMatched: [Bool] = []
    private var rightMatched: [Bool] = []

    init(capacity: Int) {
        roles = .allocate(capacity: capacity)
        leftSerials = .allocate(capacity: capacity)
        rightSerials = .allocate(capacity: capacity)
    }

    deinit {
        roles.deallocate()
        leftSerials.deallocate()
        rightSerials.deallocate()
    }

    var isCrowded: Bool {
        max(leftMatched.count, rightMatched.count) > PairMatches.serialCountWanted
    }

    /// Begins anew; no pair may wait.
    func removeAll() {
        leftMatched.removeAll(keepingCapacity: true)
        rightMatched.removeAll(keepingCapacity: true)
    }

    /// Serial numbers for a key's rows; the first of each side.
    func addKey(leftCount: Int, rightCount: Int) -> (left: Int32, right: Int32) {
        defer {
            leftMatched.append(contentsOf: repeatElement(false, count: leftCount))
            rightMatched.append(contentsOf: repeatElement(false, count: rightCount))
        }
        return (
            Int32(truncatingIfNeeded: leftMatched.count),
            Int32(truncatingIfNeeded: rightMatched.count)
        )
    }

    /// Says what pair `pair` of the batch is; certain ones have no serial numbers.
    @inline(__always)
    func set(_ pair: Int, _ role: PairOutput.Role, left: Int32 = -1, right: Int32 = -1) {
        roles[pair] = role
        leftSerials[pair] = left
        rightSerials[pair] = right
    }

    /// Leaves the pairs that the residual condition decides about.
    func selectCandidates(_ selection: SelectionVector) {
        var kept = 0
        for index in 0..<selection.count {
            let row = selection.rows[index]
            guard roles[Int(row)] == .pair, leftSerials[Int(row)] >= 0 else { continue }
            selection.rows[kept] = row
            kept += 1
        }
        selection.count = kept
    }

    /// Adds to the pairs that passed those that stay without a condition, and the tentative ones
    /// whose row has no match.
    func resolveTentative(_ selection: SelectionVector, count: Int) {
        let passed = SelectionVector(capacity: max(1, count))
        passed.copy(from: selection)
        var next = 0
        var kept = 0
        for row in 0..<count {
            let hasPassed = next < passed.count && Int(passed.rows[next]) == row
            if hasPassed { next += 1 }
            guard stays(row, hasPassed: hasPassed) else { continue }
            selection.rows[kept] = Int32(truncatingIfNeeded: row)
            kept += 1
        }
        selection.count = kept
    }

    /// Rows come in order, so a row's pairs have been counted when its tentative pair comes.
    private func stays(_ row: Int, hasPassed: Bool) -> Bool {
        switch roles[row] {
        case .tentativeLeft: return !leftMatched[Int(leftSerials[row])]
        case .tentativeRight: return !rightMatched[Int(rightSerials[row])]
        case .pair:
            guard leftSerials[row] >= 0 else { return true }
            guard hasPassed else { return false }
            leftMatched[Int(leftSerials[row])] = true
            rightMatched[Int(rightSerials[row])] = true
            return true
        }
    }
}

/// Of an outer interval join: the buffered rows to be marked as matched once their pair has passed.
final class PairMarks {
    /// A row, by slice and reference; no slice: nothing to mark.
    struct Mark {
        let slice: SlicePointer?
        let row: RowChunks.Reference
        static var none: Mark { Mark(slice: nil, row: RowChunks.none) }
    }

    private let marks: [UnsafeMutablePointer<Mark>]

    init(capacity: Int) { marks = JoinSide.allCases.map { _ in .allocate(capacity: capacity) } }
    deinit { for side in marks { side.deallocate() } }

    @inline(__always)
    func set(_ pair: Int, left: Mark, right: Mark) {
        marks[0][pair] = left
        marks[1][pair] = right
    }

    func markSelected(of selection: SelectionVector) {
        for side in JoinSide.allCases {
            for index in 0..<selection.count {
                let mark = marks[side.rawValue][Int(selection.rows[index])]
                guard let slice = mark.slice else { continue }
                slice.pointee[side].pointee.flags.set(mark.row)
            }
        }
    }
}
