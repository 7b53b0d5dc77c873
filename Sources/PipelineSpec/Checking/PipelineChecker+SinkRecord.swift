internal import Expression
internal import StreamCore
internal import YAML

/// What a sink says of its records' headers, timestamp, partition and tombstones.
extension PipelineChecker {
    /// - Returns: Nil after reporting.
    func record(_ object: DecodedObject, _ stream: RowStream) -> SinkRecord? {
        let timestamp = object["timestamp"].map { value in
            expression(value, named: "timestamp", in: stream, expecting: .timestampLTZ)
        }
        let tombstone = object["tombstone_when"].map { value in
            expression(value, named: "tombstone_when", in: stream, expecting: .boolean)
        }
        let headers = headers(object, stream)
        let partitioner = partitioner(object, stream)
        if case .some(.none) = timestamp { return nil }
        if case .some(.none) = tombstone { return nil }
        guard let headers, let partitioner else { return nil }
        return SinkRecord(
            headers: headers, timestamp: timestamp ?? nil, partitioner: partitioner,
            tombstoneWhen: tombstone ?? nil)
    }

    // MARK: Headers

    private func headers(_ object: DecodedObject, _ stream: RowStream) -> SinkRecord.Headers? {
        guard let value = object["headers"] else { return SinkRecord.Headers.none }
        guard let entries = value.map else { return passedOn(value, stream) }
        let made = entries.compactMap { header($0, stream) }
        return made.count == value.node.entries?.count ? .fields(made) : nil
    }

    private func header(_ entry: DecodedEntry, _ stream: RowStream) -> NamedExpression? {
        guard let made = expression(entry.value, named: entry.key, in: stream) else { return nil }
        guard made.expression.type == .string || made.expression.type == .bytes else {
            decoder.report(
                .badSinkExpression, at: entry.value.node.range, path: entry.value.path,
                "the header `\(FieldDecoder.excerpt(entry.key))` is \(made.expression.type); a "
                    + "header is STRING or BYTES",
                help: "CAST(.. AS STRING)")
            return nil
        }
        return made
    }

    private func passedOn(_ value: DecodedValue, _ stream: RowStream) -> SinkRecord.Headers? {
        guard !stream.headerSources.isEmpty else {
            decoder.report(
                .headersNotPassed, at: value.node.range, path: value.path,
                "`headers: pass_through` needs rows that are still records of a source; behind an "
                    + "operator that repartitions or unites rows, a row has no headers of its own",
                help:
                    "take the headers along as columns: extend: { trace: $headers['trace'] }, and "
                    + "write headers: { trace: trace }")
            return nil
        }
        passedHeaderSources.formUnion(stream.headerSources)
        return .passThrough
    }

    // MARK: Partitions

    private func partitioner(
        _ object: DecodedObject, _ stream: RowStream
    ) -> SinkRecord.Partitioner? {
        guard let value = object["partitioner"] else { return .murmur2 }
        guard let choice = value.object else { return value.text == "fixed" ? .subtask : .murmur2 }
        switch (choice["column"], choice["fixed"]) {
        case (let column?, nil): return partitionColumn(column, stream).map { .column($0) }
        case (nil, let fixed?):
            return fixed.integer.map { .fixed(Int32(truncatingIfNeeded: $0)) }
        default:
            if choice.isComplete {
                decoder.report(
                    .conflictingKeys, at: value.node.range, path: value.path,
                    "`partitioner` as a mapping has either `column` or `fixed`")
            }
            return nil
        }
    }

    private func partitionColumn(_ value: DecodedValue, _ stream: RowStream) -> NamedExpression? {
        guard let name = value.text else { return nil }
        guard
            let made = columnExpression(name, in: stream, position: position(value.node.range))
        else {
            reportUnknownColumn(name, value, stream)
            return nil
        }
        guard made.expression.type == .int || made.expression.type == .bigint else {
            decoder.report(
                .badSinkExpression, at: value.node.range, path: value.path,
                "the column `\(FieldDecoder.excerpt(name))` is \(made.expression.type); a "
                    + "partition is INT or BIGINT",
                help: "make a column of the number by a map before the sink")
            return nil
        }
        return made
    }
}
