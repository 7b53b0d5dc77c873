internal import CSimdJSON
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// What happens to documents that cannot be decoded; off the record path.
extension JSONDecoder {
    /// Drops the failed rows, or throws the first one's error.
    func settle(_ failureCount: Int, _ raw: RawRecordBatch) throws {
        guard errorPolicy == .drop else {
            throw error(failures[0], raw)
        }
        deselect(failureCount)
        counters.dropped.add(failureCount, ordering: .relaxed)
    }

    /// Failures are ascending by row, as the selection is: one merge.
    private func deselect(_ failureCount: Int) {
        let rows = batch.selection.rows
        var kept = 0
        var failure = 0
        for row in 0..<Int32(batch.rowCount) {
            if failure < failureCount, failures[failure].row == row {
                failure += 1
            } else {
                rows[kept] = row
                kept += 1
            }
        }
        batch.selection.count = kept
    }

    private func error(_ failure: csimdjson_failure, _ raw: RawRecordBatch) -> RecordError {
        let row = Int(failure.row)
        let value = raw.values[row]
        let code = RecordFailureCode(csimdjson_code(rawValue: UInt32(failure.code)))
        return RecordError(
            code: code.rawValue, place: raw.place(ofRow: row), operatorID: operatorID,
            message: message(failure, code, value))
    }

    private func message(
        _ failure: csimdjson_failure, _ code: RecordFailureCode, _ value: ByteSlice
    ) -> String {
        let what = description(code, failure, value)
        guard !value.isAbsent, value.count > 0 else { return what }
        return "\(what), at byte \(failure.position) of \(value.count): "
            + Excerpt.text(of: value, around: Int(failure.position))
    }

    private func description(
        _ code: RecordFailureCode, _ failure: csimdjson_failure, _ value: ByteSlice
    ) -> String {
        let column = failure.column < 0 ? nil : columns[Int(failure.column)]
        let field = column.map { "field \($0.pathText)" } ?? "the value"
        let type = column.map { "\($0.field.type)" } ?? ""
        switch code {
        case .malformed: return "the value is not one well-formed JSON object"
        case .missingField: return "\(field) is \(type) NOT NULL but missing or null"
        case .typeMismatch: return "\(field) is not a \(type)"
        case .numberOutOfRange:
            return "\(field) is out of the range of \(type.isEmpty ? "a number" : type)"
        case .tooDeep: return "the JSON has more than \(JSONDecoder.depthMax) levels"
        case .notUTF8: return "the value is not UTF-8"
        case .noValue:
            return value.isAbsent
                ? "the record is a tombstone; format json needs a JSON object"
                : "the value is empty; format json needs a JSON object"
        case .tooLong:
            return "the value is longer than \(JSONDecoder.documentByteCountMax) bytes"
        }
    }
}

extension RecordFailureCode {
    init(_ code: csimdjson_code) {
        switch code {
        case CSIMDJSON_MISSING: self = .missingField
        case CSIMDJSON_TYPE: self = .typeMismatch
        case CSIMDJSON_RANGE: self = .numberOutOfRange
        case CSIMDJSON_TOO_DEEP: self = .tooDeep
        case CSIMDJSON_NOT_UTF8: self = .notUTF8
        case CSIMDJSON_NO_VALUE: self = .noValue
        case CSIMDJSON_TOO_LONG, CSIMDJSON_NO_MEMORY: self = .tooLong
        default: self = .malformed
        }
    }
}

extension JSONColumn {
    /// `customer.lines[0].id`, for messages.
    var pathText: String {
        var text = ""
        for step in path {
            switch step {
            case .field(let name): text += text.isEmpty ? name : ".\(name)"
            case .element(let index): text += "[\(index)]"
            }
        }
        return text
    }
}
