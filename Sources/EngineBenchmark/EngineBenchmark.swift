import Formats
import StreamAPI
import StreamCore

/// The engine without Kafka: decodes the same records over and over, works on them and encodes the
/// results, in one thread.
struct EngineBenchmark {
    let workload: Workload
    let batchCount: Int

    func run() throws {
        let rows = RecordBatch.rowCapacityDefault
        let input = (0..<EngineBenchmark.inputBatchCount).map {
            InputRecords.batch($0, rows: rows, as: workload.text)
        }
        let decoder = try workload.decoder()
        let operators = try workload.operators()
        let output = EncodedOutput(workload)
        for number in 0..<batchCount {
            let batch = try decoder.decode(input[number % input.count])
            let watermark = setEventTimes(of: batch, round: number / input.count)
            try BenchmarkChain(operators[...], output).emit(batch)
            if let watermark {
                try operators[0].processWatermark(
                    watermark, into: BenchmarkChain(operators[1...], output))
            }
        }
        print(
            "\(workload.rawValue): \(batchCount * rows) records, \(output.byteCount) bytes written")
    }

    /// Batches made up front: 20,480 records, of which the later rounds repeat the keys.
    private static let inputBatchCount = 10

    /// Event times go on rising from round to round.
    ///
    /// - Returns: The last row's; nil if the workload has none.
    private func setEventTimes(of batch: RecordBatch, round: Int) -> Watermark? {
        guard let column = workload.eventTimeColumn, batch.rowCount > 0 else { return nil }
        let times = Column(type: .timestampLTZ, capacity: batch.rowCapacity)
        let roundMilliseconds = round * EngineBenchmark.inputBatchCount * batch.rowCapacity
        for row in 0..<batch.rowCount {
            times.integers[row] = batch.columns[column].integers[row] + Int64(roundMilliseconds)
        }
        batch.eventTimes = times
        return Watermark(rawValue: times.integers[batch.rowCount - 1])
    }
}

/// Operators in a row, then the output.
final class BenchmarkChain: OperatorOutput {
    private let operators: ArraySlice<any StreamOperator>
    private let output: any BatchOutput

    init(_ operators: ArraySlice<any StreamOperator>, _ output: any BatchOutput) {
        self.operators = operators
        self.output = output
    }

    func emit(_ batch: RecordBatch) throws {
        guard let first = operators.first else { return try output.emit(batch) }
        try first.process(batch, into: BenchmarkChain(operators.dropFirst(), output))
    }

    func emit(_ batch: RecordBatch, to port: OutputPort) {}
    func isConsumed(_ port: OutputPort) -> Bool { false }
}

/// Encodes what comes and drops it.
final class EncodedOutput: BatchOutput {
    private let workload: Workload
    private var encoders: [any RowEncoder] = []
    private let rows = EncodedRows(capacity: RecordBatch.rowCapacityDefault)
    private(set) var byteCount = 0

    init(_ workload: Workload) { self.workload = workload }

    func emit(_ batch: RecordBatch) throws {
        if encoders.isEmpty { encoders = workload.encoders(batch.schema) }
        for encoder in encoders {
            encoder.encode(batch, into: rows)
            for row in 0..<rows.count { byteCount &+= rows.slices[row].count }
        }
    }
}
