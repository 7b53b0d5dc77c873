import KafkaClient
import Testing

@Suite struct KafkaErrorTests {
    @Test func descriptionNamesTheCode() {
        let error = KafkaError(.failed, code: 48, context: "commit of id-0")
        #expect(error.description.hasPrefix("commit of id-0 ("))
    }
}
