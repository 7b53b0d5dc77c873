internal import StreamAPI
internal import StreamCore

/// The canonical bytes of keyed state, the same for every backend; docs/state-format.md.
///
/// ```
/// schema:  version u8 = 1 | words u16 | bytes words u16 | index u16 × bytes words | operator's schema
/// group:   entries u32 | entry × entries                 a group without entries has no bytes at all
/// entry:   key length u32 | key | word × words
/// word:    u64; or, of bytes words: length u32 | bytes, with length 2^32-1 for "never set"
/// ```
///
/// Everything is little-endian. Entries come in no order that means anything.
enum KeyedStateFormat {
    static let version: UInt8 = 1
    static let absentLength = UInt32.max
    /// Bytes of the smallest entry, for a check of counts before anything is allocated.
    static func entryByteCountMin(_ descriptor: KeyedStateDescriptor) -> Int {
        4 + 8 * descriptor.wordCount - 4 * descriptor.bytesWords.count
    }

    static func schema(of descriptor: KeyedStateDescriptor) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(version)
        writer.append(UInt16(descriptor.wordCount))
        writer.append(UInt16(descriptor.bytesWords.count))
        for word in descriptor.bytesWords { writer.append(UInt16(word)) }
        return writer.bytes + descriptor.schema
    }
}
