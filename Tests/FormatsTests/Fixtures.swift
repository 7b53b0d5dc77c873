import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import Formats

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

/// Records of `events[3]` from offset 100 on; nil is a tombstone.
func rawBatch(_ values: [[UInt8]?], keys: [[UInt8]?]? = nil) -> RawRecordBatch {
    let raw = RawRecordBatch(rowCapacity: max(1, values.count))
    let arena = ByteArena()
    for (row, value) in values.enumerated() {
        raw.values[row] = store(value, in: arena)
        raw.keys[row] = store(keys?[row], in: arena)
        raw.partitions[row] = 3
        raw.offsets[row] = 100 + Int64(row)
        raw.timestamps[row] = -1
    }
    raw.rowCount = values.count
    raw.topic = "events"
    raw.chunks = arena.takeChunks()
    return raw
}

func store(_ value: [UInt8]?, in arena: ByteArena) -> ByteSlice {
    guard let value else { return .absent }
    let room = arena.reserve(atLeast: value.count + ByteArena.padding)
    // What stands behind a value must not matter: here, what could lengthen a number or a name.
    room.copyBytes(from: value + [UInt8](repeating: UInt8(ascii: "1"), count: ByteArena.padding))
    arena.commit(value.count + ByteArena.padding)
    let base = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
    return ByteSlice(base: base, count: value.count)
}

/// A decoder and what it counts.
struct DecoderFixture {
    let decoder: JSONDecoder
    let counters = RecordCounters()

    init(_ columns: [JSONColumn], policy: ErrorPolicy = .fail, rowCapacity: Int = 64) throws {
        decoder = try JSONDecoder(
            columns: columns, operatorID: OperatorID(rawValue: "source"), errorPolicy: policy,
            counters: counters, rowCapacity: rowCapacity)
    }

    var dropped: Int { counters.dropped.load(ordering: .relaxed) }

    /// The error of a single document; nil if it is decoded.
    func error(_ document: [UInt8]?) -> RecordError? {
        do {
            _ = try decoder.decode(rawBatch([document]))
            return nil
        } catch {
            return error as? RecordError
        }
    }
}

extension RecordBatch {
    /// The values of a row. The batch lives as long as they are read: texts are views into its chunks.
    func cells(ofRow row: Int) -> [Cell] {
        withExtendedLifetime(self) { columns.map { Cell($0, row) } }
    }
}

/// A value of a column, comparable.
enum Cell: Equatable, CustomStringConvertible {
    case null
    case boolean(Bool)
    case integer(Int64)
    case double(UInt64)
    case text(String)

    init(_ column: Column, _ row: Int) {
        guard !column.isNull(row) else {
            self = .null
            return
        }
        switch column.physical {
        case .bool8: self = .boolean(column.booleans[row] != 0)
        case .int64: self = .integer(column.integers[row])
        case .float64: self = .double(column.doubles[row].bitPattern)
        case .int128: self = .text("\(column.decimals[row])")
        case .slice: self = .text(column.slices[row].text)
        }
    }

    static func value(_ double: Double) -> Cell { .double(double.bitPattern) }

    var description: String {
        switch self {
        case .null: "NULL"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .double(let bits): "\(Double(bitPattern: bits))"
        case .text(let text): text
        }
    }
}
