import Testing

/// The pipelines that come with the product, run as a reader of the README would run them.
@Suite struct ExampleTests {
    @Test func largeOrdersAreFilteredAndFlattened() throws {
        let example = try Example(file: "large-orders.yaml", topics: ["orders", "large-orders"])
        try example.topic("orders").write(
            lines: """
                o1\t{"order_id":"o1","amount":99.5,"customer":{"id":"c1","city":"Bern"}}
                o2\t{"order_id":"o2","amount":100,"customer":{"id":"c2","city":"Bern"},\
                "items":["pen","ink"],"is_test":false}
                o3\t{"order_id":"o3","amount":2500.25}
                o4\t{"order_id":"o4","amount":700,"is_test":true}
                o5\tnot an order
                o6\t{"order_id":"o6","amount":10000,"customer":{"id":"c6"},"items":[]}

                """)
        try example.runToEnd()
        let rows = try example.topic("large-orders").read().map(\.value)
        #expect(
            Set(rows) == [
                #"{"order_id":"o2","customer_id":"c2","city":"BERN","amount":100.0,"#
                    + #""first_item":"pen","size":"LARGE"}"#,
                #"{"order_id":"o3","customer_id":null,"city":"UNKNOWN","amount":2500.25,"#
                    + #""first_item":null,"size":"BIG"}"#,
                #"{"order_id":"o6","customer_id":"c6","city":"UNKNOWN","amount":10000.0,"#
                    + #""first_item":null,"size":"HUGE"}"#,
            ])
        #expect(rows.count == 3)
    }

    @Test func colorsAreCounted() throws {
        let example = try Example(
            file: "color-counts.yaml", topics: ["events", "results", "events.dlq"])
        let events = ColorEvent.make(count: 1000, seed: 3)
        try example.topic("events").write(lines: events.map(\.line).joined())
        try example.runToEnd()
        let results = try example.topic("results").read()
        #expect(ColorOracle(events: events).judge(results) == .exactlyOnce)
    }
}

/// A shipped pipeline file with its topics, on the shared broker.
private struct Example {
    let file: String
    let scratch: TemporaryFolder
    let broker: Broker

    init(file: String, topics: [String]) throws {
        self.file = file
        scratch = try TemporaryFolder()
        broker = try Broker(sharedBy: scratch)
        try broker.createTopics(topics)
    }

    func topic(_ name: String) -> KafkaTopic {
        KafkaTopic(name: name, bootstrap: broker.bootstrap, scratch: scratch)
    }

    func runToEnd() throws {
        let runner = try ChildProcess(
            [Checkout.millrace, "run", "\(Checkout.root)/pipelines/\(file)", "--stop-at-end"]
                + ["-D", "execution.checkpointing.dir=file://\(scratch.path)/checkpoints"],
            environment: ["KAFKA_BROKERS": broker.bootstrap], outputPath: scratch.path + "/run.log")
        let ending = try runner.waitForEnd()
        #expect(ending == .exited(0), "\(runner.tail())")
    }
}
