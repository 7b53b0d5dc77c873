import Expression
import PipelineSpec
import StreamCore
import Testing

/// What a sink says of headers, timestamp, partition and tombstones.
@Suite struct SinkRecordTests {
    private func define(_ change: (inout Sample) -> Void) throws -> PipelineDefinition {
        let result = lint(Sample.with(change))
        #expect(result.places == [])
        return try #require(result.definition)
    }

    @Test func withoutAWordRecordsAreKeyAndValue() throws {
        let record = try #require(define { _ in }.sinks[0].kafka).record
        guard case .none = record.headers, case .murmur2 = record.partitioner else {
            Issue.record("\(record)")
            return
        }
        #expect(record.timestamp == nil && record.tombstoneWhen == nil)
    }

    @Test func everyPartIsAnExpressionOverTheInput() throws {
        let definition = try define {
            $0.sinks += """

                    headers: { color: UPPER(color), from: '"$topic"' }
                    timestamp: '"$timestamp"'
                    partitioner: { column: $partition }
                    tombstone_when: weight IS NULL
                """
        }
        let record = try #require(definition.sinks[0].kafka).record
        guard case .fields(let headers) = record.headers,
            case .column(let partition) = record.partitioner
        else {
            Issue.record("\(record)")
            return
        }
        #expect(headers.map(\.name) == ["color", "from"])
        #expect(partition.expression.type == .int)
        #expect(record.timestamp?.expression.type == .timestampLTZ)
        #expect(record.tombstoneWhen?.expression.type == .boolean)
        #expect(!definition.sources[0].readsHeaders)
        let text = PipelineExplanation.text(definition)
        for part in [
            "header color = UPPER(color)", "timestamp \"$timestamp\"", "partition $partition",
            "tombstone when weight IS NULL",
        ] { #expect(text.contains(part), "\(part)\nis not in\n\(text)") }
    }

    @Test func passedHeadersAreReadAtTheirSourceAlsoThroughFiltersAndMaps() throws {
        let definition = try define {
            $0.transforms += """

                  mapped:
                    type: map
                    input: kept
                    select: { color: color }
                """
            $0.sinks =
                $0.sinks.replacing("input: kept", with: "input: mapped")
                + "\n    headers: pass_through"
        }
        #expect(definition.sources[0].readsHeaders)
        let record = try #require(definition.sinks[0].kafka).record
        guard case .passThrough = record.headers else {
            Issue.record("\(record)")
            return
        }
    }

    @Test(arguments: [("fixed", "subtask"), ("default", "murmur2"), ("{ fixed: 3 }", "fixed(3)")])
    func partitionersHaveTheNamesOfFlinkAndKafka(text: String, expected: String) throws {
        let definition = try define { $0.sinks += "\n    partitioner: \(text)" }
        let kafka = try #require(definition.sinks[0].kafka)
        #expect("\(kafka.record.partitioner)" == expected)
    }
}
