import Testing

/// Reads and replays `transcripts/*.txt`.
@Suite struct TranscriptTests {
    @Test(arguments: [
        "job-first-start", "job-expiry", "job-declined", "job-empty", "job-commit-unanswered",
        "job-rename-waits", "job-stop", "job-age", "job-superseded", "job-without-pool",
        "job-failures",
    ])
    func theJobDoesWhatItsTranscriptSays(_ name: String) throws {
        var job = JobTranscript()
        try Transcript(name).run { try job.execute($0) }
    }

    @Test(arguments: [
        "recovery-first-start", "recovery-resume", "recovery-roll-back", "recovery-list",
        "recovery-unstable", "recovery-marker-absent", "recovery-unknown", "recovery-fresh",
        "recovery-without-pool", "recovery-late-checkpoint", "recovery-no-answer",
        "recovery-denied", "recovery-hanging",
    ])
    func recoveryDoesWhatItsTranscriptSays(_ name: String) throws {
        var recovery = RecoveryTranscript()
        try Transcript(name).run { try recovery.execute($0) }
    }

    @Test(arguments: ["attempt-take", "attempt-replace", "attempt-hold"])
    func attemptsAreTakenAsTheirTranscriptSays(_ name: String) throws {
        var attempts = AttemptTranscript()
        try Transcript(name).run { try attempts.execute($0) }
    }

    @Test(arguments: ["aligner"])
    func barriersAlignAsTheirTranscriptSays(_ name: String) throws {
        var aligner = AlignerTranscript()
        try Transcript(name).run { try aligner.execute($0) }
    }

    /// A file that no test names would rot.
    @Test func everyTranscriptIsReplayed() throws {
        let names = try FileNames.inTranscripts()
        #expect(names.count == 28)
    }
}
