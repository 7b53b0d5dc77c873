// KafkaConnector
