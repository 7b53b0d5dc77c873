internal import StreamAPI
internal import StreamCore

/// The bytes of a key group of a windowed aggregate; docs/state-format.md.
///
/// ```
/// schema:  'W' | version u8 = 1 | keyed state's schema
/// group:   windows u32 | window × windows           a group without keys in any has no bytes at all
/// window:  start i64 | length u64 | keyed state's bytes of the group
/// ```
enum WindowStateFormat {
    static let version: UInt8 = 1
    static let windowByteCountMin = 16

    static func schema(of keyed: [UInt8]) -> [UInt8] { [UInt8(ascii: "W"), version] + keyed }
}

/// All windows of an operator instance as they were at a barrier.
///
/// - Threading: made on the task's thread, then read by one other.
final class WindowSnapshot: KeyedStateSnapshot {
    private struct Window: Sendable {
        let start: Int64
        let snapshot: any KeyedStateSnapshot
    }

    let keyGroups: KeyGroupRange
    let stateSchema: [UInt8]
    /// By their start, so equal state has equal bytes.
    private let windows: [Window]

    /// - Parameter keyedSchema: Of every pane's state.
    init(_ panes: [WindowPane], _ keyGroups: KeyGroupRange, keyedSchema: [UInt8]) {
        self.keyGroups = keyGroups
        stateSchema = WindowStateFormat.schema(of: keyedSchema)
        windows = panes.map { Window(start: $0.start, snapshot: $0.state.snapshot()) }
    }

    /// The schema of a pane's state, for when there is no pane.
    static func schema(of state: any KeyedStateBackend) -> [UInt8] {
        let snapshot = state.snapshot()
        defer { snapshot.release() }
        return snapshot.stateSchema
    }

    func write(keyGroup: Int, into writer: inout ByteWriter) throws {
        var count: UInt32 = 0
        var body = ByteWriter()
        for window in windows {
            var keyed = ByteWriter()
            try window.snapshot.write(keyGroup: keyGroup, into: &keyed)
            guard keyed.count > 0 else { continue }
            count += 1
            body.append(window.start)
            body.append(UInt64(keyed.count))
            keyed.bytes.withUnsafeBytes { body.append(raw: $0) }
        }
        guard count > 0 else { return }
        writer.append(count)
        body.bytes.withUnsafeBytes { writer.append(raw: $0) }
    }

    func release() { for window in windows { window.snapshot.release() } }
}

/// Windows read back from a checkpoint, under any former parallelism.
struct RestoredWindows {
    /// By window start and key group: keyed state's bytes.
    private(set) var groups: [Int64: [Int: [UInt8]]] = [:]
    /// Of each window's keyed state.
    private let keyedSchema: [UInt8]

    /// - Parameter keyedSchema: That of the operator's own windows.
    /// - Throws: ``KeyedStateError``; and what reading the files throws.
    init(_ restored: RestoredState, _ keyGroups: KeyGroupRange, keyedSchema: [UInt8]) throws {
        guard restored.stateSchema == WindowStateFormat.schema(of: keyedSchema) else {
            throw KeyedStateError(
                .schemaMismatch,
                "keyed state was written by an operator with another key, another window or other "
                    + "aggregates, or by another version; restore with the former definition, or "
                    + "start the operator under a new id")
        }
        self.keyedSchema = keyedSchema
        for group in keyGroups.lower..<keyGroups.upper {
            guard let bytes = try restored.readKeyGroup(group), !bytes.isEmpty else { continue }
            do {
                try read(bytes, group)
            } catch {
                throw KeyedStateError(
                    .corrupt, "key group \(group) of the windows cannot be read: \(error)")
            }
        }
    }

    private mutating func read(_ bytes: [UInt8], _ group: Int) throws(ByteReaderError) {
        var reader = ByteReader(bytes)
        let count = try reader.readCount(itemByteCountMin: WindowStateFormat.windowByteCountMin)
        for _ in 0..<count {
            let start = try reader.read(Int64.self)
            let length = try reader.read(UInt64.self)
            guard length <= UInt64(reader.remaining) else {
                throw .tooLong(
                    offset: reader.offset, length: Int(clamping: length), cap: reader.remaining)
            }
            groups[start, default: [:]][group] = try reader.readRaw(Int(length))
        }
        try reader.expectEnd()
    }

    /// What one window's keyed state is made of.
    func state(ofStart start: Int64) -> RestoredState {
        let groups = groups[start] ?? [:]
        return RestoredState(items: [], stateSchema: keyedSchema) { groups[$0] }
    }
}
