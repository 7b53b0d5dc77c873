import StreamCore
import Testing

@testable import KafkaClient

@Suite struct TransactionResolverTests {
    /// A script that answers EndTxn and the like with `reply`, and everything before it well.
    private func broker(
        _ reply: @escaping @Sendable (_ request: FakeBroker.Request, _ nth: Int) -> FakeBroker.Reply
    ) -> FakeBroker {
        FakeBroker { request, nth in
            switch request.api {
            case .apiVersions: FakeBroker.apiVersions()
            case .findCoordinator: FakeBroker.coordinator()
            default: reply(request, nth)
            }
        }
    }

    private func end(_ resolver: TransactionResolver) -> TransactionResolver.EndTransactionReply {
        resolver.endTransaction(
            transactionalID: "id-0", producerID: ProducerID(rawValue: 7),
            epoch: ProducerEpoch(rawValue: 2))
    }

    private let place = TopicPartition(topic: "out", partition: PartitionIndex(rawValue: 0))

    @Test func commitIsSentOnceToTheCoordinatorAsV1() throws {
        let broker = broker { _, _ in FakeBroker.code(0) }
        #expect(end(try broker.resolver()) == .committed)
        #expect(broker.requests.map(\.api) == [.findCoordinator, .endTransaction])
        #expect(broker.requests.last?.version == 1)
        #expect(broker.requests.last?.broker == WireAddress(host: "c", port: 1))
    }

    /// 51 is PrepareCommit: another commit of the same transaction is under way.
    @Test(arguments: [51, 14, 15, 16, 7, 13, -1] as [Int16])
    func transientCodesAreRepeatedWithTheCoordinatorFoundAgain(code: Int16) throws {
        let broker = broker { _, nth in FakeBroker.code(nth < 2 ? code : 0) }
        #expect(end(try broker.resolver()) == .committed)
        let once: [WireAPI] = [.findCoordinator, .endTransaction]
        #expect(broker.requests.map(\.api) == once + once + once)
    }

    @Test(arguments: [47, 48, 49, 90] as [Int16])
    func refusalsAreGivenBackAtOnce(code: Int16) throws {
        let broker = broker { _, _ in FakeBroker.code(code) }
        #expect(end(try broker.resolver()) == .refused(code: code))
        #expect(broker.requests.count { $0.api == .endTransaction } == 1)
    }

    @Test func missingPermissionIsNotRepeated() throws {
        let broker = broker { _, _ in FakeBroker.code(53) }
        let expected = TransactionResolver.EndTransactionReply.denied(
            reason: "EndTxn: TRANSACTIONAL_ID_AUTHORIZATION_FAILED")
        #expect(end(try broker.resolver()) == expected)
        #expect(broker.requests.count { $0.api == .endTransaction } == 1)
    }

    @Test func lostConnectionLateAnswerAndSilenceAreRepeatedOnANewConnection() throws {
        let broker = broker { _, nth in
            switch nth {
            case 0: .close
            case 1: .silence
            // The right shape with another request's number.
            case 2: .raw(WireGolden.bytes("0000000a00001a0500000000" + "0000"))
            case 3: .raw([0x7F, 0xFF, 0xFF, 0xFF])
            case 4: .raw([0xFF, 0xFF, 0xFF, 0xFF])
            default: FakeBroker.code(0)
            }
        }
        #expect(end(try broker.resolver()) == .committed)
        #expect(broker.requests.count { $0.api == .endTransaction } == 6)
        // After each failure the connection was given up: one to the bootstrap, six to the other.
        #expect(broker.all.count { $0.api == .apiVersions } == 7)
    }

