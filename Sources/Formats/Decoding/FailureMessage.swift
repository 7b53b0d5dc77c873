internal import StreamCore

/// What is wrong with a record, in words; off the record path.
struct FailureMessage {
    /// `json`.
    let format: String
    let part: RecordPart
    let columns: [DecodedColumn]
    /// What the format needs: `a JSON object`.
    let wanted: String

    /// The column concerned, if it is one.
    func field(_ failure: RecordFailure) -> String? { failure.column.map { columns[$0].name } }

    func text(_ failure: RecordFailure, _ value: ByteSlice) -> String {
        let what = description(failure, value)
        guard !value.isAbsent, value.count > 0 else { return what }
        return "\(what), at byte \(failure.position) of \(value.count): "
            + Excerpt.text(of: value, around: failure.position)
    }

    private func description(_ failure: RecordFailure, _ value: ByteSlice) -> String {
        let column = failure.column.map { columns[$0] }
        let field = column.map { "field \($0.name)" } ?? "the \(part.rawValue)"
        let type = column.map { "\($0.type)" } ?? ""
        switch failure.code {
        case .malformed: return malformed(failure.reason)
        case .missingField:
            let isNoKey = part == .key && value.isAbsent
            let reason = isNoKey ? "the record has no key" : "missing or null"
            return "\(field) is \(type) NOT NULL but \(reason)"
        case .typeMismatch: return "\(field) is not a \(type)"
        case .numberOutOfRange:
            return "\(field) is out of the range of \(type.isEmpty ? "a number" : type)"
        case .tooDeep: return "the JSON has more than \(JSONDecoder.depthMax) levels"
        case .notUTF8: return "the \(part.rawValue) is not UTF-8"
        case .noValue: return noValue(value)
        case .tooLong:
            return "the \(part.rawValue) is longer than \(JSONDecoder.documentByteCountMax) bytes"
        }
    }

    private func noValue(_ value: ByteSlice) -> String {
        guard value.isAbsent else {
            return "the \(part.rawValue) is empty; format \(format) needs \(wanted)"
        }
        return part == .key
            ? "the record has no key; format \(format) needs \(wanted)"
            : "the record is a tombstone; format \(format) needs \(wanted)"
    }

    private func malformed(_ reason: RecordFailure.Reason) -> String {
        switch reason {
        case .none: "the \(part.rawValue) is not one well-formed JSON object"
        case .openQuote: "the quoted field has no closing quote"
        case .textBehindQuote: "there is text between a closing quote and the next delimiter"
        case .quoteInField:
            "a quote stands inside a field that does not begin with one; where quotes are text, "
                + "write disable_quote_character: true"
        case .openEscape: "there is nothing behind the escape character"
        case .severalRows: "the \(part.rawValue) has more than one row of CSV"
        case .fieldCount(let found, let expected):
            "the row has \(found) field\(found == 1 ? "" : "s"), the schema \(expected)"
        }
    }
}

/// What messages say of a column.
struct DecodedColumn {
    /// Its place in the record: `customer.lines[0].id`, or its name.
    let name: String
    let type: LogicalType
}
