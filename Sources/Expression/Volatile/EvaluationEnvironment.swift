internal import Glibc

/// What expressions ask that is not in the row: the clock and random bits.
///
/// Passed in, so that a test decides both.
package struct EvaluationEnvironment: Sendable {
    /// Milliseconds since the epoch; asked once a batch.
    package let now: @Sendable () -> Int64
    /// Fills a buffer with random bits; asked once for many values.
    package let fillRandom: @Sendable (UnsafeMutableBufferPointer<UInt64>) -> Void

    package init(
        now: @escaping @Sendable () -> Int64,
        fillRandom: @escaping @Sendable (UnsafeMutableBufferPointer<UInt64>) -> Void
    ) {
        self.now = now
        self.fillRandom = fillRandom
    }

    /// The machine's clock, and its generator for cryptography.
    package static let system = EvaluationEnvironment(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
        },
        fillRandom: { words in
            var generator = SystemRandomNumberGenerator()
            for index in words.indices { words[index] = generator.next() }
        })
}

/// Random words, taken from the environment many at a time.
///
/// - Threading: one thread.
final class RandomWords {
    private static let wordCount = 256
    private let words: UnsafeMutableBufferPointer<UInt64>
    private var next = RandomWords.wordCount

    init() { words = .allocate(capacity: Self.wordCount) }

    deinit { words.deallocate() }

    @inline(__always)
    func word(_ environment: EvaluationEnvironment) -> UInt64 {
        if next == Self.wordCount {
            environment.fillRandom(words)
            next = 0
        }
        defer { next &+= 1 }
        return words[next]
    }
}
