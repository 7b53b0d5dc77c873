package import StreamCore

extension CheckpointSnapshot {
    /// Refuses to restore a job that would silently lose state.
    ///
    /// The parallelism may differ. That a state's own schema fits is checked by its operator.
    ///
    /// - Parameters:
    ///   - maxParallelism: The job's.
    ///   - operators: Every operator that the job has now, sources and sinks too.
    ///   - allowNonRestoredState: State of operators that are gone is left behind (`run -n`).
    /// - Throws: `.incompatible`.
    package func requireCompatible(
        maxParallelism: Int, operators: Set<OperatorID>, allowNonRestoredState: Bool
    ) throws(StorageError) {
        if metadata.operators.contains(where: { !$0.keyed.isEmpty }) {
            try requireMaxParallelism(maxParallelism)
        }
        let gone = metadata.operators.filter { state in
            !operators.contains(state.id) && !(state.items.isEmpty && state.keyed.isEmpty)
        }
        guard gone.isEmpty || allowNonRestoredState else {
            let names = gone.map(\.id.rawValue).joined(separator: ", ")
            throw StorageError(
                .incompatible, path,
                "has state of operators that the pipeline lacks: \(names); give them back their "
                    + "ids, or leave their state behind with -n (--allow-non-restored-state)")
        }
    }

    func requireMaxParallelism(_ maxParallelism: Int) throws(StorageError) {
        guard metadata.maxParallelism == maxParallelism else {
            throw StorageError(
                .incompatible, path,
                "was taken with pipeline.max-parallelism \(metadata.maxParallelism), and the "
                    + "pipeline has \(maxParallelism): its key groups differ; set it back")
        }
    }
}
