import Foundation
import PipelineSpec
import Testing

/// The pages in docs/ that are made of tables. `MILLRACE_WRITE_DOCS=1 swift test --filter
/// GeneratedPageTests` writes them anew.
@Suite struct GeneratedPageTests {
    @Test(arguments: ["docs/pipeline-reference.md", "docs/errors.md"])
    func theGeneratedPageIsCurrent(_ name: String) throws {
        let page = name == "docs/errors.md" ? ErrorCatalog.markdown() : PipelineReference.markdown()
        if ProcessInfo.processInfo.environment["MILLRACE_WRITE_DOCS"] != nil {
            try page.write(toFile: ProjectFile.path(name), atomically: true, encoding: .utf8)
        }
        #expect(
            try ProjectFile.text(name) == page,
            "MILLRACE_WRITE_DOCS=1 swift test --filter GeneratedPageTests writes it anew")
    }

    @Test func theSchemaIsJSONAndKnowsTheKeys() throws {
        let object = try JSONSerialization.jsonObject(with: Data(PipelineSchema.json().utf8))
        let schema = try #require(object as? [String: Any])
        let properties = try #require(schema["properties"] as? [String: Any])
        #expect(
            Set(properties.keys) == [
                "version", "name", "description", "config", "connections", "sources", "transforms",
                "sinks", "allow_nondeterministic",
            ])
        #expect(
            schema["required"] as? [String] == ["version", "name", "sources", "sinks"])
        let config = try #require(properties["config"] as? [String: Any])
        let keys = try #require(config["properties"] as? [String: Any])
        #expect(keys["execution.checkpointing.interval"] != nil)
        #expect(keys["state.checkpoints.dir"] != nil)
    }
}
