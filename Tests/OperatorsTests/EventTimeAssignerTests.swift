import Expression
import Operators
import StreamAPI
import StreamCore
import Synchronization
import Testing

@Suite struct EventTimeAssignerTests {
    private let counters = RecordCounters()

    private func assigner(
        _ text: String, _ type: LogicalType, policy: ErrorPolicy = .fail
    ) throws -> EventTimeAssigner {
        let scope = SchemaScope(RowSchema([Field(name: "t", type: type)]))
        let typed = try ExpressionChecker.check(ExpressionParser.parse(text), in: scope)
        return EventTimeAssigner(
            typed, errorPolicy: policy, operatorID: OperatorID(rawValue: "in"), counters: counters)
    }

    private func batch(_ type: LogicalType, _ values: [Int64?]) -> RecordBatch {
        let batch = RecordBatch(
            schema: RowSchema([Field(name: "t", type: type)]), rowCapacity: values.count)
        let column = batch.columns[0]
        for (row, value) in values.enumerated() {
            column.integers[row] = value ?? -7
            column.validity[row] = value == nil ? 0 : 1
            batch.origin.partitions[row] = 0
            batch.origin.offsets[row] = Int64(row)
        }
        column.hasNulls = values.contains(nil)
        batch.rowCount = values.count
        batch.selection.selectAll(values.count)
        return batch
    }

    private func times(_ batch: RecordBatch) throws -> [Int64] {
        let times = try #require(batch.eventTimes)
        #expect(times.type == .timestampLTZ)
        return (0..<batch.selection.count).map { times.integers[Int(batch.selection.rows[$0])] }
    }

    @Test(arguments: [LogicalType.bigint, .timestamp, .timestampLTZ])
    func `Milliseconds of each type are the event time`(type: LogicalType) throws {
        let batch = batch(type, [5, -3, 9])
        batch.selection.remove(row: 1)
        try assigner("t", type).assign(batch)
        #expect(try times(batch) == [5, 9])
    }

    @Test func `A row without event time fails the job with its place`() throws {
        let batch = batch(.bigint, [5, nil])
        let error = #expect(throws: RecordError.self) { try assigner("t", .bigint).assign(batch) }
        #expect(error?.code == "E2106")
        #expect(error?.place.offset.rawValue == 1)
    }

    @Test func `Where it is dropped the others go on, and it is counted`() throws {
        let batch = batch(.bigint, [nil, 5, nil, 6])
        try assigner("t", .bigint, policy: .drop).assign(batch)
        #expect(try times(batch) == [5, 6])
        #expect(counters.dropped.load(ordering: .relaxed) == 2)
    }

    @Test func `An expression that fails for a row is an error of that row`() throws {
        let batch = batch(.bigint, [0, 2])
        try assigner("10 / t", .bigint, policy: .drop).assign(batch)
        #expect(try times(batch) == [5])
    }
}
