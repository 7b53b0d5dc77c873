public import StreamCore

/// Where keyed state lives: makes the state of one operator instance.
///
/// - Source: Flink `StateBackend`.
public protocol StateBackend: Sendable {
    /// Bytes of one key, at most.
    var keyByteCountMax: Int { get }

    /// The keyed state of one operator instance, filled from `restored`.
    ///
    /// - Parameter restored: What the checkpoint has, under any former parallelism; nil starts empty.
    /// - Throws: ``KeyedStateError``. Restoring: the job must not start.
    func makeKeyedState(
        _ descriptor: KeyedStateDescriptor, context: OperatorContext, restored: RestoredState?
    ) throws -> any KeyedStateBackend
}

/// The shape of one operator's keyed state: a fixed number of 8-byte words a key.
public struct KeyedStateDescriptor: Hashable, Sendable {
    /// Words a key, `1 ... wordCountMax`. A new key's words are all zero.
    public let wordCount: Int
    /// Which words own a value of any length, ascending; they are set by
    /// ``KeyedStateBackend/setBytes(_:at:)`` alone.
    public let bytesWords: [Int]
    /// What the words and the key mean, in the operator's own terms; stored with every snapshot and
    /// compared, byte for byte, on restore.
    public let schema: [UInt8]

    public static let wordCountMax = 1024

    public init(wordCount: Int, bytesWords: [Int] = [], schema: [UInt8]) {
        precondition(wordCount > 0 && wordCount <= KeyedStateDescriptor.wordCountMax)
        precondition(bytesWords.allSatisfy { $0 >= 0 && $0 < wordCount })
        precondition(zip(bytesWords, bytesWords.dropFirst()).allSatisfy { $0 < $1 })
        self.wordCount = wordCount
        self.bytesWords = bytesWords
        self.schema = schema
    }
}

/// The words of one key. Valid until the next call of any method of its backend, but for
/// ``KeyedStateBackend/bytes(at:)`` and ``KeyedStateBackend/setBytes(_:at:)``.
public typealias StateSlot = UnsafeMutablePointer<UInt64>

/// The keyed state of one operator instance.
///
/// - Threading: the subtask's thread only; a snapshot it returns is read by another.
/// - Source: Flink `KeyedStateBackend`, made batch-wise.
public protocol KeyedStateBackend: AnyObject {
    var descriptor: KeyedStateDescriptor { get }
    var keyGroups: KeyGroupRange { get }
    /// Keys held now.
    var keyCount: Int { get }
    /// Bytes of memory held for them, retained pre-images included.
    var byteCount: Int { get }

    /// Finds the slots of a batch of keys, and makes those that are missing, all words zero.
    ///
    /// Slots may be written to at once: what a running snapshot still needs has been set aside.
    ///
    /// - Parameters:
    ///   - keys: Canonical key bytes, one a row; repeats give the same slot.
    ///   - hashes: xxh3-64 of those bytes. Every key group must be one of ``keyGroups``.
    ///   - count: Rows.
    ///   - slots: Room for `count` slots.
    /// - Throws: ``KeyedStateError`` for a key that is too long or one too many; rows before
    ///   `row` of the error have their slots.
    /// - Complexity: O(`count`), amortised; allocates only to grow.
    func lookupOrInsert(
        keys: UnsafePointer<ByteSlice>, hashes: UnsafePointer<UInt64>, count: Int,
        slots: UnsafeMutablePointer<StateSlot>
    ) throws(KeyedStateError)

    /// Finds the slots of a batch of keys, and makes none.
    ///
    /// Slots may be written to, as those of ``lookupOrInsert(keys:hashes:count:slots:)``.
    ///
    /// - Parameter slots: Room for `count` slots; nil for a key that is not there.
    /// - Complexity: O(`count`).
    func lookup(
        keys: UnsafePointer<ByteSlice>, hashes: UnsafePointer<UInt64>, count: Int,
        slots: UnsafeMutablePointer<StateSlot?>)

