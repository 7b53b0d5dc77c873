import Expression
import PipelineSpec
import StreamCore
import Testing

@Suite struct ExamplePipelineTests {
    private static let examples = [
        "pipelines/color-counts.yaml", "pipelines/large-orders.yaml",
        "pipelines/orders-with-payments.yaml", "pipelines/order-files.yaml",
    ]

    private func definition(_ name: String) throws -> PipelineDefinition {
        let result = lint(try ProjectFile.text(name))
        #expect(result.places == [])
        return try #require(result.definition)
    }

    @Test(arguments: examples)
    func anExampleHasNoFinding(_ name: String) throws {
        #expect(lint(try ProjectFile.text(name)).places == [])
    }

    @Test func theFirstExampleIsWhatItSays() throws {
        let definition = try definition(Self.examples[0])
        #expect(definition.name == "color-counts")
        let configuration = definition.configuration
        #expect(configuration.parallelism == 2)
        #expect(configuration.maxParallelism == 128)
        #expect(configuration.checkpointing?.intervalMilliseconds == 10_000)
        #expect(configuration.checkpointing?.timeoutMilliseconds == 60_000)
        #expect(configuration.checkpointing?.directory == "/tmp/millrace/checkpoints")
        #expect(configuration.checkpointing?.numRetained == 3)
        #expect(configuration.restartStrategy == .exponentialDelay(.init()))
        #expect(
            definition.connections[0].properties.map(\.value) == ["localhost:9092", "PLAINTEXT"])
        #expect(definition.connections[0].transactionTimeoutMilliseconds == 900_000)
        #expect(definition.sources[0].kafka?.startup == .earliest)
        #expect(definition.transforms.map(\.id) == ["known_colors", "counts"])
        #expect(definition.sinks[0].guarantee == .exactlyOnce)
    }

    @Test func theExamplesHaveDeadLettersOfAllThatTheyReject() throws {
        let colors = try #require(try definition(Self.examples[0]).sinks[1].deadLetter)
        #expect(colors.sources == ["events"])
        #expect(colors.maxRate?.limit == .percent(5))
        let orders = try definition(Self.examples[2])
        #expect(orders.sinks[1].deadLetter?.sources == ["orders", "payments"])
        #expect(
            orders.sinks[1].inputs.map(\.description) == [
                "paid_orders.late", "orders.errors", "payments.errors",
            ])
        #expect(orders.sources.map(\.readsHeaders) == [true, true])
    }

    @Test func onlyUsedColumnsAreExtracted() throws {
        let definition = try definition(Self.examples[2])
        // `payment_id` is declared and not used.
        #expect(
            Set(definition.sources[1].batchSchema.fields.map(\.name)) == [
                "order_id", "amount", "paid_at",
            ])
        #expect(
            definition.sources[1].schema.fields.map(\.name) == [
                "payment_id", "order_id", "amount", "paid_at",
            ])
    }

    @Test func typesFlowThroughAnAggregate() throws {
        let definition = try definition(Self.examples[0])
        #expect(
            definition.transforms[1].schema.fields.map(\.description) == [
                "color STRING NOT NULL", "total BIGINT NOT NULL", "heaviest DOUBLE",
            ])
        #expect(definition.sinks[0].kafka?.key == .column(index: 0, name: "color", type: .string))
        guard case .json(let columns) = definition.sinks[0].value else {
            Issue.record("not JSON")
            return
        }
        #expect(columns.map(\.name) == ["color", "total", "heaviest"])
        #expect(columns.map(\.index) == [0, 1, 2])
    }

    @Test func pathsIntoRowsAndArraysAreColumnsOfTheSource() throws {
        let definition = try definition(Self.examples[1])
        #expect(
            definition.sources[0].batchSchema.fields.map(\.description) == [
                "amount DOUBLE", "is_test BOOLEAN", "order_id STRING NOT NULL",
                "customer.id STRING",
                "customer.city STRING", "items[0] STRING",
            ])
        #expect(definition.sources[0].onError == .drop)
        #expect(
            definition.transforms[1].schema.fields.map(\.name) == [
                "order_id", "customer_id", "city", "amount", "first_item", "size",
            ])
    }
}
