import CheckpointStorage
import Checkpointing
import Foundation
import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import PipelineRunner

@Suite struct FailureTests {
    private let page = MemorySource.pageRowCount

    @Test func `A failure without a restart strategy ends with 1 and leaves nothing open`() throws {
        let world = World()
        world.faults.failRead(at: page)
        #expect(try world.run() == .failed)
        #expect(world.resolvedPositions.current.count == 1)
        #expect(world.cluster.contents.current.open.isEmpty)
    }

    @Test func `A fixed delay restarts as often as it says, then the job fails`() throws {
        let world = World()
        world.faults.failRead(at: page)
        let restart = RestartStrategy.Kind.fixedDelay(attempts: 2, delayMilliseconds: 0)
        #expect(try world.run(Shape(restart: restart)) == .failed)
        #expect(world.resolvedPositions.current == [[0, 0], [page, page], [page, page]])
    }

    @Test func `A restart goes on from the last checkpoint`() throws {
        let world = World()
        world.faults.failRead(at: page, times: 1)
        #expect(try world.run(.restarting) == .finished)
        #expect(world.resolvedPositions.current == [[0, 0], [page, page]])
        expectEveryRowOnce(world)
    }

    @Test func `A failure that no restart can mend is not restarted`() throws {
        let world = World()
        world.faults.failRead(at: page, with: FatalError(.unauthorized, "no permission"))
        #expect(try world.run(.restarting) == .unauthorized)
        #expect(world.resolvedPositions.current.count == 1)
    }

    @Test func `A missing permission of a transaction ends with 77 and leaves nothing open`() throws
    {
        let world = World()
        world.cluster.onCall { call in
            if case .flush = call { TransactionError(.unauthorized, "no permission") } else { nil }
        }
        #expect(try world.run(.restarting) == .unauthorized)
        #expect(world.resolvedPositions.current.count == 1)
        #expect(world.cluster.contents.current.open.isEmpty)
    }

    @Test func `A commit without an answer is asked again and never aborted`() throws {
        let world = World()
        let isAnswered = Watched(false)
        world.cluster.onCall { call in
            guard call.committed == .of(1, 1), !isAnswered.current else { return nil }
            isAnswered.update { $0 = true }
            return TransactionError(.unanswered, "timed out")
        }
        #expect(try world.run() == .finished)
        let asked = world.cluster.contents.current.calls.filter { $0.committed == .of(1, 1) }
        #expect(asked.count == 2)
        #expect(world.resolvedPositions.current.count == 1)
        expectEveryRowOnce(world)
    }

    // MARK: Checkpoints that fail

    /// The metadata of `id` cannot be written: its file is there already.
    private func blockMetadata(of id: CheckpointID, in world: World) {
        let path = "\(world.root)/\(world.jobID)/\(id.folderName)/_metadata.tmp"
        world.faults.stateWrite.withLock {
            $0 = { [unowned world] checkpoint in
                let isThere = FileManager.default.fileExists(atPath: path)
                guard checkpoint == id, !isThere else { return nil }
                #expect(FileManager.default.createFile(atPath: path, contents: nil))
                // The rows of the failed one need another.
                world.requestCheckpoint()
                return nil
            }
        }
    }

    @Test func `A checkpoint that cannot be stored restarts a job that tolerates none`() throws {
        let world = World()
        blockMetadata(of: .of(1, 1), in: world)
        #expect(try world.run(.restarting) == .finished)
        #expect(world.resolvedPositions.current == [[0, 0], [0, 0]])
        expectEveryRowOnce(world)
    }

    @Test func `The transaction of a failed checkpoint commits with the next`() throws {
        let world = World()
        blockMetadata(of: .of(1, 1), in: world)
        let storedAtCommit = Watched<[CheckpointID]>([])
        world.cluster.onCall { [unowned world] call in
            guard call.committed == .of(1, 1) else { return nil }
            let stored = (try? world.storage().list().map(\.id)) ?? []
            storedAtCommit.update { $0 = stored.sorted() }
            return nil
        }
        #expect(try world.run(Shape(tolerableFailures: 1)) == .finished)
        #expect(world.resolvedPositions.current == [[0, 0]])
        #expect(storedAtCommit.current == [.first, .of(1, 2)])
        expectEveryRowOnce(world)
    }

    @Test(arguments: [(0, ExitCode.failed), (1, ExitCode.finished)])
    func `A declined checkpoint fails the job unless it is tolerated`(
        tolerable: Int, expected: ExitCode
    ) throws {
        let world = World()
        world.faults.poll.withLock {
            $0 = { [unowned world] position in
                if position == 0 { world.requestCheckpoint() }
                return nil
            }
        }
        world.faults.stateWrite.withLock {
            $0 = { $0 == .first ? PlannedFailure(message: "the disk is full") : nil }
        }
        let shape = Shape(tolerableFailures: tolerable, isTransactional: false)
        #expect(try world.run(shape) == expected)
        #expect(world.resolvedPositions.current.count == 1)
        if expected == .finished { expectEveryRowOnce(world) }
    }
}
