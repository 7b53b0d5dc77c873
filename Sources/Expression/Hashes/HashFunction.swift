internal import CLibcrypto
internal import StreamCore

/// The message digests, by OpenSSL.
enum HashFunction: String, Hashable, Sendable, CaseIterable {
    case md5 = "MD5"
    case sha1 = "SHA1"
    case sha224 = "SHA224"
    case sha256 = "SHA256"
    case sha384 = "SHA384"
    case sha512 = "SHA512"

    /// The member of the SHA-2 family with so many bits.
    init?(bitCount: Int64) {
        switch bitCount {
        case 224: self = .sha224
        case 256: self = .sha256
        case 384: self = .sha384
        case 512: self = .sha512
        default: return nil
        }
    }

    /// OpenSSL's own, never freed.
    fileprivate var algorithm: OpaquePointer? {
        switch self {
        case .md5: EVP_md5()
        case .sha1: EVP_sha1()
        case .sha224: EVP_sha224()
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    }
}

/// Computes digests one after the other, without allocating.
///
/// - Threading: one thread.
/// - Source: OpenSSL 3.0, EVP_DigestInit(3).
final class MessageDigest {
    private let context: OpaquePointer?
    private let digest: UnsafeMutablePointer<UInt8>

    init() {
        context = EVP_MD_CTX_new()
        digest = .allocate(capacity: Int(EVP_MAX_MD_SIZE))
    }

    deinit {
        EVP_MD_CTX_free(context)
        digest.deallocate()
    }

    /// - Returns: Valid until the next call; nil if this process's OpenSSL has not the algorithm
    ///   (MD5 under FIPS) or no memory.
    func digest(_ function: HashFunction, _ bytes: ByteSlice) -> UnsafeBufferPointer<UInt8>? {
        var count: UInt32 = 0
        guard let context, let algorithm = function.algorithm,
            EVP_DigestInit_ex(context, algorithm, nil) == 1,
            EVP_DigestUpdate(context, bytes.base, bytes.count) == 1,
            EVP_DigestFinal_ex(context, digest, &count) == 1
        else { return nil }
        return UnsafeBufferPointer(start: digest, count: Int(count))
    }
}

/// MD5 and the like: the digest in lower hexadecimal digits.
struct Hash: RowFunction {
    /// Nil: SHA2, whose second argument is the number of bits.
    let function: HashFunction?
    private let digests = MessageDigest()

    init(_ function: HashFunction?) { self.function = function }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        guard let function = function ?? HashFunction(bitCount: x.integer(1, row)),
            let digest = digests.digest(function, x.text(0, row))
        else { return .failed(.badArgument) }
        let count = digest.count &* 2
        let target = output.arena.allocate(count)
        HexDigits.write(digest, HexDigits.lower, at: target)
        return output.put(ByteSlice(base: UnsafePointer(target), count: count), row)
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        guard let function = function ?? HashFunction(bitCount: x.integer(1, row)) else {
            return "SHA2 has 224, 256, 384 or 512 bits, not \(x.integer(1, row))"
        }
        return "this machine's OpenSSL refuses \(function.rawValue)"
    }
}
