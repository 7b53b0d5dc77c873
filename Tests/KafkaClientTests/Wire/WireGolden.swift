import StreamCore

@testable import KafkaClient

/// Bytes that Kafka 4.3.1 received and sent, taken from a broker by a client written for that
/// alone.
enum WireGolden {
    static let apiVersionsRequest =
        "0000001f001200030000120300086d696c6c7261636500096d696c6c72616365023100"
    static let metadataRequest =
        "0000002d0003000b0000030b00086d696c6c72616365000200000000000000000000000000000000"
        + "05626f757400000000"
    static let metadata =
        "0000030b000000000002000000010a3132372e302e302e31000052080000174e71556a6a694174545a"
        + "69666f6e31394e4256482d770000000102000005626f75748338611a487e4e308225d68d99ddaff8"
        + "00050000000000000000000100000000020000000102000000010100000000000001000000010000"
        + "000002000000010200000001010000000000000200000001000000000200000001020000000101"
        + "000000000000030000000100000000020000000102000000010100800000000000"
    static let findCoordinatorRequest =
        "0000001b000a000100000a0100086d696c6c726163650006676f6c642d3001"
    static let findCoordinator =
        "00000a0100000000000000044e4f4e450000000100093132372e302e302e3100005208"
    static let initProducerIDRequest =
        "0000001e001600010000160100086d696c6c726163650006676f6c642d300000ea60"
    static let initProducerID = "00001601000000000000000000000000006c0000"
    static let endTransactionRequest =
        "00000025001a000100001a0100086d696c6c726163650006676f6c642d300000000000001267000301"
    static let endTransaction = "00001a01000000000031"
    static let describeRequest = "0000001c004100000000410000086d696c6c72616365000207676f6c642d3000"
    static let describe =
        "00004100000000000002000007676f6c642d3006456d7074790000ea60ffffffffffffffff"
        + "000000000000006c0000010000"
    static let describeUnknown =
        "000041000000000000020069076e6f626f6479010000000000000000000000000000000000000000"
        + "0000010000"
    static let offsetFetchRequest =
        "00000026000900070000090700086d696c6c726163650005676f6c640205626f75740200000000000100"
    static let offsetFetch =
        "0000090700000000000205626f75740200000000ffffffffffffffffffffffff0100000000000000"

    static let addPartitionsRequest =
        "00000036001800010000180100086d696c6c726163650006676f6c642d30ffffffffffffffffffff"
        + "000000010004626f75740000000100000000"
    static let addPartitions = "0000180100000000000000010004626f757400000001000000000010"
    /// Of two partitions; the other topic does not exist.
    static let addPartitionsUnknown =
        "0000180100000000000000020004626f75740000000100000000003700046e6f706500000001000000"
        + "000003"
    static let describeProducersRequest =
        "00000020003d000000003d0000086d696c6c72616365000205626f757402000000000000"
    /// An idempotent producer, and a transactional one whose transaction has ended.
    static let describeProducers =
        "00003d0000000000000205626f757402000000000000000300000000000000000000000000000000"
        + "000001a214ea9193ffffffffffffffffffffffff0000000000000000010000000000000000000001a2"
        + "14ea96cf00000000ffffffffffffffff00000000"

    static func bytes(_ hex: String) -> [UInt8] {
        var result: [UInt8] = []
        var rest = Substring(hex)
        while !rest.isEmpty {
            result.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return result
    }

    static func correlation(_ api: WireAPI, _ version: Int16) -> Int32 {
        Int32(api.rawValue) << 8 | Int32(version)
    }

    /// The frame of a request as the connection sends it.
    static func frame<Request: WireRequest>(_ request: Request) -> [UInt8] {
        request.frame(
            correlation: correlation(Request.api, Request.version),
            clientID: WireConnection.clientID)
    }

    static func decode<Request: WireRequest>(
        _ type: Request.Type, _ bytes: [UInt8]
    ) throws(WireError) -> Request.Response {
        try type.response(bytes, correlation: correlation(type.api, type.version))
    }

    /// Every answer, with the decoding of it.
    static let answers:
        [(name: String, bytes: [UInt8], decode: @Sendable ([UInt8]) throws -> Void)] = [
            ("Metadata", bytes(metadata), { _ = try decode(MetadataRequest.self, $0) }),
            (
                "FindCoordinator", bytes(findCoordinator),
                { _ = try decode(FindCoordinatorRequest.self, $0) }
            ),
            (
                "InitProducerId", bytes(initProducerID),
                { _ = try decode(InitProducerIDRequest.self, $0) }
            ),
            ("EndTxn", bytes(endTransaction), { _ = try decode(EndTransactionRequest.self, $0) }),
            (
                "DescribeTransactions", bytes(describe),
                { _ = try decode(DescribeTransactionsRequest.self, $0) }
            ),
            (
                "AddPartitionsToTxn", bytes(addPartitionsUnknown),
                { _ = try decode(AddPartitionsToTransactionRequest.self, $0) }
            ),
            (
                "DescribeProducers", bytes(describeProducers),
                { _ = try decode(DescribeProducersRequest.self, $0) }
            ),
            ("OffsetFetch", bytes(offsetFetch), { _ = try decode(OffsetFetchRequest.self, $0) }),
            ("ApiVersions", apiVersions, { _ = try decode(ApiVersionsRequest.self, $0) }),
        ]

    /// Two APIs, and a tagged field as brokers send for their features.
    static let apiVersions: [UInt8] = bytes(
        "00001203" + "0000" + "03" + "0012000000" + "0400" + "001a0000000500" + "00000000"
            + "01" + "0103aabbcc")
}
