import Testing

/// The judge is judged: each way of being wrong is seen, and a right output passes.
@Suite struct OracleTests {
    private let oracle = ColorOracle(events: ColorEvent.make(count: 400, seed: 11))

    /// The right output, one partition a colour.
    private var output: [KafkaRecord] {
        oracle.expected.sorted { $0.key < $1.key }.enumerated().flatMap { partition, entry in
            entry.value.enumerated().map { offset, result in
                record(entry.key, result, partition: partition, offset: offset)
            }
        }
    }

    private func record(
        _ color: String, _ result: ColorResult, partition: Int, offset: Int
    ) -> KafkaRecord {
        let heaviest = result.heaviest.map { "\($0)" } ?? "null"
        return KafkaRecord(
            partition: partition, offset: offset, key: color,
            value: "{\"color\":\"\(color)\",\"total\":\(result.total),\"heaviest\":\(heaviest)}")
    }

    @Test func theRightOutputPasses() {
        #expect(oracle.resultCount > 200)
        #expect(oracle.judge(output) == .exactlyOnce)
    }

    @Test func aMissingResultIsSeen() {
        #expect(oracle.judge(Array(output.dropLast())).missing == 1)
    }

    @Test func aDoubledResultIsSeen() {
        #expect(oracle.judge(output + [output[3]]).duplicated == 1)
    }

    @Test func twoResultsOfAColourInTheWrongOrderAreSeen() {
        var swapped = output
        swapped.swapAt(0, 1)
        #expect(oracle.judge(swapped).disordered.count == 1)
    }

    @Test func aResultUnderAForeignKeyIsSeen() {
        var foreign = output
        foreign[0] = KafkaRecord(
            partition: foreign[0].partition, offset: 0, key: "mauve", value: foreign[0].value)
        #expect(oracle.judge(foreign).wrong == 1)
    }

    @Test func aResultThatNoInputGivesIsSeen() {
        let invented = record(
            "red", ColorResult(total: 100_000, heaviest: 1), partition: 0, offset: 9999)
        #expect(oracle.judge(output + [invented]).wrong == 1)
    }
}
