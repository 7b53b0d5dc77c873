internal import CRDKafka

extension KafkaConfiguration {
    /// librdkafka's version, as `2.0.2`.
    package static var libraryVersion: String { String(cString: rd_kafka_version_str()) }

    /// The property whose name is most like `name`; nil if none is near.
    package static func nearestProperty(to name: String) -> String? {
        ClientPropertyCatalogue.shared.nearestName(to: name)
    }
}
