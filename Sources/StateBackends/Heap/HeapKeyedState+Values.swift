internal import StreamAPI
internal import StreamCore

/// Values of any length.
extension HeapKeyedState {
    func bytes(at word: UnsafePointer<UInt64>) -> ByteSlice {
        ValueBlock(word.pointee)?.value ?? .absent
    }

    func setBytes(_ value: ByteSlice, at word: UnsafeMutablePointer<UInt64>) {
        precondition(value.count <= HeapStateBackend.valueByteCountMax)
        let old = ValueBlock(word.pointee)
        if let old, value.count <= old.capacity, !isShared { return old.store(value) }
        replace(old, by: ValueBlock(copying: value), at: word)
    }

    func resizeBytes(
        to count: Int, at word: UnsafeMutablePointer<UInt64>
    ) -> UnsafeMutablePointer<UInt8> {
        precondition(count <= HeapStateBackend.valueByteCountMax)
        let old = ValueBlock(word.pointee)
        if let old, count <= old.capacity, !isShared { return old.setCount(count) }
        let kept = min(count, old?.value.count ?? 0)
        // Half as much again, so that values that grow are seldom copied.
        let room = count > kept && kept > 0 ? count + count / 2 : count
        let block = ValueBlock(capacity: min(room, HeapStateBackend.valueByteCountMax))
        let bytes = block.setCount(count)
        if let base = old?.value.base { bytes.update(from: base, count: kept) }
        replace(old, by: block, at: word)
        return bytes
    }

    func removeBytes(at word: UnsafeMutablePointer<UInt64>) {
        guard let old = ValueBlock(word.pointee) else { return }
        word.pointee = 0
        free(old, isShared: isShared)
    }

    private func replace(
        _ old: ValueBlock?, by block: ValueBlock, at word: UnsafeMutablePointer<UInt64>
    ) {
        word.pointee = block.word
        blockByteCount += block.byteCount
        if let old { free(old, isShared: isShared) }
    }

    /// Frees a block that no word owns any more; later, if a snapshot may still read it.
    func free(_ block: ValueBlock, isShared: Bool) {
        blockByteCount -= block.byteCount
        if isShared {
            retired.append(block.pointer, byteCount: block.byteCount)
        } else {
            block.deallocate()
        }
    }
}
