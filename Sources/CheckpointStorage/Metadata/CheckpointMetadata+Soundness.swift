internal import StreamAPI
internal import StreamCore

/// The relations between the parts of a metadata that reading state relies on.
extension CheckpointMetadata {
    func checkState() throws(MetadataError) {
        var fileNames: Set<String> = []
        for (index, state) in operators.enumerated() {
            if index > 0 && operators[index - 1].id == state.id {
                throw MetadataError("operator \(state.id.rawValue) is listed twice")
            }
            guard (1...maxParallelism).contains(state.parallelism) else {
                throw MetadataError(
                    "operator \(state.id.rawValue) has an impossible parallelism of "
                        + "\(state.parallelism)")
            }
            try checkKeyed(state)
            for handle in state.keyed where !fileNames.insert(handle.fileName).inserted {
                throw MetadataError(
                    "the state file \(handle.fileName.debugDescription) is used twice")
            }
        }
    }

    private func checkKeyed(_ state: OperatorState) throws(MetadataError) {
        var groups: Set<Int> = []
        for handle in state.keyed {
            guard StateFile.isValidName(handle.fileName) else {
                throw MetadataError(
                    "a state file has an impossible name of \(handle.fileName.utf8.count) bytes")
            }
            guard handle.stateSchema == state.stateSchema else {
                throw MetadataError(
                    "the instances of operator \(state.id.rawValue) have different state schemas")
            }
            try checkSlices(handle)
            for slice in handle.slices where !groups.insert(slice.keyGroup).inserted {
                throw MetadataError(
                    "key group \(slice.keyGroup) of operator \(state.id.rawValue) is there twice")
            }
        }
    }

    private func checkSlices(_ handle: KeyedStateHandle) throws(MetadataError) {
        var end = Int64(StateFile.headerByteCount)
        for slice in handle.slices {
            guard slice.keyGroup < maxParallelism else {
                throw MetadataError(
                    "key group \(slice.keyGroup) is impossible with \(maxParallelism) groups")
            }
            let (sliceEnd, overflows) = slice.offset.addingReportingOverflow(slice.length)
            guard slice.offset >= end, slice.length >= 0, !overflows else {
                throw MetadataError("the key groups of \(handle.fileName) overlap")
            }
            end = sliceEnd
        }
        guard handle.fileByteCount >= end else {
            throw MetadataError(
                "a key group ends at byte \(end) of \(handle.fileName), behind its end")
        }
    }
}
