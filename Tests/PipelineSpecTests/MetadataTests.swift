import Expression
import PipelineSpec
import StreamCore
import Testing

/// Metadata columns of a Kafka source: which there are, and that they are read only where used.
@Suite struct MetadataTests {
    private static let metadata = [
        Field(name: "$topic", type: .string, isNullable: false),
        Field(name: "$headers", type: .map(.string, .bytes), isNullable: false),
    ]

    private let scope = SourceScope(
        RowSchema([Field(name: "color", type: .string, isNullable: false)]), metadata: metadata)

    private func resolved(_ path: [PathStep], _ scope: any ExpressionScope) -> String {
        switch scope.resolve(path) {
        case .column(let index, let type, let isNullable):
            "\(index) \(type)\(isNullable ? "" : " NOT NULL")"
        case .unknown(let candidates): "unknown; \(candidates)"
        case .unreachable(let reason): "unreachable: \(reason)"
        }
    }

    @Test func metadataAndValuesAreNumberedTogetherInTheOrderOfUse() {
        #expect(resolved([.field("$topic")], scope) == "0 STRING NOT NULL")
        #expect(resolved([.field("color")], scope) == "1 STRING NOT NULL")
        #expect(resolved([.field("$headers"), .field("k")], scope) == "2 BYTES")
        #expect(resolved([.field("$headers")], scope) == "3 MAP<STRING, BYTES> NOT NULL")
        #expect(resolved([.field("$headers"), .field("k")], scope) == "2 BYTES")
        #expect(scope.columns.map(\.isMetadata) == [true, false, true, true])
    }

    @Test func whatIsNotThereIsSaid() {
        #expect(resolved([.field("$tpic")], scope).hasPrefix(#"unknown; ["$topic""#))
        #expect(resolved([.field("$topic"), .field("a")], scope).contains("has no parts"))
        #expect(resolved([.field("$headers"), .element(0)], scope).contains("$headers['name']"))
        #expect(scope.columns.isEmpty)
    }

    @Test func behindAMapMetadataAreColumnsOnlyIfTheyWereMadeSuch() {
        let behind = SchemaScope(RowSchema([Field(name: "color", type: .string)]))
        #expect(resolved([.field("$topic")], behind).contains("a map with `extend`"))
    }

    @Test func withTombstonesAsRowsNoDeclaredColumnIsNotNull() {
        let scope = SourceScope(
            scope.schema, metadata: Self.metadata, hasRowsWithoutValue: true)
        #expect(resolved([.field("color")], scope) == "0 STRING")
        #expect(resolved([.field("$topic")], scope) == "1 STRING NOT NULL")
        // The decoder still checks the records that have a value.
        #expect(scope.columns[0].isNullable == false)
    }

    private func define(_ change: (inout Sample) -> Void) throws -> PipelineDefinition {
        let result = lint(Sample.with(change))
        #expect(result.places == [])
        return try #require(result.definition)
    }

    @Test func theKeyOfTheSourceCanBeTheKeyOfTheSink() throws {
        let definition = try define { $0.sinks += "\n    key: $key" }
        let source = definition.sources[0]
        #expect(definition.sinks[0].kafka?.key == .column(index: 1, name: "$key", type: .bytes))
        #expect(source.columns[1].path == [.field("$key")])
        #expect(!source.readsHeaders)
        #expect(source.valueColumns.map(\.path.pathText) == ["weight", "color", "place"])
    }

    @Test func severalTopicsAreOneSource() throws {
        let definition = try define {
            $0.sources = $0.sources.replacing("topic: events", with: "topics: [a, b]")
        }
        #expect(definition.sources[0].kafka?.topics == ["a", "b"])
        #expect(PipelineExplanation.text(definition).contains("kafka topics a, b (main)"))
    }

    @Test func aPatternMatchesWholeNames() throws {
        let definition = try define {
            $0.sources = $0.sources.replacing("topic: events", with: "topic_pattern: 'events-.+'")
        }
        let pattern = try #require(definition.sources[0].kafka?.topicPattern)
        #expect(pattern.matches("events-1"))
        #expect(!pattern.matches("events-") && !pattern.matches("my-events-1"))
        #expect(definition.sources[0].kafka?.topics == [])
        #expect(PipelineExplanation.text(definition).contains("kafka topics like events-.+ (main)"))
    }

    @Test(arguments: [(nil, 300_000), ("0", 0), ("2 s", 2000)] as [(String?, Int64)])
    func newPartitionsAreLookedForAsInFlink(given: String?, expected: Int64) throws {
        let definition = try define {
            if let given { $0.sources += "\n    partition_discovery_interval: \(given)" }
        }
        #expect(definition.sources[0].kafka?.discoveryIntervalMilliseconds == expected)
    }

    @Test(arguments: [("json", nil, "fail"), ("raw", nil, "row"), ("json", "drop", "drop")])
    func tombstonesAreRowsByDefaultOnlyWhereTheFormatIsRaw(
        format: String, given: String?, expected: String
    ) throws {
        let definition = try define {
            if format == "raw" {
                $0.sources = "  events: { type: kafka, connection: main, topic: a, format: raw }"
                $0.transforms = "  kept: { type: map, input: events, select: { a: value } }"
            }
            if let given { $0.sources += "\n    tombstones: \(given)" }
        }
        #expect(definition.sources[0].kafka?.tombstones.rawValue == expected)
    }
}
