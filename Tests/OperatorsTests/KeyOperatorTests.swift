import Expression
import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import Operators

/// Rows through the exchange of a `key` and its subtasks.
@Suite struct KeyOperatorTests {
    private static let groupCount = 16
    private let counters = RecordCounters()

    private func typed(_ key: String) throws -> TypedExpression {
        try ExpressionChecker.check(ExpressionParser.parse(key), in: SchemaScope(aggregateInput))
    }

    /// By subtask the rows that come out.
    private func route(
        _ batches: [RecordBatch], by key: String, parallelism: Int, _ policy: ErrorPolicy = .fail
    ) throws -> [[[Cell]]] {
        let selector = KeySelector([try typed(key)], maxParallelism: Self.groupCount)
        let outputs = (0..<parallelism).map { _ in CollectingOutput() }
        let subtasks = try outputs.map { _ in
            let made = KeyOperator(
                keys: [try typed(key)], maxParallelism: Self.groupCount, errorPolicy: policy,
                counters: counters)
            try made.open(MapFixture.context("by_key"), restored: nil)
            return made
        }
        let groups = UnsafeMutablePointer<UInt16>.allocate(capacity: 1000)
        defer { groups.deallocate() }
        for batch in batches where batch.selection.count > 0 {
            selector.assignKeyGroups(of: batch, into: groups)
            for subtask in subtasks.indices {
                let rows = (0..<batch.selection.count).filter {
                    KeyGroup.subtask(
                        ofGroup: Int(groups[$0]), groupCount: Self.groupCount,
                        parallelism: parallelism) == subtask
                }.map { batch.selection.rows[$0] }
                guard !rows.isEmpty else { continue }
                try subtasks[subtask].process(
                    rows.withUnsafeBufferPointer { batch.copy(rows: $0) }, into: outputs[subtask])
            }
        }
        return outputs.map(\.rows)
    }

    @Test(arguments: [1, 2, 5])
    func allRowsComeThroughAndThoseOfOneKeyInOrderInOneSubtask(parallelism: Int) throws {
        var random = AggregateRandom(state: UInt64(parallelism))
        var sent: [[Cell]] = []
        let batches = (0..<10).map { _ in
            let rows = (0..<60).map { _ -> [Cell] in
                let key = Int.random(in: 0..<9, using: &random)
                let cells: [Cell] = [
                    key == 0 ? .null : .text("key-\(key)"), .integer(Int64(sent.count)), .null,
                    .null,
                    .null, .null,
                ]
                sent.append(cells)
                return cells
            }
            return batch(aggregateInput, rows)
        }
        let received = try route(batches, by: "k", parallelism: parallelism)
        for key in Set(sent.map { $0[0] }) {
            let owners = received.filter { $0.contains { $0[0] == key } }
            #expect(owners.count == 1)
            #expect(owners.first?.filter { $0[0] == key } == sent.filter { $0[0] == key })
        }
        #expect(received.joined().count == sent.count)
        #expect(parallelism == 1 || received.filter { !$0.isEmpty }.count > 1)
    }

    @Test func aRowWithoutAKeyIsDroppedOrFailsTheJob() throws {
        let rows: [[Cell]] = ["1", "x", "2"].map { [.text($0), .null, .null, .null, .null, .null] }
        let kept = try route(
            [batch(aggregateInput, rows)], by: "CAST(k AS INT)", parallelism: 2, .drop)
        #expect(Set(kept.joined().map { $0[0] }) == [.text("1"), .text("2")])
        #expect(counters.dropped.load(ordering: .relaxed) == 1)
        let error = #expect(throws: RecordError.self) {
            try route([batch(aggregateInput, rows)], by: "CAST(k AS INT)", parallelism: 2)
        }
        #expect(error?.code == "E2103")
        #expect(error?.place.description == "events[1]@1001")
    }
}
