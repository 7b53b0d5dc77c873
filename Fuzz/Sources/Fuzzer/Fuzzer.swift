import Foundation
import FuzzEntries

/// libFuzzer's entry: one program for all fuzzers; `MILLRACE_FUZZER` names the one that runs.
private let entry: FuzzEntry = {
    let name = ProcessInfo.processInfo.environment["MILLRACE_FUZZER"] ?? ""
    guard let entry = FuzzEntry(rawValue: name) else {
        preconditionFailure("MILLRACE_FUZZER must be one of \(FuzzEntry.allCases.map(\.rawValue))")
    }
    return entry
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    entry.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
