import CheckpointStorage
import Checkpointing
import Foundation
import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import PipelineRunner

@Suite struct OwnershipTests {
    private let other = JobHolder(pid: 1, host: "elsewhere", sinceMilliseconds: 0, holdsLock: true)

    @Test func `A second instance ends with 75 and touches nothing`() throws {
        let world = World()
        let storage = try world.storage()
        #expect(try storage.tryLock(as: other))
        try storage.writeHeartbeat(other)
        #expect(try world.run() == .superseded)
        #expect(world.cluster.contents.current.calls.isEmpty)
        #expect(try storage.highestAttempt() == nil)
        // Nor does it take the holder's heartbeat away.
        #expect(storage.readHeartbeat()?.holder.host == "elsewhere")
    }

    @Test func `A job that is taken over ends with 75 and commits nothing more`() throws {
        let world = World()
        defer {
            world.faults.isOver.store(true, ordering: .relaxed)
            world.remove()
        }
        let holder = other
        world.cluster.onCall { [unowned world] call in
            if case .sendMarker(_, .of(1, 1)) = call {
                _ = try? world.storage().createAttempt(Attempt(rawValue: 2), by: holder)
            }
            return nil
        }
        #expect(try world.run(.restarting) == .superseded)
        let contents = world.cluster.contents.current
        #expect(contents.visible.isEmpty)
        #expect(contents.marker == .first)
        // The successor goes on from checkpoint 0, and its output is whole.
        world.cluster.onCall { _ in nil }
        let successor = try world.photograph()
        #expect(try successor.run() == .finished)
        expectEveryRowOnce(successor)
    }
}
