internal import Expression
internal import StreamCore
internal import YAML

extension PipelineChecker {
    /// Parses one expression of the file.
    ///
    /// - Returns: Nil after reporting every error at its place in the file.
    func syntax(_ value: DecodedValue) -> SyntaxNode? {
        guard let text = value.node.scalar?.text else { return nil }
        do throws(ExpressionErrors) {
            let syntax = try ExpressionParser.parse(text)
            if !syntax.volatileCalls.isEmpty { volatileExpressions.append((value, syntax)) }
            return syntax
        } catch {
            report(error, in: value)
            return nil
        }
    }

    /// Parses and types an expression over the rows of `stream`.
    func expression(
        _ value: DecodedValue, named name: String, in stream: RowStream,
        expecting type: LogicalType? = nil
    ) -> NamedExpression? {
        guard let syntax = syntax(value) else { return nil }
        do throws(ExpressionErrors) {
            let typed = try ExpressionChecker.check(
                syntax, in: stream.scope, expecting: type, timeZone: configuration.timeZone)
            try refuseInterval(typed)
            return NamedExpression(
                name: name, expression: typed, text: value.node.scalar?.text ?? "",
                position: start(of: value))
        } catch {
            report(error, in: value)
            return nil
        }
    }

    /// An item of an aggregate's `select`.
    func aggregateItem(
        _ entry: DecodedEntry, in stream: RowStream, keys: [Field], isWindowed: Bool
    ) -> AggregateDefinition.Item? {
        guard let syntax = syntax(entry.value) else { return nil }
        do throws(ExpressionErrors) {
            let item = try ExpressionChecker.checkAggregate(
                syntax, in: stream.scope, keys: keys, isWindowed: isWindowed,
                timeZone: configuration.timeZone)
            try refuseInterval(item.result)
            return AggregateDefinition.Item(
                name: entry.key, item: item, text: entry.value.node.scalar?.text ?? "",
                position: start(of: entry.value))
        } catch {
            report(error, in: entry.value)
            return nil
        }
    }

    /// An INTERVAL is a value of expressions: no format writes one.
    private func refuseInterval(_ typed: TypedExpression) throws(ExpressionErrors) {
        guard typed.type == .intervalDayTime || typed.type == .intervalYearMonth else { return }
        throw ExpressionErrors([
            ExpressionError(
                .unexpectedType, "a column cannot be \(typed.type)", range: typed.range,
                help: "CAST it to STRING, or count units with TIMESTAMPDIFF")
        ])
    }

    /// The expression that is one column of the stream and nothing else.
    func columnExpression(
        _ name: String, in stream: RowStream, position: FilePosition
    ) -> NamedExpression? {
        let quoted = "\"" + name.replacing("\"", with: "\"\"") + "\""
        guard let syntax = try? ExpressionParser.parse(quoted),
            let typed = try? ExpressionChecker.check(syntax, in: stream.scope)
        else { return nil }
        return NamedExpression(name: name, expression: typed, text: quoted, position: position)
    }

    private func start(of value: DecodedValue) -> FilePosition {
        let positions = ScalarPositions(of: value.node, in: decoder.collector.source)
        return decoder.collector.position(positions.mark(atUTF8Offset: 0))
    }

    func report(_ errors: ExpressionErrors, in value: DecodedValue) {
        let positions = ScalarPositions(of: value.node, in: decoder.collector.source)
        let text = value.node.scalar?.text ?? ""
        for error in errors.errors {
            let start = positions.mark(atUTF8Offset: error.range.lowerBound)
            let end = positions.mark(atUTF8Offset: error.range.upperBound)
            let help =
                text.contains("${")
                ? "variables are not replaced inside expressions; add a column or a constant"
                : error.help
            decoder.collector.report(
                expressionCode: error.code.rawValue,
                at: YAMLRange(start: start, end: max(start, end)), path: value.path, error.message,
                help: help)
        }
    }
}
