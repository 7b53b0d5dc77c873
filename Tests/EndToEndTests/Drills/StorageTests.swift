import Testing

/// The checkpoint folder's disk fails while checkpoints are written.
@Suite struct StorageTests {
    /// ENOSPC and EIO, at the state files, before the manifest's fsync, its rename, and the folder's
    /// fsync.
    @Test(arguments: ["P4:errno=28@5", "P5a:errno=5@3", "P5b:errno=28@3", "P5c:errno=5@3"])
    func aFailedWriteFailsTheRunAndTheNextOneMakesUpForIt(place: String) throws {
        let drill = try Drill("disk-" + place.prefix { $0 != ":" })
        let runner = try drill.start(failpoints: place)
        let chunks = (0..<5).map { ColorEvent.make(count: 300, seed: $0) }
        let ending = try drill.feed(chunks, to: runner)
        #expect(ending == .exited(1), "no restart strategy: the first failure ends the run")
        #expect(runner.output().contains("checkpoint"), "the reason is named: \(runner.tail())")
        try drill.finish()
        try drill.expectExactlyOnce()
    }
}
