internal import YAML

/// `type: dead_letter` of `sinks`.
extension PipelineChecker {
    func checkDeadLetterSink(_ operatorNode: OperatorGraph.Operator, _ object: DecodedObject) {
        let connection = connection(of: object)
        let guarantee = guarantee(object)
        let maxRate = object["max_rate"].map(self.maxRate)
        checkDistinct(operatorNode.inputs)
        let records = operatorNode.inputs.map(rejectedRecords)
        let found = Set(records.compactMap(\.self).flatMap(\.sources))
        passedHeaderSources.formUnion(found)
        if case .some(.none) = maxRate { return }
        guard !records.isEmpty, records.allSatisfy({ $0 != nil }), object.isComplete,
            operatorNode.mentionedInputs?.count == records.count, let connection
        else { return }
        let deadLetter = DeadLetterDefinition(
            address: TopicAddress(connection: connection.id, topic: object["topic"]?.text ?? ""),
            sources: sources.map(\.id).filter(found.contains), maxRate: maxRate ?? nil)
        sinks.append(
            SinkDefinition(
                id: operatorNode.id, position: position(operatorNode.keyRange),
                inputs: operatorNode.inputs.map(\.address), connector: .deadLetter(deadLetter),
                format: .raw, formatOptions: FormatOptions(), value: .origin, guarantee: guarantee))
    }

    /// - Returns: Nil after reporting.
    private func maxRate(_ value: DecodedValue) -> MaxRate? {
        guard let text = value.text else { return nil }
        if let rate = MaxRate(text) { return rate }
        decoder.report(
            .badRate, at: value.node.range, path: value.path,
            "`\(FieldDecoder.excerpt(text))` is no rate: a share below 100 %, or a number, and a time from "
                + "1 s to 1 d",
            help: "max_rate: 5 % per 1 min, or max_rate: 100 per 1 min")
        return nil
    }

    /// The rows of an output that is named twice would come twice.
    func checkDistinct(_ inputs: [OperatorGraph.Input]) {
        for (index, input) in inputs.enumerated()
        where inputs[..<index].contains(where: { $0.address == input.address }) {
            decoder.report(
                .conflictingKeys, at: input.value.node.range, path: input.value.path,
                "`\(input.address)` is named twice, so each record would come twice",
                help: "remove one of them")
        }
    }

    /// The records of an input's rows.
    ///
    /// - Returns: Nil after reporting, here or before.
    private func rejectedRecords(_ input: OperatorGraph.Input) -> RowRecords? {
        guard let (records, rejection) = rejected(input) else { return nil }
        // Of a row that was made of several records there is nothing to write but why it failed.
        let isGood =
            rejection == .failed ? !records.sources.isEmpty : !records.areSomeMissing
        if isGood { return records }
        decoder.report(
            .noRecord, at: input.value.node.range, path: input.value.path,
            "the rows of `\(input.address)` were made of several records each, behind a window or a "
                + "join: there is no record to write",
            help: "write them as rows, by a sink of type kafka with \(input.address) as its input")
        return nil
    }

    private func rejected(
        _ input: OperatorGraph.Input
    ) -> (RowRecords, RowStream.Rejection)? {
        let producer = graph[input.id]
        if input.address.port == "late", let producer, producer.object?.kind == "join" {
            let streams = producer.inputs.compactMap { self.streams[$0.address.description] }
            guard streams.count == producer.inputs.count else { return nil }
            return (.union(streams.map(\.records)), .late)
        }
        guard let stream = streams[input.address.description] else { return nil }
        if let rejection = stream.rejection { return (stream.records, rejection) }
        decoder.report(
            .notRejected, at: input.value.node.range, path: input.value.path,
            "a dead_letter sink writes records that an operator would not take, from outputs `.errors` "
                + "and `.late`; `\(input.address)` has other rows",
            help: "write rows by a sink of type kafka")
        return nil
    }
}
