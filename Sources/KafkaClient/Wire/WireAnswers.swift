/// Reads the same bytes as the answer to every request that the resolver sends: for tests of brokers
/// that answer anything.
package enum WireAnswers {
    /// - Parameter bytes: A frame without its length. What it says of its request's number is taken as
    ///   right, so that the answer itself is read.
    /// - Returns: By request, whether the bytes are a sound answer to it.
    package static func read(_ bytes: [UInt8]) -> [String: Bool] {
        var header = WireReader(bytes)
        let correlation = (try? header.read(Int32.self)) ?? 0
        return [
            "ApiVersions": isAnswer(bytes, correlation, to: ApiVersionsRequest.self),
            "ApiVersionsV0": isAnswer(bytes, correlation, to: ApiVersionsV0Request.self),
            "Metadata": isAnswer(bytes, correlation, to: MetadataRequest.self),
            "FindCoordinator": isAnswer(bytes, correlation, to: FindCoordinatorRequest.self),
            "EndTransaction": isAnswer(bytes, correlation, to: EndTransactionRequest.self),
            "InitProducerID": isAnswer(bytes, correlation, to: InitProducerIDRequest.self),
            "DescribeTransactions": isAnswer(
                bytes, correlation, to: DescribeTransactionsRequest.self),
            "OffsetFetch": isAnswer(bytes, correlation, to: OffsetFetchRequest.self),
        ]
    }

    private static func isAnswer<Request: WireRequest>(
        _ bytes: [UInt8], _ correlation: Int32, to request: Request.Type
    ) -> Bool {
        (try? request.response(bytes, correlation: correlation)) != nil
    }
}
