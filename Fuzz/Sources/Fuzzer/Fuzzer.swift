import CLibFuzzer
import Foundation
import FuzzEntries

/// One program for all fuzzers; `MILLRACE_FUZZER` names the one that runs.
private let entry: FuzzEntry = {
    let name = ProcessInfo.processInfo.environment["MILLRACE_FUZZER"] ?? ""
    guard let entry = FuzzEntry(rawValue: name) else {
        preconditionFailure("MILLRACE_FUZZER must be one of \(FuzzEntry.allCases.map(\.rawValue))")
    }
    return entry
}()

/// SwiftPM gives an executable's `main` another name, so libFuzzer's own cannot be used.
@main
enum Fuzzer {
    static func main() throws {
        if CommandLine.arguments.dropFirst().first == "seeds" {
            return try writeSeeds(to: CommandLine.arguments[2])
        }
        var argumentCount = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        let code = LLVMFuzzerRunDriver(&argumentCount, &arguments) { start, count in
            entry.run(Array(UnsafeBufferPointer(start: start, count: count)))
            return 0
        }
        exit(code)
    }

    /// `Fuzzer seeds FOLDER`: expressions to begin with, a file each, and FOLDER.dict.
    private static func writeSeeds(to folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        for (index, text) in ExpressionSeeds.texts.enumerated() {
            try text.write(toFile: "\(folder)/seed-\(index)", atomically: false, encoding: .utf8)
        }
        try ExpressionSeeds.dictionary.write(
            toFile: folder + ".dict", atomically: false, encoding: .utf8)
    }
}
