/// What there is to say about a sink's records besides key and value.
extension PipelineFacts {
    /// A line for each part that the file asks for.
    static func record(_ record: SinkRecord) -> [String] {
        var lines: [String] = []
        switch record.headers {
        case .none: break
        case .passThrough: lines.append("headers as they came")
        case .fields(let fields):
            lines += fields.map { "header \($0.name) = \(oneLine($0.text))" }
        }
        if let timestamp = record.timestamp {
            lines.append("timestamp \(oneLine(timestamp.text))")
        }
        switch record.partitioner {
        case .murmur2: break
        case .subtask: lines.append("partition: one for each subtask")
        case .fixed(let partition): lines.append("partition \(partition)")
        case .column(let column): lines.append("partition \(column.name)")
        }
        if let tombstone = record.tombstoneWhen {
            lines.append("tombstone when \(oneLine(tombstone.text))")
        }
        return lines
    }
}
