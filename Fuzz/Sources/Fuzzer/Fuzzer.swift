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
    static func main() {
        var argumentCount = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        let code = LLVMFuzzerRunDriver(&argumentCount, &arguments) { start, count in
            entry.run(Array(UnsafeBufferPointer(start: start, count: count)))
            return 0
        }
        exit(code)
    }
}
