package import StreamCore

/// The few raw requests that librdkafka cannot send: commit another process's transaction, fence an
/// id, describe it, read the marker, find and end transactions that hang.
///
/// - Threading: any thread, several at a time.
/// - Blocking: each call at most ``Options/timeoutMilliseconds``; within it the coordinator is
///   looked up again and the request repeated. Host name look-ups have the system's time-outs.
/// - Source: Kafka's protocol guide, and docs/checkpoint-protocol.md for what the answers mean.
package final class TransactionResolver: Sendable {
    package struct Options: Sendable {
        /// Longest time one call may take, with its repeats.
        package var timeoutMilliseconds: Int64 = 10_000
        /// Longest wait for one answer, the connection included.
        package var requestTimeoutMilliseconds: Int64 = 5_000
        /// First pause before a repeat; doubled up to one second.
        package var backOffMilliseconds: Int64 = 20
        package init() {}
    }

    /// The coordinator's answer to EndTxn(commit, v1).
    package enum EndTransactionReply: Hashable, Sendable {
        case committed
        /// 47, 48, 49, 90: not committed by this request; does **not** prove an abort.
        case refused(code: Int16)
        /// No answer that decides anything within the time; ask again.
        case unanswered(reason: String)
        /// An ACL is missing; asking again does not help.
        case denied(reason: String)
    }

    /// The coordinator's answer to InitProducerId.
    package enum FenceReply: Hashable, Sendable {
        case fenced(producerID: ProducerID, epoch: ProducerEpoch)
        /// An error that repeating does not mend, as 50 (the time-out is above the broker's).
        case refused(code: Int16)
        case unanswered(reason: String)
        /// An ACL is missing; asking again does not help.
        case denied(reason: String)
    }

    /// DescribeTransactions of one id.
    package struct Description: Hashable, Sendable {
        /// Kafka's names, as `Ongoing`; nil when the id is unknown (105).
        package let state: String?
        package let producerID: ProducerID
        package let epoch: ProducerEpoch
        package let timeoutMilliseconds: Int64
        /// Wall clock of the broker at the first write; -1 if none.
        package let startTimeMilliseconds: Int64
    }

    /// OffsetFetch with require_stable of one partition of a group.
    package enum MarkerReply: Hashable, Sendable {
        case absent
        case offset(Int64, metadata: String)
        /// A transaction on the group is open (88).
        case unstable
        /// No usable answer; ask again.
        case unavailable(reason: String)
        /// An ACL is missing; asking again does not help.
        case denied(reason: String)
    }

    let cluster: WireCluster
    let options: Options
    /// Of the addresses asked first, for messages.
    private let bootstrapServers: String

    /// - Parameter connect: How a broker is reached; PLAINTEXT over TCP unless a test says
    ///   otherwise.
    /// - Throws: Kind `configuration` for a `security.protocol` other than PLAINTEXT, and for
    ///   `bootstrap.servers` without a usable address. No connection is made.
    package init(
        configuration: KafkaConfiguration, options: Options = Options(),
        connect: WireConnect? = nil
    ) throws(KafkaError) {
        let securityProtocol = configuration.value(of: "security.protocol") ?? "plaintext"
        guard connect != nil || securityProtocol.lowercased() == "plaintext" else {
            throw KafkaConfiguration.error(
                "security.protocol: exactly_once is built for PLAINTEXT connections only")
        }
        let bootstrap = WireAddress.list(configuration.bootstrapServers)
        guard !bootstrap.isEmpty else {
            throw KafkaConfiguration.error("bootstrap.servers has no address of the form host:port")
        }
        bootstrapServers = configuration.bootstrapServers
        self.options = options
        cluster = WireCluster(
            bootstrap: bootstrap, options: options, connect: connect ?? Self.connectTCP)
    }

    private static let connectTCP: WireConnect = { broker, deadline throws(WireError) in
        try TCPTransport.connect(to: broker, deadline: deadline)
    }

    /// Sends EndTxn(commit, v1) for a transaction that another process may have opened. Idempotent.
    package func endTransaction(
        transactionalID: String, producerID: ProducerID, epoch: ProducerEpoch
    ) -> EndTransactionReply {
        send(
            EndTransactionRequest(
                transactionalID: transactionalID, producerID: producerID, epoch: epoch,
                commits: true))
    }

    func send(_ request: EndTransactionRequest) -> EndTransactionReply {
        send(request, of: request.transactionalID)
    }

    /// A request whose answer is one code, to the coordinator of an id.
    func send<Request: WireRequest>(
        _ request: Request, of transactionalID: String
    ) -> EndTransactionReply where Request.Response == Int16 {
        let outcome = cluster.ask(coordinatorOf: .transaction(transactionalID), request) {
            code -> WireCluster.Verdict<EndTransactionReply> in
            if code == 0 { return .decided(.committed) }
            if RetriableCode.contains(code) { return .retry(code: code) }
            if Self.refusals.contains(Int32(code)) { return .decided(.refused(code: code)) }
            let reason = Self.text("\(Request.api)", code)
            return .decided(
                Self.isDenial(code) ? .denied(reason: reason) : .unanswered(reason: reason))
        }
        switch outcome {
        case .decided(let reply): return reply
        case .refused(let code):
            let reason = Self.text("FindCoordinator", code)
            return Self.isDenial(code) ? .denied(reason: reason) : .unanswered(reason: reason)
        case .unanswered(let reason): return .unanswered(reason: reason)
        }
    }

    private static func isDenial(_ code: Int16) -> Bool {
        KafkaError.Kind.of(Int32(code)) == .unauthorized
    }

    /// The coordinator's answers that say "not by this request".
    private static let refusals: Set<Int32> = [
        KafkaErrorCode.invalidProducerEpoch, KafkaErrorCode.invalidTransactionState,
        KafkaErrorCode.invalidProducerIDMapping, KafkaErrorCode.producerFenced,
    ]

    /// Aborts whatever is open under the id and raises its epoch, by InitProducerId v1.
    ///
    /// While the abort is under way the coordinator answers 51; that is repeated until it is done.
    package func fence(
        transactionalID: String, transactionTimeoutMilliseconds: Int32
    ) -> FenceReply {
        let request = InitProducerIDRequest(
            transactionalID: transactionalID, timeoutMilliseconds: transactionTimeoutMilliseconds)
        let outcome = cluster.ask(coordinatorOf: .transaction(transactionalID), request) {
            answer -> WireCluster.Verdict<FenceReply> in
            let code = answer.errorCode
            if code == 0 {
                return .decided(.fenced(producerID: answer.producerID, epoch: answer.epoch))
            }
            // 47 and 90: another one fences at this moment; the next try is above it.
            let isBusy = Self.refusals.contains(Int32(code)) || RetriableCode.contains(code)
            return isBusy ? .retry(code: code) : .decided(Self.noFence("InitProducerId", code))
        }
        switch outcome {
        case .decided(let reply): return reply
        case .refused(let code): return Self.noFence("FindCoordinator", code)
        case .unanswered(let reason): return .unanswered(reason: reason)
        }
    }

    private static func noFence(_ api: String, _ code: Int16) -> FenceReply {
        isDenial(code) ? .denied(reason: text(api, code)) : .refused(code: code)
    }

    /// The coordinator's view of an id, by DescribeTransactions v0.
    ///
    /// - Throws: `unauthorized`; `timedOut` when there was no usable answer.
    package func describe(transactionalID: String) throws(KafkaError) -> Description {
        let request = DescribeTransactionsRequest(transactionalID: transactionalID)
        let what = "description of transactional id \"\(transactionalID)\""
        let outcome = cluster.ask(coordinatorOf: .transaction(transactionalID), request) {
            answer -> WireCluster.Verdict<DescribeTransactionsRequest.Response> in
            RetriableCode.contains(answer.errorCode)
                ? .retry(code: answer.errorCode) : .decided(answer)
        }
        let answer = try decided(outcome, what)
        let isUnknown = Int32(answer.errorCode) == KafkaErrorCode.transactionalIDNotFound
        guard answer.errorCode == 0 || isUnknown else { throw Self.error(answer.errorCode, what) }
        guard answer.transactionalID == transactionalID else {
            throw Self.error(-1, "\(what): the answer is about another id")
        }
        return Description(
            state: isUnknown ? nil : answer.state, producerID: answer.producerID,
            epoch: answer.epoch, timeoutMilliseconds: Int64(answer.timeoutMilliseconds),
            startTimeMilliseconds: answer.startTimeMilliseconds)
    }

    /// The group's offset of one partition, by OffsetFetch v7 with require_stable.
    ///
    /// An open transaction on it is answered at once, not waited for.
    package func readMarker(group: String, place: TopicPartition) -> MarkerReply {
        let request = OffsetFetchRequest(
            group: group, topic: place.topic, partition: place.partition.rawValue)
        let outcome = cluster.ask(coordinatorOf: .group(group), request) {
            answer -> WireCluster.Verdict<MarkerReply> in
            switch Int32(answer.errorCode) {
            case 0: return .decided(Self.marker(answer, place))
            case KafkaErrorCode.unstableOffsetCommit: return .decided(.unstable)
            default:
                if RetriableCode.contains(answer.errorCode) {
                    return .retry(code: answer.errorCode)
                }
                return .decided(Self.noMarker("OffsetFetch", answer.errorCode))
            }
        }
        switch outcome {
        case .decided(let reply): return reply
        case .refused(let code): return Self.noMarker("FindCoordinator", code)
        case .unanswered(let reason): return .unavailable(reason: reason)
        }
    }

    private static func noMarker(_ api: String, _ code: Int16) -> MarkerReply {
        let reason = text(api, code)
        return isDenial(code) ? .denied(reason: reason) : .unavailable(reason: reason)
    }

    private static func marker(
        _ answer: OffsetFetchRequest.Response, _ place: TopicPartition
    ) -> MarkerReply {
        guard answer.topic == place.topic, answer.partition == place.partition.rawValue else {
            return .unavailable(reason: "OffsetFetch: the answer is about another partition")
        }
        // -1 alone means "none"; another negative number is no answer at all.
        if answer.offset == -1 { return .absent }
        guard answer.offset >= 0 else {
            return .unavailable(reason: "OffsetFetch: offset \(answer.offset)")
        }
        return .offset(answer.offset, metadata: answer.metadata)
    }

    /// The topic's id as 16 bytes, which changes when it is deleted and made again, by Metadata
    /// v11.
    ///
    /// - Returns: Nil for a broker that gives none.
    /// - Throws: `unknownTopic`, `unauthorized`; `timedOut` when there was no usable answer.
    package func topicID(_ topic: String) throws(KafkaError) -> [UInt8]? {
        let what = "id of topic \"\(topic)\""
        let outcome = cluster.askAny(MetadataRequest(topics: [topic])) {
            answer -> WireCluster.Verdict<MetadataRequest.Topic?> in
            guard let found = answer.topics.first, answer.topics.count == 1 else {
                return .decided(nil)
            }
            return RetriableCode.contains(found.errorCode)
                ? .retry(code: found.errorCode) : .decided(found)
        }
        guard let answer = try decided(outcome, what), answer.name == topic else {
            throw Self.error(-1, "\(what): the answer is about another topic")
        }
        guard answer.errorCode == 0 else { throw Self.error(answer.errorCode, what) }
        return answer.id.allSatisfy { $0 == 0 } ? nil : answer.id
    }

    func decided<Value>(
        _ outcome: WireCluster.Outcome<Value>, _ what: String
    ) throws(KafkaError) -> Value {
        switch outcome {
        case .decided(let value): return value
        case .refused(let code): throw Self.error(code, what)
        case .unanswered(let reason):
            throw KafkaError(
                .timedOut, code: KafkaErrorCode.requestTimedOut, isRetriable: true,
                context: "\(what) from \(bootstrapServers): \(reason)")
        }
    }

    static func error(_ code: Int16, _ what: String) -> KafkaError {
        KafkaError(.of(Int32(code)), code: Int32(code), context: what)
    }

    private static func text(_ api: String, _ code: Int16) -> String {
        "\(api): \(KafkaErrorName.of(Int32(code)))"
    }
}
