import Expression
import PipelineSpec
import Testing

@Suite struct CatalogTests {
    @Test func everyCodeHasAnEntryAndNoEntryIsWithoutACode() {
        let records = (2001...2009).map { "E\($0)" } + ["E2301", "E2302", "E2401", "E2402"]
        let known =
            DiagnosticCode.allCases.map(\.rawValue)
            + ExpressionError.Code.allCases.map(\.rawValue)
            + EvaluationError.Code.allCases.map(\.rawValue) + records + ["E2201", "E2202", "E4001"]
        #expect(ErrorCatalog.entries.map(\.code).sorted() == known.sorted())
    }

    @Test func aCodeIsFoundInAnyCase() {
        #expect(ErrorCatalog.find("e1004")?.title == "Unknown key")
        #expect(ErrorCatalog.find("E9999") == nil)
    }

    @Test func everyEntrySaysSomething() {
        for entry in ErrorCatalog.entries {
            #expect(entry.text.count > 20, "\(entry.code)")
            #expect(entry.text.hasSuffix(".") || entry.text.hasSuffix("?"), "\(entry.code)")
        }
    }
}
