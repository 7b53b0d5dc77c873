internal import StreamAPI
internal import StreamCore

/// LISTAGG and ARRAY_AGG: a word that owns the text so far, absent until there is a value.
struct ListKernel: AccumulatorKernel {
    let word: Int
    let separator: [UInt8]
    /// The result stands in brackets, which are not kept.
    let isArray: Bool
    let state: any KeyedStateBackend
    let arena: ByteArena

    func add(_ input: ByteSlice, to words: StateSlot) {
        let old = state.bytes(at: words + word)
        guard !old.isAbsent else { return state.setBytes(input, at: words + word) }
        let count = old.count + separator.count + input.count
        let target = state.resizeBytes(to: count, at: words + word) + old.count
        target.update(from: separator, count: separator.count)
        if let base = input.base {
            (target + separator.count).update(from: base, count: input.count)
        }
    }
    func hasValue(_ words: StateSlot) -> Bool { !state.bytes(at: words + word).isAbsent }
    func value(_ words: StateSlot) -> ByteSlice {
        let text = state.bytes(at: words + word)
        guard isArray else { return arena.append(text) }
        let target = arena.allocate(text.count + 2)
        target[0] = UInt8(ascii: "[")
        if let base = text.base { (target + 1).update(from: base, count: text.count) }
        target[text.count + 1] = UInt8(ascii: "]")
        return ByteSlice(base: UnsafePointer(target), count: text.count + 2)
    }
    func merge(_ other: StateSlot, isLater: Bool, into words: StateSlot) {
        let added = state.bytes(at: other + word)
        guard !added.isAbsent else { return }
        if isLater { return add(added, to: words) }
        let own = state.bytes(at: words + word)
        guard !own.isAbsent else { return add(added, to: words) }
        // What is here moves behind what came before it.
        let copy = arena.append(own)
        state.setBytes(added, at: words + word)
        add(copy, to: words)
    }
}
