import StreamTesting

@testable import PipelineRunner

extension PipelineBed {
    /// What is committed by a run that is killed up to three times and restored under any parallelism; as
    /// often as not it is killed again.
    ///
    /// - Parameters:
    ///   - parallelism: Of the first run.
    ///   - batchCount: Batches of a run that is not killed: where it may be.
    func rowsWithKills(
        parallelism: Int, seed: UInt64, batchCount: Int, _ random: inout SplitMix64
    ) throws -> [String: [String]] {
        var last: BedCheckpoint?
        // Ends: the fourth run is not killed.
        for kills in 0... {
            let cut = Int.random(in: 1...batchCount, using: &random)
            let now = kills == 0 ? parallelism : [1, 2, 5].randomElement(using: &random) ?? 1
            let outcome = try run(
                parallelism: now, seed: seed &+ UInt64(kills) &* 31, from: last,
                cut: kills < 3 ? cut : nil)
            last = outcome.checkpoint
            if last == nil { return outcome.rows }
        }
        return [:]
    }
}
