import Expression
import Foundation
import FuzzEntries
import Testing

/// What the fuzzers have found worth keeping goes through the same entries in every test run. One test
/// at a time: an entry is used by one thread.
@Suite(.serialized) struct FuzzCorpusTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz/corpora")

    private static func corpus(_ entry: FuzzEntry) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: entry.rawValue), includingPropertiesForKeys: nil)
    }

    @Test(arguments: FuzzEntry.allCases)
    func noInputOfTheCorpusBreaksAnInvariant(entry: FuzzEntry) throws {
        let files = try Self.corpus(entry)
        #expect(files.count >= 10)
        for file in files { entry.run(Array(try Data(contentsOf: file))) }
    }

    /// Every function's examples go through the entry, and each function can be computed for some row.
    @Test func everyFunctionIsReached() {
        for function in FunctionRegistry.all {
            let counts = ExpressionSeeds.texts(of: function).map { ExpressionSeeds.rowCount($0) }
            #expect(counts.contains { $0 > 0 }, "\(function.name) is not reached")
        }
    }

    @Test func theCorporaStaySmall() throws {
        var total = 0
        for entry in FuzzEntry.allCases {
            for file in try Self.corpus(entry) { total += try Data(contentsOf: file).count }
        }
        #expect(total < 300_000)
    }
}
