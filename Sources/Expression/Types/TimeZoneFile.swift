internal import Glibc

/// Reads a zone from the system's database: RFC 9636, the part with 64-bit times.
///
///     "TZif" version(1) reserved(15) isutcnt isstdcnt leapcnt timecnt typecnt charcnt (4 each)
///     then for version 2: 8 * timecnt transitions, timecnt type indices, typecnt * (offset 4,
///     is summer 1, name 1), ..., "\n" rule "\n"
enum TimeZoneFile {
    private static let folder = "/usr/share/zoneinfo/"
    private static let byteCountMax = 1 << 20
    private static let nameByteCountMax = 64
    private static let headerByteCount = 44

    /// - Returns: Nil if the name is none of the database, or the file is not as expected.
    static func read(_ name: String) -> TimeZoneRules? {
        let isPlain = name.utf8.allSatisfy { byte in
            (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte >= 0x30 && byte <= 0x39
                || "/_+-".utf8.contains(byte)
        }
        guard isPlain, !name.isEmpty, !name.hasPrefix("/"), name.utf8.count <= nameByteCountMax,
            let bytes = bytes(of: folder + name)
        else { return nil }
        return rules(name, bytes)
    }

    private static func bytes(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: byteCountMax)
        let count = bytes.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, file) }
        return count < byteCountMax ? Array(bytes[..<count]) : nil
    }

    /// Big-endian.
    private static func integer(_ bytes: [UInt8], _ offset: Int, _ width: Int) -> Int64? {
        guard offset >= 0, offset + width <= bytes.count else { return nil }
        var value: Int64 = bytes[offset] & 0x80 == 0 ? 0 : -1
        for byte in bytes[offset..<offset + width] { value = value << 8 | Int64(byte) }
        return value
    }

    private struct Counts {
        let utc, standard, leap, time, type, character: Int

        init?(_ bytes: [UInt8], at offset: Int) {
            guard bytes.count >= offset + headerByteCount,
                Array(bytes[offset..<offset + 4]) == Array("TZif".utf8)
            else { return nil }
            var values: [Int] = []
            for index in 0..<6 {
                guard let value = integer(bytes, offset + 20 + index * 4, 4), value >= 0,
                    value <= byteCountMax
                else { return nil }
                values.append(Int(value))
            }
            (utc, standard, leap) = (values[0], values[1], values[2])
            (time, type, character) = (values[3], values[4], values[5])
        }

        /// Bytes behind the header, with times of so many bytes.
        func byteCount(timeWidth: Int) -> Int {
            time * (timeWidth + 1) + type * 6 + character + leap * (timeWidth + 4) + standard + utc
        }
    }

    private static func rules(_ name: String, _ bytes: [UInt8]) -> TimeZoneRules? {
        guard bytes.count > headerByteCount, bytes[4] >= UInt8(ascii: "2"),
            let first = Counts(bytes, at: 0)
        else { return nil }
        let header = headerByteCount + first.byteCount(timeWidth: 4)
        guard let counts = Counts(bytes, at: header), counts.type > 0 else { return nil }
        let times = header + headerByteCount
        let indices = times + counts.time * 8
        let types = indices + counts.time
        func offset(ofType index: Int) -> Int64? {
            index < counts.type ? integer(bytes, types + index * 6, 4) : nil
        }
        // Before the first transition the first type holds.
        guard let initial = offset(ofType: 0) else { return nil }
        var (transitions, offsets): ([Int64], [Int64]) = ([], [initial])
        for index in 0..<counts.time {
            guard let time = integer(bytes, times + index * 8, 8),
                indices + index < bytes.count,
                let offset = offset(ofType: Int(bytes[indices + index])),
                transitions.last.map({ $0 < time }) ?? true, offset.magnitude <= 26 * 3_600
            else { return nil }
            transitions.append(time)
            offsets.append(offset)
        }
        let end = times + counts.byteCount(timeWidth: 8)
        guard listsAllYears(transitions, rule: bytes.dropFirst(end)) else { return nil }
        return TimeZoneRules(name: name, transitions: transitions, offsets: offsets)
    }

    /// Whether the transitions reach the year 2037, or there is no rule for further ones.
    private static func listsAllYears(_ transitions: [Int64], rule: ArraySlice<UInt8>) -> Bool {
        let startOf2037: Int64 = 2_114_380_800
        return !rule.contains(UInt8(ascii: ",")) || (transitions.last ?? 0) >= startOf2037
    }
}
