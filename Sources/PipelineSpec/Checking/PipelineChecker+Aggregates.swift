internal import Expression
internal import StreamCore
internal import YAML

/// `type: aggregate`.
extension PipelineChecker {
    func aggregate(
        _ object: DecodedObject, _ input: RowStream
    ) -> (TransformDefinition.Kind, RowStream)? {
        let keys = keys(object, input)
        guard let select = object["select"], let items = select.map else { return nil }
        guard let keys else {
            // Which columns are grouped is unknown, but syntax is not.
            for item in items { _ = syntax(item.value) }
            return nil
        }
        let keyFields = keys.map(Self.field)
        let isWindowed = isWindowed(object)
        let window = isWindowed ? window(object, input) : nil
        if !isWindowed { checkRunning(object) }
        let ttl = stateTTL(object, input, isBounded: isWindowed)
        if isWindowed { checkNames(of: keys, object["key"]) }
        let scope = keyFields + (isWindowed ? WindowDefinition.fields : [])
        if items.isEmpty {
            decoder.report(
                .missingKey, at: select.node.range, path: select.path,
                "an aggregate needs at least one column in `select`", help: "total: COUNT(*)")
        }
        var made: [AggregateDefinition.Item] = []
        for entry in items {
            if keys.contains(where: { $0.name == entry.key }) {
                reportColumnTwice(entry.key, at: entry.keyRange, path: entry.value.path)
            }
            if let item = aggregateItem(entry, in: input, keys: scope, isWindowed: isWindowed) {
                made.append(item)
            }
        }
        guard made.count == select.node.entries?.count, areFewEnough(made, select) else {
            return nil
        }
        let itemFields = made.map {
            Field(name: $0.name, type: $0.item.result.type, isNullable: $0.item.result.isNullable)
        }
        return (
            .aggregate(
                AggregateDefinition(
                    keys: keys, items: made, window: window, stateTTLMilliseconds: ttl)),
            Self.output(keyFields + itemFields)
        )
    }

    private func areFewEnough(_ items: [AggregateDefinition.Item], _ select: DecodedValue) -> Bool {
        let count = items.reduce(0) { $0 + $1.item.calls.count }
        guard count > AggregateItem.callCountMax else { return true }
        decoder.report(
            .outOfRange, at: select.node.range, path: select.path,
            "\(count) calls of aggregate functions, more than \(AggregateItem.callCountMax)",
            help: "use two aggregates")
        return false
    }

    func keys(_ object: DecodedObject, _ input: RowStream) -> [NamedExpression]? {
        guard let value = object["key"] else { return nil }
        let keys: [NamedExpression]?
        if value.list?.isEmpty == true || value.node.entries?.isEmpty == true {
            decoder.report(
                .notAvailable, at: value.node.range, path: value.path,
                "one group of all rows, without a key, is not available in this version",
                help: "name a column")
            return nil
        }
        if value.list != nil {
            let place = position(value.node.range)
            keys = inputColumns(value, input)?.compactMap {
                columnExpression($0, in: input, position: place)
            }
        } else {
            keys = expressions(value, in: input)
        }
        for key in keys ?? [] where !Self.isScalar(key.expression.type) {
            decoder.report(
                .badKeyType, at: value.node.range, path: value.path,
                "the key `\(key.name)` is \(key.expression.type), which cannot be compared",
                help: "use a part of it: \(key.name).id")
        }
        return keys
    }

    static func isScalar(_ type: LogicalType) -> Bool {
        switch type {
        case .array, .map, .row, .json: false
        default: true
        }
    }
}
