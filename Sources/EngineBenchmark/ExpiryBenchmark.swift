import StateBackends
import StreamAPI
import StreamCore

/// Keyed state whose keys come and go, as those of windows and of TTL do: each batch makes 2,048 keys
/// that were never there, and removes those of ``generationsKept`` batches before.
struct ExpiryBenchmark {
    private static let generationsKept = 4

    let batchCount: Int

    func run() throws {
        let rows = RecordBatch.rowCapacityDefault
        let context = OperatorContext(
            operatorID: OperatorID(rawValue: "keys"), subtaskIndex: 0, parallelism: 1,
            maxParallelism: 128)
        let state = try HeapStateBackend().makeKeyedState(
            KeyedStateDescriptor(wordCount: 2, schema: []), context: context, restored: nil)
        let keys = (0...ExpiryBenchmark.generationsKept).map { _ in GeneratedKeys(rows) }
        let slots = UnsafeMutablePointer<StateSlot>.allocate(capacity: rows)
        defer { slots.deallocate() }
        for number in 0..<batchCount {
            let made = keys[number % keys.count]
            if number >= keys.count {
                state.remove(keys: made.slices, hashes: made.hashes, count: rows)
            }
            made.fill(from: number * rows)
            try state.lookupOrInsert(
                keys: made.slices, hashes: made.hashes, count: rows, slots: slots)
            for row in 0..<rows { slots[row][0] &+= 1 }
        }
        precondition(state.keyCount == min(batchCount, keys.count) * rows)
        print("expiry: \(batchCount * rows) keys, \(state.byteCount) bytes held at the end")
    }
}

/// Keys of 16 bytes.
private final class GeneratedKeys {
    private static let keyByteCount = 16
    private let rows: Int
    private let bytes: UnsafeMutableRawPointer
    let slices: UnsafeMutablePointer<ByteSlice>
    let hashes: UnsafeMutablePointer<UInt64>

    init(_ rows: Int) {
        self.rows = rows
        bytes = .allocate(byteCount: rows * GeneratedKeys.keyByteCount, alignment: 8)
        slices = .allocate(capacity: rows)
        hashes = .allocate(capacity: rows)
    }

    deinit {
        bytes.deallocate()
        slices.deallocate()
        hashes.deallocate()
    }

    func fill(from first: Int) {
        for row in 0..<rows {
            let start = bytes + row * GeneratedKeys.keyByteCount
            start.storeBytes(of: UInt64(first + row), as: UInt64.self)
            start.storeBytes(of: 1, toByteOffset: 8, as: UInt64.self)
            slices[row] = ByteSlice(
                base: start.assumingMemoryBound(to: UInt8.self), count: GeneratedKeys.keyByteCount)
            hashes[row] = StableHash.xxh3(slices[row].base, GeneratedKeys.keyByteCount)
        }
    }
}
