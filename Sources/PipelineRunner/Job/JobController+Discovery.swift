internal import StreamAPI
internal import StreamCore
internal import StreamRuntime

/// Splits that come up during a run.
extension JobController {
    /// Hands splits out in turn, going on where the splits of the start ended. Whose they are is no
    /// matter of state: a restart hands all of them out anew.
    func assign(_ splits: [SourceSplit], of source: OperatorID) {
        let subtasks = graph.subtaskIDs(ofSource: source)
        guard !subtasks.isEmpty else { return }
        let known = splitCounts[source] ?? context.splits[source, default: []].count
        splitCounts[source] = known + splits.count
        for (index, split) in splits.enumerated() {
            graph.add([split], to: subtasks[(known + index) % subtasks.count])
        }
    }
}
