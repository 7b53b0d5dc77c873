package import StreamCore

/// Kafka's hash of a record key, so that records which other producers wrote with the same key lie
/// in the same partition.
///
/// Source: `org.apache.kafka.common.utils.Utils.murmur2` and `BuiltInPartitioner`.
package enum Murmur2 {
    private static let multiplier: UInt32 = 0x5bd1_e995
    private static let shift: UInt32 = 24
    private static let seed: UInt32 = 0x9747_b28c

    /// The partition of a key: `(murmur2(key) & 0x7fffffff) % partitionCount`.
    ///
    /// - Parameter partitionCount: At least 1.
    @inline(__always)
    package static func partition(of key: ByteSlice, partitionCount: UInt32) -> Int {
        assert(partitionCount > 0)
        return Int((hash(key) & 0x7fff_ffff) % partitionCount)
    }

    // hot
    package static func hash(_ key: ByteSlice) -> UInt32 {
        let count = key.count
        guard let base = key.base else { return finish(seed) }
        let bytes = UnsafeRawPointer(base)
        // The hash is defined modulo 2³²: wrapping arithmetic is its definition.
        var hash = seed ^ UInt32(truncatingIfNeeded: count)
        var at = 0
        while at &+ 4 <= count {
            var word = UInt32(
                littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
            word = word &* multiplier
            word ^= word &>> shift
            hash = (hash &* multiplier) ^ (word &* multiplier)
            at &+= 4
        }
        if at < count {
            if count &- at == 3 { hash ^= UInt32(base[at &+ 2]) &<< 16 }
            if count &- at >= 2 { hash ^= UInt32(base[at &+ 1]) &<< 8 }
            hash = (hash ^ UInt32(base[at])) &* multiplier
        }
        return finish(hash)
    }

    @inline(__always)
    private static func finish(_ value: UInt32) -> UInt32 {
        var hash = value ^ (value &>> 13)
        hash = hash &* multiplier
        return hash ^ (hash &>> 15)
    }
}
