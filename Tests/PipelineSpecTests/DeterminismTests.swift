import PipelineSpec
import Testing

/// Functions that a replay may answer otherwise: refused where each record counts once.
@Suite struct DeterminismTests {
    private func codes(_ change: (inout Sample) -> Void) -> [String] {
        let text = Sample.with { sample in
            sample.transforms =
                "  kept:\n    type: map\n    input: events\n    extend: { id: UUID(), at: NOW() }"
            change(&sample)
        }
        return lint(text).diagnostics.map(\.code)
    }

    @Test func everyCallIsReportedOnceAtItsPlace() {
        #expect(codes { _ in } == ["E1133", "E1133"])
    }

    @Test func theFileMayAllowThem() {
        #expect(codes { $0.tail = "allow_nondeterministic: true" } == [])
        #expect(codes { $0.tail = "allow_nondeterministic: false" } == ["E1133", "E1133"])
    }

    @Test func sinksThatMayRepeatRecordsMayHoldThem() {
        #expect(codes { $0.sinks += "\n    delivery_guarantee: at_least_once" } == [])
    }
}
