import PipelineSpec
import Testing

/// Damaged files never trap, and every finding about them has a code and a place.
@Suite struct MutationTests {
    /// Deterministic, so that a seed repeats a failure. Source: Vigna, SplitMix64.
    private struct SplitMix64 {
        var state: UInt64
        mutating func next(below bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((z ^ (z >> 31)) % UInt64(bound))
        }
    }

    private static let mutationsPerSeed = 100

    @Test("A damaged file is reported, never a trap", arguments: Array(UInt64(1)...10))
    func damage(_ seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let files = try ["pipelines/color-counts.yaml", "pipelines/large-orders.yaml"]
            .map { Array(try ProjectFile.text($0).utf8) }
        for index in 0..<Self.mutationsPerSeed {
            var bytes = files[random.next(below: files.count)]
            for _ in 0...random.next(below: 4) { Self.mutate(&bytes, &random) }
            let result = PipelineLinter.lint(
                path: "p", bytes: bytes, environment: LintEnvironment())
            for diagnostic in result.diagnostics {
                #expect(ErrorCatalog.find(diagnostic.code) != nil, "seed \(seed), \(index)")
                #expect(diagnostic.line >= 1 && diagnostic.column >= 1, "seed \(seed), \(index)")
            }
            let output = DiagnosticRendering.text.render([result])
            #expect(!output.isEmpty)
            if let definition = result.definition { _ = PipelineExplanation.text(definition) }
        }
    }

    /// Exchanges, inserts, deletes or repeats a few bytes.
    private static func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        guard !bytes.isEmpty else { return }
        let position = random.next(below: bytes.count)
        let length = min(bytes.count - position, 1 + random.next(below: 12))
        let interesting = Array(" \t\n:-[]{}&*!|>'\"#%@`${}?,~0<\\\u{E4}\u{2028}".utf8) + [0, 0xFF]
        switch random.next(below: 5) {
        case 0: bytes[position] = interesting[random.next(below: interesting.count)]
        case 1: bytes.insert(interesting[random.next(below: interesting.count)], at: position)
        case 2: bytes.removeSubrange(position..<position + length)
        case 3:
            bytes.insert(
                contentsOf: bytes[position..<position + length], at: random.next(below: bytes.count)
            )
        default: bytes[position] = UInt8(random.next(below: 256))
        }
    }
}