    /// Removes a batch of keys with their words and values. Keys that are not there, and repeats, are
    /// passed over. A key that is inserted again later starts with words that are zero.
    ///
    /// The memory is used again by later keys; running snapshots still have the removed ones.
    ///
    /// - Complexity: O(`count`), amortised.
    func remove(
        keys: UnsafePointer<ByteSlice>, hashes: UnsafePointer<UInt64>, count: Int)

    /// Removes every key, for another use of the same memory: that of a window which is closed.
    ///
    /// - Returns: False if a snapshot is still being read; then nothing has changed.
    /// - Complexity: O(key groups), and O(keys) if words own values.
    func removeAll() -> Bool

    /// Calls `body` with every key of one key group and its words, in no order that holds.
    ///
    /// Keys and words are read only, and valid until the state is changed. `body` calls no method of
    /// this backend but ``bytes(at:)``.
    ///
    /// - Complexity: O(most keys that the group has held at once).
    func forEachEntry(
        ofKeyGroup keyGroup: Int,
        _ body: (_ key: ByteSlice, _ words: UnsafePointer<UInt64>) throws -> Void
    ) rethrows

    /// Removes the keys of one key group for which `isRemoved` is true; it is called as the body of
    /// ``forEachEntry(ofKeyGroup:_:)`` is. If it throws, keys before it are removed.
    ///
    /// For what expires: one key group a batch visits all state in as many batches as there are groups.
    ///
    /// - Returns: How many were removed.
    /// - Complexity: As ``forEachEntry(ofKeyGroup:_:)``.
    @discardableResult
    func removeEntries(
        ofKeyGroup keyGroup: Int,
        where isRemoved: (_ key: ByteSlice, _ words: UnsafePointer<UInt64>) throws -> Bool
    ) rethrows -> Int

    /// The value that a word of `bytesWords` owns; absent if none was set. Valid until the same word
    /// is set again. The word may be a copy of one, and of any state that the same ``StateBackend``
    /// made.
    func bytes(at word: UnsafePointer<UInt64>) -> ByteSlice
    /// Replaces the value of a word of `bytesWords` by a copy of `value`.
    func setBytes(_ value: ByteSlice, at word: UnsafeMutablePointer<UInt64>)
    /// Makes the value of a word of `bytesWords` `count` bytes long, to be changed in place at once.
    ///
    /// - Returns: The value's bytes: what was there before, up to `count`; behind it, anything. Valid
    ///   until the same word is set again, or a snapshot is taken.
    /// - Complexity: Amortised O(bytes added); O(`count`) while a snapshot is being read.
    func resizeBytes(
        to count: Int, at word: UnsafeMutablePointer<UInt64>
    ) -> UnsafeMutablePointer<UInt8>
    /// The word has no value any more.
    func removeBytes(at word: UnsafeMutablePointer<UInt64>)

    /// The state as of now, in microseconds; see ``KeyedStateSnapshot``.
    func snapshot() -> any KeyedStateSnapshot
}

extension KeyedStateBackend {
    /// ``forEachEntry(ofKeyGroup:_:)`` for each of ``keyGroups``.
    public func forEachEntry(
        _ body: (_ key: ByteSlice, _ words: UnsafePointer<UInt64>) throws -> Void
    ) rethrows {
        for group in keyGroups.lower..<keyGroups.upper {
            try forEachEntry(ofKeyGroup: group, body)
        }
    }
}

/// Why keyed state could not be used or restored.
public struct KeyedStateError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// The key has more bytes than the backend's bound.
        case keyTooLong
        /// The key group holds as many keys, or bytes of keys, as it can.
        case keyGroupFull
        /// The snapshot was written by an operator with another key or other accumulators.
        case schemaMismatch
        /// The snapshot's bytes are not what this version writes.
        case corrupt
    }
    public let code: Code
    /// The row of the batch concerned; -1 when there is none.
    public let row: Int
    /// What, with numbers, and what to do.
    public let message: String
    public init(_ code: Code, row: Int = -1, _ message: String) {
        self.code = code
        self.row = row
        self.message = message
    }
    public var description: String { message }
}
