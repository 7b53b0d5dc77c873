internal import StreamAPI
internal import StreamCore

/// Which of two values MIN, MAX, FIRST_VALUE and LAST_VALUE keep.
protocol Choice {
    /// Whether a value takes the place of one that came before it.
    static func replaces<Value: StateValue>(_ new: Value, _ old: Value) -> Bool
    static func replaces(_ new: ByteSlice, _ old: ByteSlice) -> Bool
}

enum Least: Choice {
    @inline(__always)
    static func replaces<Value: StateValue>(_ new: Value, _ old: Value) -> Bool {
        Value.precedes(new, old)
    }
    @inline(__always)
    static func replaces(_ new: ByteSlice, _ old: ByteSlice) -> Bool { compareBytes(new, old) < 0 }
}

enum Greatest: Choice {
    @inline(__always)
    static func replaces<Value: StateValue>(_ new: Value, _ old: Value) -> Bool {
        Value.precedes(old, new)
    }
    @inline(__always)
    static func replaces(_ new: ByteSlice, _ old: ByteSlice) -> Bool { compareBytes(new, old) > 0 }
}

enum First: Choice {
    @inline(__always)
    static func replaces<Value: StateValue>(_ new: Value, _ old: Value) -> Bool { false }
    @inline(__always)
    static func replaces(_ new: ByteSlice, _ old: ByteSlice) -> Bool { false }
}

enum Last: Choice {
    @inline(__always)
    static func replaces<Value: StateValue>(_ new: Value, _ old: Value) -> Bool { true }
    @inline(__always)
    static func replaces(_ new: ByteSlice, _ old: ByteSlice) -> Bool { true }
}

/// A chosen value of fixed width: its words, and a flag.
struct ChoiceKernel<Value: StateValue, Rule: Choice>: AccumulatorKernel {
    typealias Input = Value
    let word: Int
    let flag: ValueFlag

    @inline(__always)
    func add(_ input: Value, to words: StateSlot) {
        if !flag.isSet(words) || Rule.replaces(input, value(words)) { input.store(words + word) }
        flag.set(words)
    }
    @inline(__always)
    func hasValue(_ words: StateSlot) -> Bool { flag.isSet(words) }
    @inline(__always)
    func value(_ words: StateSlot) -> Value { Value.load(words + word) }
    func merge(_ other: StateSlot, isLater: Bool, into words: StateSlot) {
        guard flag.isSet(other) else { return }
        let isKept = isLater || !flag.isSet(words)
        if isKept { return add(value(other), to: words) }
        // The other came before: what is here is asked whether it takes the other's place.
        if !Rule.replaces(value(words), value(other)) { value(other).store(words + word) }
    }
}

/// A chosen value of any length: a word that owns it, absent until there is one.
struct BytesChoiceKernel<Rule: Choice>: AccumulatorKernel {
    let word: Int
    let state: any KeyedStateBackend
    /// Where results go: the state's own bytes may be overwritten by the next row of this key.
    let arena: ByteArena

    func add(_ input: ByteSlice, to words: StateSlot) {
        let best = state.bytes(at: words + word)
        if best.isAbsent || Rule.replaces(input, best) { state.setBytes(input, at: words + word) }
    }
    func hasValue(_ words: StateSlot) -> Bool { !state.bytes(at: words + word).isAbsent }
    func value(_ words: StateSlot) -> ByteSlice { arena.append(state.bytes(at: words + word)) }
    func merge(_ other: StateSlot, isLater: Bool, into words: StateSlot) {
        let (own, added) = (state.bytes(at: words + word), state.bytes(at: other + word))
        guard !added.isAbsent else { return }
        let isTaken =
            own.isAbsent || (isLater ? Rule.replaces(added, own) : !Rule.replaces(own, added))
        if isTaken { state.setBytes(added, at: words + word) }
    }
}

/// Negative, zero or positive as `a` is before, equal to or behind `b`; bytes compare as unsigned,
/// which for UTF-8 is the order of code points.
@inline(__always)
func compareBytes(_ a: ByteSlice, _ b: ByteSlice) -> Int {
    let count = min(a.count, b.count)
    if let x = a.base, let y = b.base {
        for at in 0..<count where x[at] != y[at] { return Int(x[at]) &- Int(y[at]) }
    }
    return a.count &- b.count
}
