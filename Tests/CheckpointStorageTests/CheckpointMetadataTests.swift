import Checkpointing
import Foundation
import StreamAPI
import StreamCore
import Testing

@testable import CheckpointStorage

@Suite struct CheckpointMetadataTests {
    /// One with everything in it.
    private static let full = CheckpointMetadata.example(
        .of(3, 17),
        operators: [
            OperatorState(id: .events, parallelism: 2, items: [[1, 2, 3], []], keyed: []),
            OperatorState(
                id: .counts, parallelism: 2, items: [],
                keyed: [handle("state-counts-0", group: 1), handle("state-counts-1", group: 64)]),
        ],
        transactions: [.example(marker: .of(3, 16), slot: 1), .example(marker: .of(3, 17))])

    private static func handle(
        _ name: String, group: Int, offset: Int64 = 16, length: Int64 = 8, size: Int64 = 24
    ) -> KeyedStateHandle {
        KeyedStateHandle(
            fileName: name, fileByteCount: size, stateSchema: [9, 9],
            slices: [KeyGroupSlice(keyGroup: group, offset: offset, length: length, checksum: 77)])
    }

    private func problem(_ bytes: [UInt8]) -> String? {
        do throws(MetadataError) {
            _ = try CheckpointMetadata(decoding: bytes)
            return nil
        } catch {
            return error.description
        }
    }

