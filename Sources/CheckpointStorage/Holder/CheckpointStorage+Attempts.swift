package import Checkpointing
internal import Glibc
package import StreamCore

/// Attempts: empty promises kept as files, one per start.
extension CheckpointStorage {
    /// The highest number in `attempts/` and of any checkpoint folder; nil: none. A new attempt
    /// must be higher.
    package func highestAttempt() throws(StorageError) -> Attempt? {
        let ofFolders = try folder.entries().compactMap { CheckpointID(folderName: $0)?.attempt }
        return try ([newestAttempt()].compactMap { $0 } + ofFolders).max()
    }

    private func newestAttempt() throws(StorageError) -> Attempt? {
        try attempts.entries().compactMap(Attempt.init(fileName:)).max()
    }

    /// Takes an attempt, durably: an exclusive create, a sync of the file and of the folder.
    ///
    /// - Returns: False if somebody has it.
    package func createAttempt(
        _ attempt: Attempt, by holder: JobHolder
    ) throws(StorageError) -> Bool {
        precondition(attempt <= CheckpointID.attemptMax)
        if attempts.hasEntry(attempt.fileName) { return false }
        let file: FileWriter
        do {
            file = try FileWriter(creating: attempt.fileName, in: attempts)
        } catch {
            // Lost the race between the look and the create.
            if attempts.hasEntry(attempt.fileName) { return false }
            throw error
        }
        try file.write(Array(holder.fileText.utf8))
        try file.sync()
        try attempts.sync()
        return true
    }

    /// Whether `attempt` is the newest. One listing of a small folder.
    package func standing(of attempt: Attempt) -> AttemptStanding {
        do throws(StorageError) {
            guard let newest = try newestAttempt() else {
                return .unreadable(reason: "\(attempts.path): the attempt's file is gone")
            }
            if newest > attempt { return .superseded(by: newest) }
            if newest < attempt {
                return .unreadable(reason: "\(attempts.path): the attempt's file is gone")
            }
            return .newest
        } catch {
            return .unreadable(reason: error.description)
        }
    }
}

extension Attempt {
    fileprivate var fileName: String { String(rawValue) }

    /// - Returns: Nil unless `name` is a number that a runner takes, written without leading zeros.
    fileprivate init?(fileName name: String) {
        guard let number = UInt32(name), String(number) == name,
            number <= CheckpointID.attemptMax.rawValue
        else { return nil }
        self.init(rawValue: number)
    }
}
