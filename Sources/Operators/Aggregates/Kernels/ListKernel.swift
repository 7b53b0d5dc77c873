internal import StreamAPI
internal import StreamCore

/// LISTAGG: a word that owns the text so far, absent until there is a value.
struct ListKernel: AccumulatorKernel {
    let word: Int
    let separator: [UInt8]
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
    func value(_ words: StateSlot) -> ByteSlice { arena.append(state.bytes(at: words + word)) }
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
