internal import CSystem
internal import CXXHash

/// Hashes that are part of the state format: the same in every process, version and machine.
public enum StableHash {
    /// xxh3-64 of the bytes.
    public static func xxh3(_ bytes: UnsafeRawPointer?, _ count: Int) -> UInt64 {
        XXH3_64bits(bytes, count)
    }

    /// CRC-32C, continued from `seed`.
    public static func crc32c(
        _ bytes: UnsafeRawPointer?, _ count: Int, seed: UInt32 = 0
    ) -> UInt32 {
        guard let bytes, count > 0 else { return seed }
        return csystem_crc32c(seed, bytes, count)
    }

    /// CRC-32C of an array.
    public static func crc32c(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { crc32c($0.baseAddress, $0.count, seed: seed) }
    }
}
