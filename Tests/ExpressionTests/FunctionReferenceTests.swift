import Foundation
import Testing

@testable import Expression

@Suite struct FunctionReferenceTests {
    @Test func everyNameIsThereOnce() {
        let names = FunctionRegistry.all.flatMap { [$0.name] + $0.aliases }
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0 == $0.uppercased() })
        #expect(Set(names).isDisjoint(with: NotBuilt.names))
    }

    @Test func everyFunctionIsDocumentedWithAnExample() {
        for definition in FunctionRegistry.all {
            #expect(!definition.examples.isEmpty, "\(definition.name)")
            #expect(definition.summary.hasSuffix("."), "\(definition.name)")
        }
    }

    @Test func thePageHasEveryFunctionUnderItsCategory() {
        let page = FunctionReference.markdown()
        for definition in FunctionRegistry.all {
            #expect(page.contains("\n### \(definition.name)\n"))
        }
        for category in FunctionDefinition.Category.allCases {
            #expect(page.contains("\n## \(category.rawValue)\n"))
        }
        #expect(page.contains("| `'a' \\|\\| 'b' \\|\\| 'c'` | `\"abc\"` |"))
        #expect(page.contains("| `1 / 0` | error E2101 |"))
    }

    /// `MILLRACE_WRITE_DOCS=1 swift test --filter FunctionReferenceTests` writes the page anew.
    @Test func docsFunctionsIsThePage() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "docs/functions.md")
        let page = FunctionReference.markdown()
        if ProcessInfo.processInfo.environment["MILLRACE_WRITE_DOCS"] != nil {
            try page.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(
            try String(contentsOf: file, encoding: .utf8) == page,
            "MILLRACE_WRITE_DOCS=1 swift test --filter FunctionReferenceTests writes it anew")
    }

    @Test func namesAreFoundInAnyCase() {
        #expect(FunctionRegistry.find("lower")?.name == "LOWER")
        #expect(FunctionRegistry.find("character_length")?.name == "CHAR_LENGTH")
        #expect(FunctionRegistry.find("nothing") == nil)
    }
}
