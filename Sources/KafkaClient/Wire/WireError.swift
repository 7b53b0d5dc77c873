/// Why a raw request got no usable answer. None of these says anything about what the broker did.
package enum WireError: Error, Hashable, Sendable {
    /// Fewer bytes are left than the value needs.
    case truncated(offset: Int, wanted: Int, remaining: Int)
    /// A length or count that is negative, or above its cap.
    case badLength(offset: Int, length: Int64, cap: Int)
    case notUTF8(offset: Int)
    /// Bytes remain where the message ends.
    case trailing(offset: Int, remaining: Int)
    /// The answer belongs to another request.
    case wrongCorrelation(expected: Int32, received: Int32)
    /// The broker does not speak the version that this client needs.
    case unsupportedVersion(api: WireAPI, wanted: Int16, brokerMin: Int16, brokerMax: Int16)
    /// The answer has another shape than asked for: a topic or an id is missing from it.
    case unexpected(String)
    case unresolved(host: String, reason: String)
    case connect(address: String, reason: String)
    case timedOut(address: String, during: String)
    case closed(address: String)
    case input(address: String, reason: String)
    /// The broker closed or refused the exchange with an error code.
    case broker(code: Int16, during: String)
}

extension WireError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated(let offset, let wanted, let remaining):
            "answer cut short at byte \(offset): \(wanted) bytes wanted, \(remaining) left"
        case .badLength(let offset, let length, let cap):
            "answer has length \(length) at byte \(offset), the cap is \(cap)"
        case .notUTF8(let offset): "answer has text that is not UTF-8 at byte \(offset)"
        case .trailing(let offset, let remaining):
            "answer has \(remaining) bytes behind its end at byte \(offset)"
        case .wrongCorrelation(let expected, let received):
            "answer is to request \(received), not \(expected)"
        case .unsupportedVersion(let api, let wanted, let brokerMin, let brokerMax):
            "broker speaks \(api) v\(brokerMin) to v\(brokerMax), v\(wanted) is needed"
                + " (Kafka 3.0 or later)"
        case .unexpected(let what): "answer does not fit the question: \(what)"
        case .unresolved(let host, let reason): "host \(host): \(reason)"
        case .connect(let address, let reason): "connect to \(address): \(reason)"
        case .timedOut(let address, let during): "\(address): no \(during) in time"
        case .closed(let address): "\(address): the broker closed the connection"
        case .input(let address, let reason): "\(address): \(reason)"
        case .broker(let code, let during): "\(during): \(KafkaErrorName.of(Int32(code)))"
        }
    }
}
