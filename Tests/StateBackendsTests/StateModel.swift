import StreamAPI
import StreamCore
import Testing

@testable import StateBackends

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}

/// A count and a text per key: the naive twin's value.
struct ModelValue: Hashable {
    var count: UInt64 = 0
    var text: [UInt8]?
}

typealias Model = [[UInt8]: ModelValue]

let groupCount = 16
/// Word 0 counts, word 1 owns bytes.
let descriptor = KeyedStateDescriptor(wordCount: 2, bytesWords: [1], schema: Array("test".utf8))

func context(subtask: Int = 0, of parallelism: Int = 1) -> OperatorContext {
    OperatorContext(
        operatorID: OperatorID(rawValue: "counts"), subtaskIndex: subtask,
        parallelism: parallelism, maxParallelism: groupCount)
}

func makeState(
    subtask: Int = 0, of parallelism: Int = 1, restored: RestoredState? = nil
) throws -> HeapKeyedState {
    let state = try HeapStateBackend().makeKeyedState(
        descriptor, context: context(subtask: subtask, of: parallelism), restored: restored)
    return try #require(state as? HeapKeyedState)
}

func hash(_ key: [UInt8]) -> UInt64 {
    key.withUnsafeBytes { StableHash.xxh3($0.baseAddress, $0.count) }
}

func group(of key: [UInt8]) -> Int { KeyGroup.index(ofHash: hash(key), groupCount: groupCount) }

extension KeyedStateBackend {
    /// Looks up `keys` in one batch and hands their slots over.
    func withSlots(_ keys: [[UInt8]], _ body: ([StateSlot]) throws -> Void) throws {
        try withSlices(keys) { slices in
            let slots = UnsafeMutablePointer<StateSlot>.allocate(capacity: max(1, keys.count))
            defer { slots.deallocate() }
            try lookupOrInsert(
                keys: slices, hashes: keys.map(hash), count: keys.count, slots: slots)
            try body((0..<keys.count).map { slots[$0] })
        }
    }

    /// Looks up `keys` in one batch, making none.
    func withFound(_ keys: [[UInt8]], _ body: ([StateSlot?]) -> Void) {
        withSlices(keys) { slices in
            var slots = [StateSlot?](repeating: nil, count: keys.count)
            lookup(keys: slices, hashes: keys.map(hash), count: keys.count, slots: &slots)
            body(slots)
        }
    }

    /// Removes `keys` in one batch.
    func remove(_ keys: [[UInt8]]) {
        withSlices(keys) { remove(keys: $0, hashes: keys.map(hash), count: keys.count) }
    }

    private func withSlices<R>(_ keys: [[UInt8]], _ body: ([ByteSlice]) throws -> R) rethrows -> R {
        let arena = ByteArena()
        defer { withExtendedLifetime(arena) {} }
        return try body(
            keys.map { key in
                key.withUnsafeBytes {
                    arena.append($0.baseAddress ?? UnsafeRawPointer(arena.allocate(0)), $0.count)
                }
            })
    }

    /// Counts each key once, and sets its text.
    func update(_ keys: [[UInt8]], text: [UInt8]?) throws {
        try withSlots(keys) { slots in
            for slot in slots {
                slot[0] += 1
                guard let text else { continue }
                text.withUnsafeBufferPointer {
                    setBytes(ByteSlice(base: $0.baseAddress, count: $0.count), at: slot + 1)
                }
            }
        }
    }
}

extension Model {
    mutating func update(_ keys: [[UInt8]], text: [UInt8]?) {
        for key in keys {
            self[key, default: ModelValue()].count += 1
            if let text { self[key]?.text = text }
        }
    }
}

/// What a snapshot's bytes say, read by the format's document and not by the restoring code.
func contents(of snapshot: any KeyedStateSnapshot) throws -> Model {
    var model: Model = [:]
    for group in snapshot.keyGroups.lower..<snapshot.keyGroups.upper {
        var writer = ByteWriter()
        try snapshot.write(keyGroup: group, into: &writer)
        try read(writer.bytes, group, into: &model)
    }
    return model
}

private func read(_ bytes: [UInt8], _ keyGroup: Int, into model: inout Model) throws {
    guard !bytes.isEmpty else { return }
    var reader = ByteReader(bytes)
    for _ in 0..<(try reader.read(UInt32.self)) {
        let key = try reader.readBytes()
        #expect(group(of: key) == keyGroup)
        #expect(model[key] == nil)
        let count = try reader.read(UInt64.self)
        let length = try reader.read(UInt32.self)
        let text = length == .max ? nil : try reader.readRaw(Int(length))
        model[key] = ModelValue(count: count, text: text)
    }
    try reader.expectEnd()
}

/// The groups of several snapshots, as a restore under any parallelism sees them.
func restored(from snapshots: [any KeyedStateSnapshot]) throws -> RestoredState {
    var groups: [Int: [UInt8]] = [:]
    for snapshot in snapshots {
        for group in snapshot.keyGroups.lower..<snapshot.keyGroups.upper {
            var writer = ByteWriter()
            try snapshot.write(keyGroup: group, into: &writer)
            groups[group] = writer.bytes
        }
    }
    let all = groups
    return RestoredState(
        items: [], stateSchema: snapshots[0].stateSchema, readKeyGroup: { all[$0] })
}
