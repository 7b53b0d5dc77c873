/// Finds what a misspelt name was meant to be: in expressions, pipeline files, command lines.
package enum Spelling {
    /// Unicode scalars of a name that are compared, at most: the cost is quadratic.
    private static let scalarCountMax = 128

    /// `did you mean ...?`, or nil if no candidate is close.
    static func didYouMean(_ name: String, among candidates: [String]) -> String? {
        nearest(name, among: candidates).map { "did you mean `\($0)`?" }
    }

    /// The candidate with the fewest edits, at most a third of the name's length (at least 1);
    /// the first of equals.
    package static func nearest(_ name: String, among candidates: [String]) -> String? {
        let wanted = Array(name.lowercased().unicodeScalars.prefix(scalarCountMax))
        let limit = max(1, wanted.count / 3)
        var best: (name: String, edits: Int)?
        for candidate in candidates {
            let other = Array(candidate.lowercased().unicodeScalars.prefix(scalarCountMax))
            guard abs(other.count - wanted.count) <= limit else { continue }
            let edits = distance(wanted, other)
            if edits <= limit && edits < best?.edits ?? Int.max { best = (candidate, edits) }
        }
        return best?.name
    }

    /// Edits between two names, an exchange of neighbours counted as one.
    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
