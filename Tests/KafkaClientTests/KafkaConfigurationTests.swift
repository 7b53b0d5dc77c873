import KafkaClient
import Testing

@Suite struct KafkaConfigurationTests {
    private func problem(_ property: String, _ value: String = "1") -> KafkaConfigurationProblem? {
        KafkaConfiguration.check(property: property, value: value)
    }

    @Test(arguments: [
        ("bootstrap.servers", "a:9092,b:9092"), ("client.id", "x"), ("linger.ms", "5"),
        ("compression.type", "lz4"), ("security.protocol", "SASL_SSL"),
        ("sasl.password", "p@ss word"), ("ssl.ca.location", "/etc/ssl/ca.pem"),
        ("fetch.message.max.bytes", "1000000"), ("max.in.flight", "5"), ("debug", "broker,topic"),
        ("bootstrap.servers", "[::1]:9092, [::1], a, PLAINTEXT://b"),
    ])
    func ordinaryPropertiesPass(property: String, value: String) {
        #expect(problem(property, value) == nil)
    }

    @Test(arguments: [
        "plugin.library.paths", "ssl.engine.location", "sasl.kerberos.kinit.cmd",
        "offset.store.path", "opaque", "error_cb", "log_cb", "ssl_key", "ssl_certificate",
        "interceptors",
    ])
    func propertiesThatActOnTheHostAreDenied(property: String) {
        #expect(problem(property)?.kind == .denied)
    }

    @Test(arguments: [
        "transactional.id", "enable.idempotence", "acks", "request.required.acks",
        "isolation.level", "auto.offset.reset", "enable.auto.commit", "enable.auto.offset.store",
        "group.instance.id", "transaction.timeout.ms", "check.crcs", "group.id",
        "enable.partition.eof", "delivery.report.only.error", "queuing.strategy",
    ])
    func propertiesOfTheRunnerAreItsOwn(property: String) {
        #expect(problem(property)?.kind == .ownedByRunner)
    }

    @Test(arguments: [
        ("linger", "linger.ms"), ("lingr.ms", "linger.ms"),
        ("bootstrap.server", "bootstrap.servers"),
        ("compresion.type", "compression.type"), ("sasl.mechansim", "sasl.mechanism"),
    ])
    func unknownPropertyNamesTheNearestOne(property: String, nearest: String) {
        #expect(problem(property)?.kind == .unknown)
        #expect(problem(property)?.message == "unknown client property \"\(property)\"")
        #expect(problem(property)?.help == "did you mean \"\(nearest)\"?")
    }

    @Test func propertyOfTheJavaClientIsUnknownAndFarFromAll() {
        let found = problem("value.deserializer.specific.avro.reader")
        #expect(found?.kind == .unknown)
        #expect(found?.help.contains("librdkafka") == true)
    }

    @Test(arguments: [
        ("linger.ms", "999999999999"), ("linger.ms", "soon"), ("security.protocol", "telnet"),
        ("compression.type", "winzip"), ("socket.keepalive.enable", "perhaps"),
        ("max.in.flight", "6"), ("debug", "broker,all"), ("bootstrap.servers", "a:9092,b:99999"),
        ("bootstrap.servers", "a:0"), ("bootstrap.servers", "a:"), ("bootstrap.servers", "a:x"),
    ])
    func badValueIsRefusedAndNeverRepeated(property: String, value: String) {
        let found = problem(property, value)
        #expect(found?.kind == .invalidValue)
        #expect(found?.message == "the value of client property \"\(property)\" is not valid")
        #expect(found?.help.contains(value) == false)
    }

    @Test func rangeIsInTheHelp() {
        #expect(problem("linger.ms", "-5")?.help == "allowed: 0 .. 900000")
    }

    @Test func longNamesAreCutInMessages() {
        let name = String(repeating: "x", count: 100_000)
        #expect((problem(name)?.message.utf8.count ?? .max) < 200)
    }

    @Test func configurationNeedsABroker() {
        for properties in [[:], ["bootstrap.servers": " , "], ["client.id": "x"]] {
            do {
                _ = try KafkaConfiguration(properties: properties)
                Issue.record("\(properties) was accepted")
            } catch {
                #expect(error.kind == .configuration)
                #expect(error.context.contains("bootstrap.servers"))
            }
        }
    }

    @Test func firstBadPropertyByNameIsReportedWithoutItsValue() {
        do {
            _ = try KafkaConfiguration(properties: [
                "zzz": "1", "bootstrap.servers": "a:1", "sasl.pasword": "hunter2",
            ])
            Issue.record("unknown properties were accepted")
        } catch {
            #expect(error.context.contains("\"sasl.pasword\""))
            #expect(error.context.contains("did you mean \"sasl.password\"?"))
            #expect(!error.description.contains("hunter2"))
        }
    }

    @Test func valueWithANULIsRefused() {
        #expect(problem("client.id", "a\u{0}b")?.kind == .invalidValue)
    }

    /// A client that librdkafka refuses to make says so without a value either.
    @Test func refusedClientIsAConfigurationErrorWithoutValues() throws {
        let configuration = try KafkaConfiguration(properties: [
            "bootstrap.servers": "a:1", "security.protocol": "ssl",
            "ssl.key.location": "/no/such/hunter2.pem", "ssl.key.password": "hunter3",
        ])
        do {
            _ = try KafkaAdmin(configuration: configuration)
            Issue.record("a key that is not there was accepted")
        } catch {
            #expect(error.kind == .configuration)
            #expect(error.description.contains("ssl.key.location"))
            #expect(!error.description.contains("hunter"))
        }
    }
}
