internal import Expression
internal import StreamCore
internal import YAML

extension FieldDecoder {
    func scalar(_ place: Place, as type: FieldType) -> DecodedValue? {
        guard let scalar = place.node.scalar else {
            report(
                .wrongType, place,
                "`\(place.name)` must be \(Self.name(of: type)), not \(place.node.kindText)")
            return nil
        }
        if case .expression = type { return expression(place, scalar) }
        guard let value = interpolated(place, scalar) else { return nil }
        guard let content = content(value.text, place, as: type) else { return nil }
        var decoded = DecodedValue(content: content, node: place.node, path: place.path)
        decoded.isSecret = !value.secrets.isEmpty
        decoded.isLiteral = !value.isReplaced
        return decoded
    }

    private func expression(_ place: Place, _ scalar: YAMLScalar) -> DecodedValue? {
        guard !scalar.isNull, !scalar.text.isEmpty else {
            report(.wrongType, place, "`\(place.name)` must be an expression, not nothing")
            return nil
        }
        return DecodedValue(content: .expression, node: place.node, path: place.path)
    }

    private func interpolated(_ place: Place, _ scalar: YAMLScalar) -> Interpolation.Value? {
        do throws(Interpolation.Failure) {
            let value = try interpolation.resolve(scalar.text)
            value.secrets.forEach(addSecret)
            return value
        } catch {
            let positions = ScalarPositions(of: place.node, in: collector.source)
            let start = positions.mark(atUTF8Offset: error.utf8Offset)
            report(
                error.code, at: YAMLRange(start: start, end: max(start, place.node.range.end)),
                path: place.path, error.message, help: error.help)
            return nil
        }
    }

    /// - Returns: Nil after reporting why not.
    private func content(
        _ text: String, _ place: Place, as type: FieldType
    ) -> DecodedValue.Content? {
        switch type {
        case .text(let rule): self.text(text, place, rule)
        case .integer(let range): integer(text, place, range)
        case .number(let range): number(text, place, range)
        case .boolean: boolean(text, place)
        case .duration(let range, let bareNumbers): duration(text, place, range, bareNumbers)
        case .choice(let choices): choice(text, place, choices)
        case .sqlType: sqlType(text, place)
        default: nil
        }
    }

    private static func name(of type: FieldType) -> String {
        switch type {
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .duration: "a duration"
        case .choice(let choices): "one of " + names(choices)
        case .expression: "an expression"
        case .sqlType: "an SQL type"
        default: "a text"
        }
    }

    private static func names(_ choices: [Choice]) -> String {
        choices.filter(\.isAvailable).map { "`\($0.name)`" }.joined(separator: ", ")
    }

    private func text(
        _ text: String, _ place: Place, _ rule: TextRule
    ) -> DecodedValue.Content? {
        if place.node.scalar?.isNull == true {
            report(.wrongType, place, "`\(place.name)` must be a text, not nothing")
            return nil
        }
        if let wanted = rule.violation(text) {
            report(
                .badIdentifier, place,
                "`\(place.name)` is `\(Self.excerpt(text))`; it must be \(wanted)")
            return nil
        }
        return .text(text)
    }

