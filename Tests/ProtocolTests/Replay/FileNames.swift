import Foundation

enum FileNames {
    static func inTranscripts() throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: Transcript.folder.path(percentEncoded: false)
        )
        .filter { $0.hasSuffix(".txt") }
    }
}
