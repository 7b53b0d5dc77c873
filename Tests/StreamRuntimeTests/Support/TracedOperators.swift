import StreamAPI
import StreamCore
import Synchronization

@testable import StreamRuntime

/// What happened in a chain, in order.
final class Trace: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    func take() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}

/// Writes every call down, passes rows on, and emits one row of its own for a watermark, at the end,
/// and to a side output.
final class TracedOperator: StreamOperator {
    private let name: String
    private let trace: Trace
    /// Rows whose key is odd go there.
    private let oddPort: OutputPort?

    init(_ name: String, _ trace: Trace, oddPort: OutputPort? = nil) {
        self.name = name
        self.trace = trace
        self.oddPort = oddPort
    }

    func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        trace.add("\(name) rows \(batch.keyTexts)")
        guard let oddPort else { return try output.emit(batch) }
        let keys = batch.columns[0].integers
        let rows = (0..<batch.selection.count).map { batch.selection.rows[$0] }
        try output.emit(batch.narrowed(to: rows.filter { keys[Int($0)] % 2 == 0 }))
        try output.emit(batch.narrowed(to: rows.filter { keys[Int($0)] % 2 != 0 }), to: oddPort)
    }

    func processWatermark(_ watermark: Watermark, into output: any OperatorOutput) throws {
        let text = watermark == .max ? "max" : "\(watermark.rawValue)"
        trace.add("\(name) watermark \(text)")
        if watermark == Watermark(rawValue: 7) { try output.emit(.keys([70])) }
    }

    func endInput(into output: any OperatorOutput) throws {
        trace.add("\(name) end")
        try output.emit(.keys([99]))
    }
}

final class TracedSink: SinkWriter {
    private let name: String
    private let trace: Trace
    init(_ name: String, _ trace: Trace) {
        self.name = name
        self.trace = trace
    }
    func write(_ batch: RecordBatch) throws { trace.add("\(name) rows \(batch.keyTexts)") }
    func barrier(_ barrier: CheckpointBarrier) throws {}
    var cancel: @Sendable () -> Void { {} }
    func close() {}
}

extension RecordBatch {
    static func keys(_ keys: [Int64]) -> RecordBatch {
        let batch = RecordBatch(schema: MemoryDecoder.schema, rowCapacity: max(1, keys.count))
        for (row, key) in keys.enumerated() { batch.columns[0].integers[row] = key }
        batch.rowCount = keys.count
        batch.selection.selectAll(keys.count)
        for row in 0..<keys.count {
            batch.origin.keys[row] = .absent
            batch.origin.values[row] = .absent
            batch.origin.partitions[row] = 0
            batch.origin.offsets[row] = Int64(row)
            batch.origin.timestamps[row] = 0
        }
        return batch
    }

    var selectedKeys: [Int64] {
        (0..<selection.count).map { columns[0].integers[Int(selection.rows[$0])] }
    }
    var keyTexts: String { selectedKeys.map { "\($0)" }.joined(separator: ",") }

    /// The same batch with other rows selected.
    func narrowed(to rows: [Int32]) -> RecordBatch {
        for (index, row) in rows.enumerated() { selection.rows[index] = row }
        selection.count = rows.count
        return self
    }
}