    @Test func callEndsWithItsTimeAndSaysTheLastReason() throws {
        let broker = broker { _, _ in FakeBroker.code(51) }
        let reply = end(try broker.resolver(timeoutMilliseconds: 20))
        #expect(
            reply
                == .unanswered(
                    reason: "EndTxn: CONCURRENT_TRANSACTIONS"))
    }

    @Test func versionFiveAloneIsNeverSpoken() throws {
        let broker = FakeBroker { request, _ in
            request.api == .apiVersions
                ? FakeBroker.apiVersions(endTransactionMin: 5) : FakeBroker.coordinator()
        }
        guard case .unanswered(let reason) = end(try broker.resolver()) else {
            Issue.record("something was sent")
            return
        }
        #expect(reason.contains("v5 to v20, v1 is needed"))
        #expect(!broker.requests.contains { $0.api == .endTransaction })
    }

    @Test func brokerThatKnowsNoApiVersionsV3IsAskedWithV0() throws {
        let broker = FakeBroker { request, _ in
            switch (request.api, request.version) {
            case (.apiVersions, 3):
                return .body(WireGolden.bytes("0023" + "00000001" + "001200000002"))
            case (.apiVersions, _):
                return .body(
                    WireGolden.bytes("0000" + "00000002" + "000a00000001" + "001a00000001"))
            case (.findCoordinator, _): return FakeBroker.coordinator()
            default: return FakeBroker.code(0)
            }
        }
        #expect(end(try broker.resolver()) == .committed)
    }

    @Test func movedCoordinatorIsFollowed() throws {
        let broker = FakeBroker { request, nth in
            switch request.api {
            case .apiVersions: FakeBroker.apiVersions()
            case .findCoordinator: FakeBroker.coordinator(nth == 0 ? "old" : "new")
            default: FakeBroker.code(request.broker.host == "old" ? 16 : 0)
            }
        }
        #expect(end(try broker.resolver()) == .committed)
        let hosts = broker.requests.filter { $0.api == .endTransaction }.map(\.broker.host)
        #expect(hosts == ["old", "new"])
    }

    @Test func deadBootstrapBrokerIsPassedOverAndNotAskedFirstAgain() throws {
        let broker = FakeBroker(down: [WireAddress(host: "a", port: 1)]) { request, _ in
            switch request.api {
            case .apiVersions: FakeBroker.apiVersions()
            case .findCoordinator: FakeBroker.coordinator("b", 2)
            default: FakeBroker.code(0)
            }
        }
        let resolver = try broker.resolver(bootstrap: "a:1,b:2")
        #expect(end(resolver) == .committed)
        #expect(end(resolver) == .committed)
        // Both calls went over the one connection that works.
        #expect(broker.all.count { $0.api == .apiVersions } == 1)
    }

    @Test func noBrokerAtAllNamesTheAddressAndTheReason() throws {
        let broker = FakeBroker(down: [WireAddress(host: "a", port: 1)]) { _, _ in .close }
        guard case .unanswered(let reason) = end(try broker.resolver(timeoutMilliseconds: 10))
        else {
            Issue.record("a dead broker answered")
            return
        }
        #expect(reason.contains("connect to a:1: Connection refused"))
    }

    @Test func fenceRepeatsWhileTheAbortIsUnderWay() throws {
        let broker = broker { _, nth in FakeBroker.producerID(code: nth < 3 ? 51 : 0) }
        let reply = try broker.resolver().fence(
            transactionalID: "id-0", transactionTimeoutMilliseconds: 1)
        #expect(
            reply
                == .fenced(
                    producerID: ProducerID(rawValue: 7), epoch: ProducerEpoch(rawValue: 2)))
        #expect(broker.requests.count { $0.api == .initProducerID } == 4)
    }

    @Test func fenceGivesBackWhatRepeatingDoesNotMend() throws {
        let broker = broker { _, _ in FakeBroker.producerID(code: 50) }
        let reply = try broker.resolver().fence(
            transactionalID: "id-0", transactionTimeoutMilliseconds: 1)
        #expect(reply == .refused(code: 50))
    }

    @Test("a missing ACL is told apart from no answer, also where the coordinator is looked up")
    func denials() throws {
        let producerID = broker { _, _ in FakeBroker.producerID(code: 53) }
        #expect(
            try producerID.resolver().fence(
                transactionalID: "id-0", transactionTimeoutMilliseconds: 1)
                == .denied(reason: "InitProducerId: TRANSACTIONAL_ID_AUTHORIZATION_FAILED"))
        let offset = broker { _, _ in FakeBroker.offset(-1, groupCode: 30) }
        #expect(
            try offset.resolver().readMarker(group: "g", place: place)
                == .denied(reason: "OffsetFetch: GROUP_AUTHORIZATION_FAILED"))
        let lookUp = FakeBroker { request, _ in
            request.api == .apiVersions
                ? FakeBroker.apiVersions() : FakeBroker.coordinator(code: 53)
        }
        #expect(
            end(try lookUp.resolver())
                == .denied(reason: "FindCoordinator: TRANSACTIONAL_ID_AUTHORIZATION_FAILED"))
    }

    @Test func describeKnowsUnknownIDsAndRefusesForeignAnswers() throws {
        let unknown = broker { _, _ in FakeBroker.description("id-0", state: "", code: 105) }
        #expect(try unknown.resolver().describe(transactionalID: "id-0").state == nil)

        let foreign = broker { _, _ in FakeBroker.description("id-1", state: "Ongoing") }
        #expect(throws: KafkaError.self) {
            try foreign.resolver().describe(transactionalID: "id-0")
        }
        let denied = broker { _, _ in FakeBroker.description("id-0", state: "", code: 53) }
        do {
            _ = try denied.resolver().describe(transactionalID: "id-0")
            Issue.record("described without a permission")
        } catch {
            #expect((error as? KafkaError)?.kind == .unauthorized)
        }
    }

    @Test func markerIsReadInItsFourStates() throws {
        func reading(_ reply: FakeBroker.Reply) throws -> TransactionResolver.MarkerReply {
            try broker { _, _ in reply }.resolver(timeoutMilliseconds: 20)
                .readMarker(group: "g", place: place)
        }
        #expect(try reading(FakeBroker.offset(-1)) == .absent)
        #expect(try reading(FakeBroker.offset(42)) == .offset(42, metadata: "m"))
        #expect(try reading(FakeBroker.offset(-1, code: 88)) == .unstable)
        // None of these may pass for "absent".
        let doubtful = [
            FakeBroker.offset(-2), FakeBroker.offset(-1, code: 3), FakeBroker.offset(-1, code: 16),
            .close, .silence,
        ]
        for reply in doubtful {
            guard case .unavailable = try reading(reply) else {
                Issue.record("\(reply) passed for a reading")
                continue
            }
        }
    }

    @Test func anotherPartitionsOffsetIsNoMarker() throws {
        let broker = broker { _, _ in FakeBroker.offset(42) }
        let other = TopicPartition(topic: "out", partition: PartitionIndex(rawValue: 1))
        guard case .unavailable = try broker.resolver().readMarker(group: "g", place: other) else {
            Issue.record("another partition's offset was taken")
            return
        }
    }

    @Test func encryptedConnectionsAreRefusedAtTheStart() throws {
        let configuration = try KafkaConfiguration(
            properties: ["bootstrap.servers": "a:1", "security.protocol": "SSL"])
        do {
            _ = try TransactionResolver(configuration: configuration)
            Issue.record("a resolver without TLS was made for SSL")
        } catch {
            #expect(error.kind == .configuration)
        }
    }
}
