import StreamAPI
import StreamCore

@testable import Operators

/// An aggregate at some parallelism: rows are routed as the exchange does, and the results put back
/// into the order of the input.
final class AggregateCluster {
    private let select: [String]
    private let schema: RowSchema
    private var subtasks: [AggregateFixture]

    init(select: [String], of schema: RowSchema = aggregateInput) throws {
        self.select = select
        self.schema = schema
        subtasks = [try AggregateFixture(select: select, of: schema)]
    }

    func process(_ input: RecordBatch) throws -> [[Cell]] {
        let count = input.selection.count
        guard count > 0 else { return [] }
        let selector = KeySelector(
            subtasks[0].definition.keys.map(\.expression),
            maxParallelism: AggregateFixture.groupCount)
        let groups = UnsafeMutablePointer<UInt16>.allocate(capacity: count)
        defer { groups.deallocate() }
        selector.assignKeyGroups(of: input, into: groups)
        var results = [[Cell]](repeating: [], count: count)
        for (subtask, fixture) in subtasks.enumerated() {
            let indices = (0..<count).filter {
                KeyGroup.subtask(
                    ofGroup: Int(groups[$0]), groupCount: AggregateFixture.groupCount,
                    parallelism: subtasks.count) == subtask
            }
            let rows = indices.map { input.selection.rows[$0] }
            guard !rows.isEmpty else { continue }
            let part = rows.withUnsafeBufferPointer { input.copy(rows: $0) }
            for (index, cells) in zip(indices, try fixture.process(part)) { results[index] = cells }
        }
        return results
    }

    /// A snapshot of all, and new subtasks made of it.
    func restore(parallelism: Int) throws {
        var groups: [Int: [UInt8]] = [:]
        for subtask in subtasks { groups.merge(try subtask.snapshot()) { first, _ in first } }
        let all = groups
        let restored = RestoredState(items: [], stateSchema: subtasks[0].schema) { all[$0] }
        subtasks = try (0..<parallelism).map {
            try AggregateFixture(
                select: select, of: schema, subtask: $0, of: parallelism, restored: restored)
        }
    }
}