    private func integer(
        _ text: String, _ place: Place, _ range: ClosedRange<Int64>
    ) -> DecodedValue.Content? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
            report(
                .wrongType, place,
                "`\(place.name)` must be a whole number, not `\(Self.excerpt(text))`")
            return nil
        }
        guard let value = Int64(text), range.contains(value) else {
            return outOfRange(text, place, "\(range.lowerBound)", "\(range.upperBound)")
        }
        return .integer(value)
    }

    private func number(
        _ text: String, _ place: Place, _ range: ClosedRange<Double>
    ) -> DecodedValue.Content? {
        guard let value = Double(text), value.isFinite else {
            report(
                .wrongType, place, "`\(place.name)` must be a number, not `\(Self.excerpt(text))`")
            return nil
        }
        guard range.contains(value) else {
            return outOfRange(text, place, "\(range.lowerBound)", "\(range.upperBound)")
        }
        return .number(value)
    }

    private func outOfRange(
        _ text: String, _ place: Place, _ low: String, _ high: String
    ) -> DecodedValue.Content? {
        report(
            .outOfRange, place,
            "`\(place.name)` is \(Self.excerpt(text)); it must be in \(low) ... \(high)")
        return nil
    }

    private func boolean(_ text: String, _ place: Place) -> DecodedValue.Content? {
        switch text {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default:
            report(
                .wrongType, place,
                "`\(place.name)` must be true or false, not `\(Self.excerpt(text))`")
            return nil
        }
    }

    private func duration(
        _ text: String, _ place: Place, _ range: ClosedRange<Int64>, _ bareNumbers: Bool
    ) -> DecodedValue.Content? {
        // Only where a field may go back in time.
        let isNegative = range.lowerBound < 0 && text.trimmingSpaces().hasPrefix("-")
        let amount = isNegative ? String(text.trimmingSpaces().dropFirst()) : text
        switch DurationText.parse(amount, bareNumbers: bareNumbers).map({ isNegative ? -$0 : $0 }) {
        case .success(let value) where range.contains(value): return .milliseconds(value)
        case .success:
            return outOfRange(
                text, place, DurationText.text(milliseconds: range.lowerBound),
                DurationText.text(milliseconds: range.upperBound))
        case .failure(let failure):
            let (reason, help) = Self.explain(failure, text)
            report(
                .badDuration, place, "`\(place.name)` is `\(Self.excerpt(text))`, \(reason)",
                help: help)
            return nil
        }
    }

    private static func explain(_ failure: DurationText.Failure, _ text: String) -> (String, String)
    {
        let forms = "write 500 ms, 10 s, 15 min, 1 h, 7 d, or ISO 8601: PT10S"
        switch failure {
        case .notADuration: return ("which is not a duration", forms)
        case .unknownUnit(let unit): return ("and there is no unit `\(excerpt(unit))`", forms)
        case .unitMissing:
            return (
                "a number without a unit",
                "\(excerpt(text)) s, \(excerpt(text)) ms or \(excerpt(text)) min?"
            )
        case .negative: return ("and a duration cannot be negative", forms)
        case .overflow: return ("which is longer than 292 million years", forms)
        case .tooFine: return ("which is finer than a millisecond", forms)
        }
    }

    private func choice(
        _ text: String, _ place: Place, _ choices: [Choice]
    ) -> DecodedValue.Content? {
        // Flink reads enumerations in any case.
        let wanted = text.lowercased()
        let found = choices.first {
            $0.name.lowercased() == wanted || $0.aliases.contains(wanted)
        }
        guard let found else {
            report(
                .notAllowed, place,
                "`\(place.name)` is `\(Self.excerpt(text))`; it must be one of \(Self.names(choices))",
                help: Spelling.nearest(text, among: choices.map(\.name)).map {
                    "did you mean `\($0)`?"
                })
            return nil
        }
        guard found.isAvailable else {
            report(
                .notAvailable, place,
                "`\(place.name): \(found.name)` is not available in this version",
                help: "there are: " + Self.names(choices))
            return nil
        }
        return .text(found.name)
    }

    private func sqlType(_ text: String, _ place: Place) -> DecodedValue.Content? {
        do throws(SQLTypeText.Failure) {
            let (type, isNullable) = try SQLTypeText.parse(text)
            return .type(type, isNullable: isNullable)
        } catch {
            let positions = ScalarPositions(of: place.node, in: collector.source)
            let start = positions.mark(atUTF8Offset: error.utf8Offset)
            report(
                .badSQLType, at: YAMLRange(start: start, end: max(start, place.node.range.end)),
                path: place.path, "column `\(place.name)`: \(error.message)", help: error.help)
            return nil
        }
    }
}
