import CheckpointStorage
import Checkpointing
import Foundation
import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import PipelineRunner

@Suite struct FinishingTests {
    @Test(arguments: [1, 2])
    func `A job that runs to its end makes every row visible once`(parallelism: Int) throws {
        let world = World()
        #expect(try world.run(Shape(parallelism: parallelism)) == .finished)
        expectEveryRowOnce(world)
        let newest = try #require(try world.storage().list().max { $0.id < $1.id })
        #expect(newest.isRecordedCommitted)
        #expect(newest.facts?.kind == .final)
    }

    @Test func `A first start commits checkpoint 0 first, in a transaction without rows`() throws {
        let world = World()
        let rowCount = Watched<Int?>(nil)
        world.cluster.onCall { [unowned world] call in
            if case .commit(let slot, .first) = call {
                let open = world.cluster.contents.current.open["job-\(slot)"]
                rowCount.update { $0 = open?.rows.count }
            }
            return nil
        }
        #expect(try world.run() == .finished)
        let commits = world.cluster.contents.current.calls.compactMap(\.committed)
        #expect(commits.first == .first)
        #expect(rowCount.current == 0)
        #expect(commits.count > 1)
    }

    @Test func `A finished job fences its whole pool last`() throws {
        let world = World()
        #expect(try world.run() == .finished)
        let contents = world.cluster.contents.current
        let last = contents.calls.filter { !$0.isDestroy }.suffix(4)
        #expect(Set(last) == Set((0..<4).map { Call.fence("job-\($0)") }))
        #expect(contents.open.isEmpty)
    }

    @Test func `A signal to stop takes a final checkpoint and ends with 0`() throws {
        let world = World()
        world.cluster.onCall { [unowned world] call in
            // The first commit with rows: later ones find the job stopping.
            if case .commit(_, let id?) = call, id.sequence == 1 { world.signal(SIGTERM) }
            return nil
        }
        #expect(try world.run(Shape(), .forEver) == .finished)
        let newest = try #require(try world.storage().list().max { $0.id < $1.id })
        #expect(newest.facts?.kind == .final)
        let visible = world.cluster.contents.current.visible
        #expect(visible.count < MemorySource.allRows.count)
        #expect(Set(visible).count == visible.count)
        // The next start goes on behind it.
        #expect(try world.run() == .finished)
        expectEveryRowOnce(world)
    }

    @Test func `With checkpointing off the run's folder goes with the run`() throws {
        let world = World()
        let parent = FileManager.default.temporaryDirectory.path
        let during = Watched<[String]>([])
        world.faults.poll.withLock {
            $0 = { [unowned world] _ in
                during.update { $0 = scratchFolders(in: parent, of: world.jobID) }
                return nil
            }
        }
        let shape = Shape(isTransactional: false, isCheckpointing: false)
        #expect(try world.run(shape) == .finished)
        expectEveryRowOnce(world)
        #expect(during.current.count == 1)
        #expect(scratchFolders(in: parent, of: world.jobID) == [])
    }
}

private func scratchFolders(in parent: String, of job: JobID) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    return names.filter {
        $0.hasPrefix("millrace-")
            && FileManager.default.fileExists(atPath: "\(parent)/\($0)/\(job.hex)")
    }
}

/// Compares what readers of committed records see with what the source holds.
func expectEveryRowOnce(_ world: World, sourceLocation: SourceLocation = #_sourceLocation) {
    let visible = world.cluster.contents.current.visible
    #expect(visible.count == MemorySource.allRows.count, sourceLocation: sourceLocation)
    #expect(Set(visible) == Set(MemorySource.allRows), sourceLocation: sourceLocation)
}

extension CheckpointID {
    static func of(_ attempt: UInt32, _ sequence: UInt32) -> CheckpointID {
        CheckpointID(attempt: Attempt(rawValue: attempt), sequence: sequence)
    }
    /// Checkpoint 0 of a job's first attempt.
    static let first = CheckpointID.of(1, 0)
}

extension Call {
    var committed: CheckpointID? {
        if case .commit(_, let id) = self { id } else { nil }
    }
    var isInitialize: Bool { if case .initialize = self { true } else { false } }
    var isEndTransaction: Bool { if case .endTransaction = self { true } else { false } }
    var isDestroy: Bool { if case .destroy = self { true } else { false } }
}
