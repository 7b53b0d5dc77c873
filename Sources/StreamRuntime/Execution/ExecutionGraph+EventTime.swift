internal import StreamAPI
package import StreamCore
internal import Synchronization

extension ExecutionGraph {
    /// How far event time is at these operators, and what holds it there; those that have ended are
    /// left out. Allocates; meant for once a second.
    package func watermarks(of operators: Set<OperatorID>) -> [WatermarkReading] {
        job.vertices.indices.flatMap { number -> [WatermarkReading] in
            let own = subtasks.filter { Int($0.id.vertex) == number && !$0.eventTime.hasEnded }
            let nodes = job.vertices[number].chain.nodes.map(\.id).filter(operators.contains)
            guard let first = own.min(by: { $0.eventTime.watermark < $1.eventTime.watermark })
            else { return [] }
            let recordsIn = own.reduce(0) { $0 + $1.counters.recordsIn.load(ordering: .relaxed) }
            return nodes.map {
                WatermarkReading(
                    operatorID: $0, watermark: first.eventTime.watermark, recordsIn: recordsIn,
                    holder: holder(first))
            }
        }
    }

    /// The sources of which splits wait for their alignment group.
    package func alignmentWaits() -> [AlignmentReading] {
        let waits = subtasks.compactMap { subtask in
            subtask.eventTime.source.wait.map { (subtask.vertex.chain.nodes[0].id, $0) }
        }
        return Dictionary(grouping: waits, by: \.0).compactMap { source, waits in
            guard
                let longest = waits.map(\.1).min(by: {
                    $0.sinceMilliseconds < $1.sinceMilliseconds
                })
            else { return nil }
            return AlignmentReading(
                source: source, splits: waits.flatMap(\.1.splits).sorted(), group: longest.group,
                sinceMilliseconds: longest.sinceMilliseconds,
                slowest: subtask(longest.slowest).flatMap(holder))
        }.sorted { $0.source.rawValue < $1.source.rawValue }
    }

    private func subtask(_ id: SubtaskID) -> Subtask? { subtasks.first { $0.id == id } }

    /// Follows the slowest channel up to the split behind it; the graph has no cycle.
    private func holder(_ subtask: Subtask) -> WatermarkHolder? {
        let head = subtask.vertex.chain.nodes[0]
        if head.isSource {
            return subtask.eventTime.source.hold.map { .split($0, source: head.id) }
        }
        guard let channel = subtask.eventTime.channel,
            let plan = inputs[subtask.id].map({ $0[channel] }),
            let upstream = self.subtask(plan.upstream)
        else { return nil }
        if plan.channel.elementCount > 0 { return .backlog(from: upstream.vertex.name) }
        return holder(upstream)
    }
}
