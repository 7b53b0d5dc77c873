import PipelineSpec
import Testing

@Suite struct OverrideTests {
    private func lintWith(
        set: [String] = [], define: [String] = [], _ text: String = Sample().text
    ) -> LintResult {
        var environment = LintEnvironment()
        environment.overrides = set.compactMap(LintEnvironment.Override.init)
        environment.configurationOverrides = define.compactMap(LintEnvironment.Override.init)
        return lint(text, environment)
    }

    @Test func setReplacesAScalar() {
        let result = lintWith(set: ["sources.events.topic=orders"])
        #expect(result.definition?.sources[0].kafka?.topics == ["orders"])
    }

    @Test func setFindsKeysWithDots() {
        let result = lintWith(set: ["connections.main.properties.bootstrap.servers=b:1"])
        #expect(result.definition?.connections[0].properties.map(\.value) == ["b:1"])
    }

    @Test func setAddsAKeyAndItIsChecked() {
        #expect(lintWith(set: ["description=d"]).definition?.description == "d")
        let result = lintWith(set: ["sinks.out.nonsense=1"])
        #expect(result.diagnostics.map(\.code) == ["E1004"])
        #expect(result.diagnostics[0].file == "--set sinks.out.nonsense")
        #expect(result.diagnostics[0].line == 0)
    }

    @Test(arguments: ["sources.evnts.topic=a", "sources.events=a", "name.first=a"])
    func setWithoutATargetIsAnError(_ text: String) {
        #expect(lintWith(set: [text]).diagnostics.map(\.code).contains("E1023"))
    }

    @Test func defineWinsOverTheFileInEverySpelling() {
        let result = lintWith(define: ["state.checkpoints.dir=/other", "parallelism.default=3"])
        #expect(result.places == [])
        #expect(result.definition?.configuration.checkpointing?.directory == "/other")
        #expect(result.definition?.configuration.parallelism == 3)
    }

    @Test func aLaterDefineWins() {
        let result = lintWith(define: ["parallelism.default=3", "parallelism.default=4"])
        #expect(result.definition?.configuration.parallelism == 4)
    }

    @Test func defineWorksWithoutConfig() {
        let text = Sample().text.replacing("config:", with: "description: |")
        let result = lintWith(define: ["parallelism.default=3"], text)
        #expect(result.definition?.configuration.parallelism == 3, "found \(result.places)")
    }

    @Test func aBadDefineIsFoundAtTheCommandLine() {
        let result = lintWith(define: ["parallelism.default=0"])
        #expect(result.diagnostics.map(\.file) == ["-D parallelism.default"])
    }

    @Test func anOverrideNeedsANameAndAnEqualsSign() {
        #expect(LintEnvironment.Override("a") == nil)
        #expect(LintEnvironment.Override("=a") == nil)
        #expect(LintEnvironment.Override("a=b=c")?.value == "b=c")
    }
}
