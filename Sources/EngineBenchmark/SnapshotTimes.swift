import Glibc
import StreamAPI
import StreamCore

/// What one snapshot costs: the part for which the subtask stands still, and the part that another
/// thread does meanwhile, without the disk.
struct SnapshotTimes: CustomStringConvertible {
    let takenNanoseconds: Int
    let writtenNanoseconds: Int
    let byteCount: Int

    var description: String {
        "snapshot taken in \(takenNanoseconds / 1000) us, "
            + "written in \(writtenNanoseconds / 1_000_000) ms, \(byteCount) bytes"
    }

    static let barrier = CheckpointBarrier(
        id: CheckpointID(attempt: Attempt(rawValue: 1), sequence: 1), kind: .checkpoint)

    /// Takes a snapshot, writes all of its key groups one after another, and lets go of it.
    static func measure(_ take: (CheckpointBarrier) throws -> OperatorSnapshot) throws -> Self {
        let began = threadNanoseconds()
        let keyed = try take(barrier).keyed
        let taken = threadNanoseconds()
        var byteCount = 0
        if let keyed {
            var writer = ByteWriter()
            for group in keyed.keyGroups.lower..<keyed.keyGroups.upper {
                writer.removeAll()
                try keyed.write(keyGroup: group, into: &writer)
                byteCount += writer.count
            }
            keyed.release()
        }
        return SnapshotTimes(
            takenNanoseconds: taken - began, writtenNanoseconds: threadNanoseconds() - taken,
            byteCount: byteCount)
    }
}

/// CPU time of this thread: others may use the machine meanwhile.
func threadNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
