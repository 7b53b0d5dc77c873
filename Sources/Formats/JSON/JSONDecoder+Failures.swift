internal import CSimdJSON
internal import StreamCore

/// What the C decoder says of documents; off the record path.
extension JSONDecoder {
    func settle(_ failure: csimdjson_failure, _ records: UnsafePointer<ByteSlice>) {
        let row = Int(failure.row)
        guard !failed.isOut(row) else { return }
        if absent != .fails, records[row].isAbsent { return setNull(row) }
        failed.add(
            RecordFailure(
                row: failure.row,
                code: RecordFailureCode(csimdjson_code(rawValue: UInt32(failure.code))),
                column: failure.column < 0 ? nil : Int(failure.column),
                position: Int(failure.position)))
    }

    private func setNull(_ row: Int) {
        for (index, column) in ownColumns.enumerated() {
            column.validity[row] = 0
            column.hasNulls = true
            guard absent == .isNull, !columns[index].field.isNullable else { continue }
            failed.add(RecordFailure(row: Int32(row), code: .missingField, column: index))
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
