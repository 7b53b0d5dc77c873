import StreamTesting
import Testing

@testable import PipelineRunner

/// Rows of elements, repartitioned, in an aggregate that forgets its keys, and arrays of them in sessions:
/// wherever a run is killed, under any parallelism, the same is committed.
@Suite struct ShapeOutputTests {
    private static let operators = """
        transforms:
          lines: { type: unnest, input: a, of: items, ordinality: pos, keep_empty: true }
          by_key: { type: key, input: lines, key: [k] }
          running:
            type: aggregate
            input: by_key
            key: [k, sku]
            state_ttl: 4 s
            select: { rows: COUNT(*), each: ARRAY_AGG(n), places: ARRAY_AGG(DISTINCT pos) }
          members:
            type: flat_map
            input: a
            of: attributes
            select: { k: k, name: UPPER(key), value: value + CARDINALITY(attributes) }
          sessions:
            type: aggregate
            input: members
            key: [k]
            window: { type: session, gap: 3 s }
            select:
              names: LISTAGG(DISTINCT name)
              values: ARRAY_AGG(value IGNORE NULLS)
              at: window_start
        sinks:
          o1: { type: kafka, connection: main, input: lines, topic: o1, format: json }
          o2: { type: kafka, connection: main, input: running, topic: o2, format: json }
          o3: { type: kafka, connection: main, input: members, topic: o3, format: json }
          o4: { type: kafka, connection: main, input: sessions, topic: o4, format: json }
        """

    /// Keys of its own; out of order by less than the delay, so nothing is late.
    private static func partition(_ name: String, _ random: inout SplitMix64) -> [String] {
        var time: Int64 = 1_000_000
        return (0..<Int.random(in: 20...60, using: &random)).map { _ in
            time += Int64.random(in: 0...2_500, using: &random)
            let own = time - Int64.random(in: 0...1_900, using: &random)
            let items = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                Int.random(in: 0..<6, using: &random) == 0
                    ? "null"
                    : "{\"sku\":\"s\(Int.random(in: 0..<3, using: &random))\","
                        + "\"n\":\(Int.random(in: 0..<9, using: &random))}"
            }
            let array =
                Int.random(in: 0..<8, using: &random) == 0
                ? "null" : "[\(items.joined(separator: ","))]"
            let members = ["p", "q", "p"].prefix(Int.random(in: 0...3, using: &random)).map {
                "\"\($0)\":\(Int.random(in: 0..<9, using: &random))"
            }
            return "{\"k\":\"\(name)\(Int.random(in: 0..<3, using: &random))\",\"ts\":\(own),"
                + "\"items\":\(array),\"attributes\":{\(members.joined(separator: ","))}}"
        }
    }

    private static func bed(_ random: inout SplitMix64) -> PipelineBed {
        let schema =
            "k: STRING NOT NULL, ts: BIGINT NOT NULL, items: \"ARRAY<ROW<sku STRING, n INT>>\", "
            + "attributes: \"MAP<STRING, INT>\""
        return PipelineBed(
            "shapes", sources: [("a", schema, (0..<3).map { partition("a\($0)-", &random) })],
            operators, watermark: "delay: 2 s")
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `A kill and a restore at any batch, under any parallelism, change nothing`(seed: UInt64)
        throws
    {
        var random = SplitMix64(seed: seed)
        let bed = Self.bed(&random)
        let whole = try bed.run(parallelism: 1, seed: seed)
        #expect(whole.rows.values.allSatisfy { !$0.isEmpty }, "seed \(seed)")
        // Some key has come to life again.
        let firsts = whole.rows["o2"]?.filter { $0.contains("\"rows\":1,") } ?? []
        let keys = Set(firsts.map { $0.split(separator: "\"rows\"")[0] })
        #expect(keys.count < firsts.count, "seed \(seed)")
        for parallelism in [1, 2, 5] {
            let rows = try bed.rowsWithKills(
                parallelism: parallelism, seed: seed, batchCount: whole.batchCount, &random)
            for sink in whole.rows.keys.sorted() {
                #expect(rows[sink] == whole.rows[sink], "seed \(seed), \(parallelism), \(sink)")
            }
        }
    }
}
