import CheckpointStorage
import Checkpointing
import Foundation
import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import PipelineRunner

@Suite struct RecoveryTests {
    /// The world at the moment before the transaction of the second or a later data checkpoint
    /// commits.
    private func crash(_ shape: Shape = Shape()) throws -> World {
        let world = World()
        let left = Watched<World?>(nil)
        world.cluster.onCall { [unowned world] call in
            if let id = call.committed, id.sequence >= 2, left.current == nil {
                let photograph = try? world.photograph()
                left.update { $0 = photograph }
            }
            return nil
        }
        #expect(try world.run(shape) == .finished)
        return try #require(left.current)
    }

    @Test func `A restart commits a prepared transaction before it opens any`() throws {
        let world = try crash()
        let before = world.cluster.contents.current.visible.count
        #expect(try world.run() == .finished)
        let calls = world.cluster.contents.current.calls
        let resumed = try #require(calls.firstIndex { $0.isEndTransaction })
        let opened = try #require(calls.firstIndex { $0.isInitialize })
        #expect(resumed < opened)
        #expect(before < MemorySource.allRows.count)
        expectEveryRowOnce(world)
    }

    @Test func `A restart under another parallelism restores every key and every split`() throws {
        for (former, next) in [(1, 2), (2, 1), (2, 3)] {
            let world = try crash(Shape(parallelism: former))
            #expect(try world.run(Shape(parallelism: next)) == .finished)
            expectEveryRowOnce(world)
        }
    }

    @Test func `A checkpoint whose transaction is aborted is rolled back by one`() throws {
        let world = try crash(Shape(numRetained: 2))
        for id in world.cluster.contents.current.open.keys { world.cluster.abort(id) }
        #expect(try world.run() == .finished)
        let page = MemorySource.pageRowCount
        #expect(world.resolvedPositions.current.first == [page, page])
        expectEveryRowOnce(world)
    }

    @Test func `Output lost without a predecessor ends with 79`() throws {
        let world = try crash(Shape(numRetained: 2))
        for id in world.cluster.contents.current.open.keys { world.cluster.abort(id) }
        try world.storage().delete(.of(1, 1))
        #expect(try world.run() == .outputLost)
    }

    @Test func `A marker that belongs to no checkpoint ends with 80`() throws {
        let world = try crash()
        world.cluster.contents.update {
            $0.open = [:]
            $0.marker = .of(9, 9)
        }
        #expect(try world.run() == .outcomeUnknown)
        #expect(!world.cluster.contents.current.calls.contains { $0.isInitialize })
    }

    @Test func `A new life numbers its checkpoints above a marker whose folder is gone`() throws {
        let world = World()
        world.cluster.contents.update { $0.marker = .of(900, 9) }
        var options = RunOptions.toTheEnd
        options.isFresh = true
        #expect(try world.run(Shape(), options) == .finished)
        #expect(try world.storage().highestAttempt() == Attempt(rawValue: 901))
        // The one that the start took first, and the one above the marker.
        let taken = try FileManager.default.contentsOfDirectory(
            atPath: "\(world.root)/\(world.jobID)/attempts")
        #expect(Set(taken) == ["1", "901"])
        expectEveryRowOnce(world)
    }

    @Test func `A gap in a source ends with 81 and without a restart`() throws {
        let world = World()
        world.faults.resolve.withLock { $0 = { FatalError(.sourceGap, "records are gone") } }
        #expect(try world.run(.restarting) == .sourceGap)
        #expect(world.resolvedPositions.current.isEmpty)
    }

    // MARK: -s

    private func options(_ path: String, allowsRewind: Bool = false) -> RunOptions {
        var options = RunOptions.toTheEnd
        options.savepointPath = path
        options.allowsRewind = allowsRewind
        return options
    }

    private func olderCheckpoint() throws -> (World, path: String) {
        let world = World()
        #expect(try world.run(Shape(numRetained: 10)) == .finished)
        return (world, try world.storage().path + "/" + CheckpointID.of(1, 1).folderName)
    }

    @Test func `An older checkpoint is refused, since its output would appear twice`() throws {
        let (world, path) = try olderCheckpoint()
        #expect(try world.run(Shape(), options(path)) == .configuration)
        expectEveryRowOnce(world)
    }

    @Test func `An older checkpoint with --allow-rewind gives its output again`() throws {
        let (world, path) = try olderCheckpoint()
        world.cluster.contents.update {
            $0.calls = []
            // What follows the checkpoint comes again; the readers' half of the rewind.
            $0.visible.removeLast($0.visible.count - 2 * Int(MemorySource.pageRowCount))
        }
        let rowCounts = Watched<[Int]>([])
        world.cluster.onCall { [unowned world] call in
            guard case .commit(let slot, _) = call else { return nil }
            let rows = world.cluster.contents.current.open["job-\(slot)"]?.rows ?? []
            rowCounts.update { $0.append(rows.count) }
            return nil
        }
        #expect(try world.run(Shape(), options(path, allowsRewind: true)) == .finished)
        let page = MemorySource.pageRowCount
        #expect(world.resolvedPositions.current.last == [page, page])
        // Checkpoint 0 of that state comes first.
        let commits = world.cluster.contents.current.calls.compactMap(\.committed)
        #expect(commits.first?.attempt == Attempt(rawValue: 2))
        #expect(rowCounts.current.first == 0)
        expectEveryRowOnce(world)
    }

    @Test func `-s latest without any checkpoint is an error of the command line`() throws {
        #expect(try World().run(Shape(), options("latest")) == .inputMissing)
    }
}
