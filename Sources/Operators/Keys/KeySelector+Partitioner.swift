internal import Expression
internal import StreamAPI
package import StreamCore

extension KeySelector: Partitioner {
    /// Never throws: a row whose key cannot be computed goes to key group 0, and there meets the
    /// operator's own evaluation, which drops it or fails with the record's place.
    package func assignKeyGroups(
        of batch: RecordBatch, into keyGroups: UnsafeMutablePointer<UInt16>
    ) {
        do {
            try evaluate(batch)
            encodeKeys(of: batch)
            assign(batch.selection.count, into: keyGroups)
        } catch {
            assignWithoutFailed(batch, error, into: keyGroups)
        }
    }

    // hot
    private func assign(_ count: Int, into keyGroups: UnsafeMutablePointer<UInt16>) {
        let hashes = hashes
        let groupCount = maxParallelism
        for index in 0..<count {
            keyGroups[index] = UInt16(
                truncatingIfNeeded: KeyGroup.index(ofHash: hashes[index], groupCount: groupCount))
        }
    }

    /// Off the record path: takes the failed rows out of the selection for a while.
    @inline(never)
    private func assignWithoutFailed(
        _ batch: RecordBatch, _ first: EvaluationError,
        into keyGroups: UnsafeMutablePointer<UInt16>
    ) {
        let all = SelectionVector(capacity: batch.selection.count)
        all.copy(from: batch.selection)
        defer { batch.selection.copy(from: all) }
        var failure: EvaluationError? = first
        // Ends: each round removes at least one row.
        while let error = failure {
            batch.selection.remove(rows: error.failedRows)
            do {
                try evaluate(batch)
                failure = nil
            } catch { failure = error }
        }
        encodeKeys(of: batch)
        var kept = 0
        for index in 0..<all.count {
            let isKept =
                kept < batch.selection.count && batch.selection.rows[kept] == all.rows[index]
            keyGroups[index] =
                isKept
                ? UInt16(
                    truncatingIfNeeded: KeyGroup.index(
                        ofHash: hashes[kept], groupCount: maxParallelism)) : 0
            if isKept { kept += 1 }
        }
    }
}

extension SelectionVector {
    /// Removes selected rows; both are ascending. For error paths.
    func remove(rows failed: [Int32]) {
        var kept = 0
        var next = 0
        for index in 0..<count {
            while next < failed.count, failed[next] < rows[index] { next += 1 }
            if next < failed.count, failed[next] == rows[index] { continue }
            rows[kept] = rows[index]
            kept += 1
        }
        count = kept
    }
}
