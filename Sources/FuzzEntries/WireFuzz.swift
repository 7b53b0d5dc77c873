internal import KafkaClient

/// Answers of brokers.
///
/// Invariants: no bytes trap; every request says of them whether they are its answer; the same bytes
/// get the same verdicts.
enum WireFuzz {
    static func run(_ bytes: [UInt8]) {
        let verdicts = WireAnswers.read(bytes)
        precondition(WireAnswers.read(bytes) == verdicts, "one answer, two verdicts")
    }
}