    /// `bytes` with a right length and a right checksum, for damage behind the checks.
    private func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var sealed = Array(bytes.dropLast(4))
        for index in 0..<4 {
            sealed[12 + index] = UInt8(truncatingIfNeeded: bytes.count >> (8 * index))
        }
        var writer = ByteWriter()
        sealed.withUnsafeBytes { writer.append(raw: $0) }
        writer.append(StableHash.crc32c(sealed))
        return writer.bytes
    }

    @Test func `What is written is read`() throws {
        let bytes = try #require(Self.full.encoded())
        #expect(try CheckpointMetadata(decoding: bytes) == Self.full)
        let least = CheckpointMetadata(
            job: JobID(name: "x"), jobName: "x",
            facts: CheckpointFacts(id: .of(1, 0), kind: .final, isInitial: true),
            markerAddress: nil,
            maxParallelism: 1, operators: [], sourceTopics: [], triggerTimeMilliseconds: 0,
            completionTimeMilliseconds: 0)
        #expect(try CheckpointMetadata(decoding: try #require(least.encoded())) == least)
    }

    /// Written once, by version 1; a change of the format must give it a new number.
    @Test func `The golden file of version 1 is still read, and written byte for byte`() throws {
        let text = try String(contentsOf: goldenURL, encoding: .utf8)
        let golden = text.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
        #expect(try CheckpointMetadata(decoding: golden) == Self.full)
        #expect(Self.full.encoded() == golden)
    }

    /// The same state, of a pipeline with event time.
    private static let withWatermarks = CheckpointMetadata.example(
        .of(3, 17),
        operators: [
            OperatorState(
                id: .events, parallelism: 2, items: [[1, 2, 3], []], keyed: [],
                watermark: Watermark(rawValue: 1_763_715_599_999),
                splitWatermarks: [
                    SplitKey(topic: "events", partition: PartitionIndex(rawValue: 0)):
                        Watermark(rawValue: 1_763_715_599_999),
                    SplitKey(topic: "events", partition: PartitionIndex(rawValue: 3)):
                        Watermark(rawValue: -1),
                ]),
            OperatorState(id: .counts, parallelism: 2, items: [], keyed: []),
        ])

    @Test func `Watermarks are kept, in version 2`() throws {
        let bytes = try #require(Self.withWatermarks.encoded())
        #expect(bytes[8] == 2)
        #expect(try CheckpointMetadata(decoding: bytes) == Self.withWatermarks)
        for count in 24..<bytes.count {
            #expect(problem(sealed(Array(bytes.prefix(count)))) != nil, "\(count) bytes")
        }
    }

    @Test func `An operator's watermark is the smallest of its instances, or none`() {
        func state(_ index: Int, _ watermark: Int64?, items: [[UInt8]] = [[1]]) -> SubtaskSnapshot {
            SubtaskSnapshot(
                subtask: SubtaskID(vertex: 0, index: UInt16(index)),
                operators: [
                    OperatorSubtaskState(
                        operatorID: .events, subtaskIndex: index, parallelism: 2, items: items,
                        keyed: nil, watermark: watermark.map(Watermark.init(rawValue:)),
                        splitWatermarks: [:])
                ])
        }
        let cases: [([SubtaskSnapshot], Int64?)] = [
            ([state(0, 5), state(1, 3)], 3), ([state(0, 5), state(1, nil)], nil),
            // One that keeps nothing has no say.
            ([state(0, 5), state(1, nil, items: [])], 5), ([state(0, nil), state(1, nil)], nil),
        ]
        for (snapshots, expected) in cases {
            #expect(OperatorState.collect(snapshots)[0].watermark?.rawValue == expected)
        }
    }

    private var goldenURL: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/metadata-v1.hex")
    }

    @Test func `Every flipped byte is noticed`() throws {
        let bytes = try #require(Self.full.encoded())
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0xFF
            #expect(problem(damaged) != nil, "byte \(index)")
        }
    }

    @Test func `Every flipped byte behind a right checksum gives an error or a sound value`() throws
    {
        let bytes = try #require(Self.full.encoded())
        for index in CheckpointMetadata.headerByteCount..<bytes.count - 4 {
            for mask in [0x01, 0x80, 0xFF] as [UInt8] {
                var damaged = bytes
                damaged[index] ^= mask
                guard let read = try? CheckpointMetadata(decoding: sealed(damaged)) else {
                    continue
                }
                #expect(read.encoded() != nil)
            }
        }
    }

    @Test func `Every truncation and every extension is noticed`() throws {
        let bytes = try #require(Self.full.encoded())
        for count in 0..<bytes.count {
            #expect(problem(Array(bytes.prefix(count))) != nil, "\(count) bytes")
            if count >= 24 { #expect(problem(sealed(Array(bytes.prefix(count)))) != nil) }
        }
        #expect(problem(bytes + [0]) != nil)
        #expect(problem(sealed(bytes + [0])) != nil)
    }

    @Test func `The envelope's errors say what is wrong`() throws {
        let bytes = try #require(Self.full.encoded())
        func with(_ index: Int, _ value: UInt8) -> [UInt8] {
            var changed = bytes
            changed[index] = value
            return sealed(changed)
        }
        #expect(problem([])?.contains("empty") == true)
        #expect(problem(Array(bytes.dropLast()))?.contains("should have \(bytes.count)") == true)
        #expect(problem(bytes + [0])?.contains("has \(bytes.count + 1) bytes") == true)
        #expect(problem([0x49, 0x60, 0x67, 0x2d, 0, 0, 0, 4])?.contains("Flink savepoint") == true)
        #expect(problem(with(0, 0x4E))?.contains("no Millrace checkpoint") == true)
        #expect(problem(with(8, 3))?.contains("newer than 2") == true)
        #expect(problem(with(8, 0))?.contains("never written") == true)
        var damaged = bytes
        damaged[40] ^= 1
        #expect(problem(damaged)?.contains("checksum is wrong") == true)
    }

    @Test(arguments: [UInt32(1) << 31, .max, 1 << 30, 65_536])
    func `Hostile counts and lengths are refused before anything is allocated`(count: UInt32) throws
    {
        let bytes = try #require(Self.full.encoded())
        for index in stride(from: 16, to: bytes.count - 8, by: 1) {
            var damaged = bytes
            for part in 0..<4 {
                damaged[index + part] = UInt8(truncatingIfNeeded: count >> (8 * part))
            }
            if let read = try? CheckpointMetadata(decoding: sealed(damaged)) {
                #expect(read.operators.count <= 2)
            }
        }
    }

    @Test func `Impossible relations are refused`() {
        func state(_ keyed: [KeyedStateHandle], parallelism: Int = 2) -> [OperatorState] {
            [OperatorState(id: .counts, parallelism: parallelism, items: [], keyed: keyed)]
        }
        func twoSlices(_ second: KeyGroupSlice, size: Int64 = 100) -> KeyedStateHandle {
            KeyedStateHandle(
                fileName: "f", fileByteCount: size, stateSchema: [9, 9],
                slices: [KeyGroupSlice(keyGroup: 1, offset: 16, length: 10, checksum: 0), second])
        }
        let otherSchema = KeyedStateHandle(
            fileName: "g", fileByteCount: 16, stateSchema: [8], slices: [])
        let cases: [([OperatorState], String)] = [
            (state([Self.handle("../x", group: 1)]), "impossible name"),
            (state([Self.handle("/etc/passwd", group: 1)]), "impossible name"),
            (state([Self.handle("a\0b", group: 1)]), "impossible name"),
            (state([Self.handle("", group: 1)]), "impossible name"),
            (state([Self.handle("..", group: 1)]), "impossible name"),
            (
                state([Self.handle(String(repeating: "a", count: 4096), group: 1)]),
                "impossible name"
            ),
            (state([Self.handle("f", group: 128)]), "key group 128"),
            (state([Self.handle("f", group: 1, offset: 15)]), "overlap"),
            (state([Self.handle("f", group: 1, offset: -1)]), "overlap"),
            (state([Self.handle("f", group: 1, length: -1)]), "overlap"),
            (state([Self.handle("f", group: 1, length: .max)]), "overlap"),
            (state([Self.handle("f", group: 1, length: 9)]), "behind its end"),
            (state([Self.handle("f", group: 1, size: .min)]), "behind its end"),
            (
                state([twoSlices(KeyGroupSlice(keyGroup: 2, offset: 25, length: 1, checksum: 0))]),
                "overlap"
            ),
            (
                state([twoSlices(KeyGroupSlice(keyGroup: 1, offset: 26, length: 1, checksum: 0))]),
                "twice"
            ),
            (state([Self.handle("f", group: 1), Self.handle("g", group: 1)]), "twice"),
            (state([Self.handle("f", group: 1), Self.handle("f", group: 2)]), "used twice"),
            (state([Self.handle("f", group: 1), otherSchema]), "different state schemas"),
            (state([], parallelism: 0), "impossible parallelism"),
            (state([], parallelism: 129), "impossible parallelism"),
            (state([]) + state([]), "listed twice"),
        ]
        for (operators, expected) in cases {
            let bytes = CheckpointMetadata.example(.of(1, 1), operators: operators).encoded() ?? []
            #expect(
                problem(bytes)?.contains(expected) == true,
                "\(expected): \(problem(bytes) ?? "read")")
        }
    }

    @Test func `Snapshots of subtasks are joined by operator, in whatever order they come`() {
        func snapshot(_ index: Int) -> SubtaskSnapshot {
            SubtaskSnapshot(
                subtask: SubtaskID(vertex: 0, index: UInt16(index)),
                operators: [
                    OperatorSubtaskState(
                        operatorID: .events, subtaskIndex: index, parallelism: 3,
                        items: [[UInt8(index)]], keyed: nil),
                    OperatorSubtaskState(
                        operatorID: .counts, subtaskIndex: index, parallelism: 3, items: [],
                        keyed: Self.handle("f\(index)", group: index)),
                ])
        }
        let states = OperatorState.collect([snapshot(2), snapshot(0), snapshot(1)])
        #expect(states.map(\.id) == [.counts, .events])
        #expect(states[0].keyed.map(\.fileName) == ["f0", "f1", "f2"])
        #expect(states[1].items == [[0], [1], [2]])
        #expect(states[1].parallelism == 3)
    }
}
