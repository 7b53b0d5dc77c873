import Foundation
import Glibc

/// A folder of one drill, removed with everything in it when the drill ends.
final class TemporaryFolder {
    let path: String
    private var nextNumber = 0

    init() throws {
        var template = Array((NSTemporaryDirectory() + "/drill.XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw DrillError("mkdtemp: \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A path in the folder that was not given out before.
    func newPath(_ name: String) -> String {
        nextNumber += 1
        return "\(path)/\(nextNumber)-\(name)"
    }
}

/// Where the checkout is, and in it what the drills run.
enum Checkout {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    static let millrace = root + "/.build/debug/millrace"
    static let kafkaScript = root + "/scripts/kafka"
}
