import PipelineSpec
import Testing

@testable import PipelineRunner

/// The examples of Flink's documentation of SQL queries whose results are printed there, through whole
/// pipelines, row by row: the pages "Windowing table-valued functions", "Window Aggregation", "Window Join",
/// "Window Deduplication" and "Window Top-N" (docs/content/docs/dev/table/sql/queries).
///
/// A window's bounds are instants here, TIMESTAMP_LTZ(3), and readings of a clock there; the rows are
/// taken as being in UTC.
@Suite struct FlinkDocumentationTests {
    // MARK: The tables

    /// 2020-04-15 at `clock` o'clock, `08:05`: milliseconds since 1970.
    private static func instant(_ clock: String) -> Int64 {
        let parts = clock.split(separator: ":").compactMap { Int64($0) }
        return 1_586_908_800_000 + (parts[0] * 60 + parts[1]) * 60_000
    }

    private static func shown(_ clock: String) -> String { "2020-04-15 \(clock):00.000Z" }

    /// `Bid` of "Window Aggregation"; those of "Windowing table-valued functions" lack the suppliers.
    private static let bids = [
        ("08:05", "4.00", "C", "supplier1"), ("08:07", "2.00", "A", "supplier1"),
        ("08:09", "5.00", "D", "supplier2"), ("08:11", "3.00", "B", "supplier2"),
        ("08:13", "1.00", "E", "supplier1"), ("08:17", "6.00", "F", "supplier2"),
    ].map(bid)

    /// `Bid` of "Window Top-N" and "Window Deduplication".
    private static let moreBids = [
        ("08:05", "4.00", "A", "supplier1"), ("08:06", "4.00", "C", "supplier2"),
        ("08:07", "2.00", "G", "supplier1"), ("08:08", "2.00", "B", "supplier3"),
        ("08:09", "5.00", "D", "supplier4"), ("08:11", "2.00", "B", "supplier3"),
        ("08:13", "1.00", "E", "supplier1"), ("08:15", "3.00", "H", "supplier2"),
        ("08:17", "6.00", "F", "supplier5"),
    ].map(bid)

    /// `Bid` of the section about sessions.
    private static let sessionBids = [
        ("08:07", "4.00", "A", ""), ("08:06", "2.00", "A", ""), ("08:09", "5.00", "B", ""),
        ("08:08", "3.00", "A", ""), ("08:17", "1.00", "B", ""),
    ].map(bid)

    private static func bid(
        _ clock: String, _ price: String, _ item: String, _ supplier: String
    ) -> String {
        "{\"ts\":\(instant(clock)),\"price\":\(price),\"item\":\"\(item)\","
            + "\"supplier_id\":\"\(supplier)\"}"
    }

    // MARK: Pipelines

    /// What a pipeline over the bids writes; the watermark is `bidtime - INTERVAL '1' SECOND`, or longer
    /// where rows are out of order.
    private func results(
        _ bids: [String], _ transforms: String, from input: String, parallelism: Int = 1,
        delay: String = "1 s"
    ) throws -> [String] {
        let bed = PipelineBed(
            "bids",
            sources: [
                (
                    "bid",
                    "ts: BIGINT NOT NULL, price: \"DECIMAL(10, 2)\", item: STRING, supplier_id: STRING",
                    [bids]
                )
            ],
            """
            transforms:
            \(transforms)
            sinks:
              out: { type: kafka, connection: main, input: \(input), topic: out, format: json }
            """, watermark: "delay: \(delay)")
        return try bed.run(parallelism: parallelism, seed: 1).rows["out"] ?? []
    }

    /// Groups by `key`, or all rows together, in windows.
    private func sums(
        _ bids: [String], _ window: String, key: String? = nil, delay: String = "1 s"
    ) throws -> [String] {
        let all = "key: { every: \"1\" }"
        return try results(
            bids,
            """
              sums:
                type: aggregate
                input: bid
                \(key.map { "key: [\($0)]" } ?? all)
                window: { \(window) }
                select: { price: SUM(price), window_start: window_start, window_end: window_end }
              shown:
                type: map
                input: sums
                select:
                  window_start: window_start
                  window_end: window_end
                  \(key.map { "\($0): \($0)" } ?? "")
                  price: price
            """, from: "shown", delay: delay)
    }

    private func row(
        _ from: String, _ until: String, _ price: String, _ key: (String, String)? = nil
    ) -> String {
        "{\"window_start\":\"\(Self.shown(from))\",\"window_end\":\"\(Self.shown(until))\","
            + (key.map { "\"\($0.0)\":\"\($0.1)\"," } ?? "") + "\"price\":\(price)}"
    }

    /// Each row with each of its windows, as `SELECT * FROM TABLE(TUMBLE(..))` gives them.
    private func assigned(_ window: String) throws -> [String] {
        try results(
            Self.bids,
            """
              windowed:
                type: aggregate
                input: bid
                key: [item, price]
                window: { \(window) }
                select: { window_start: window_start, window_end: window_end }
            """, from: "windowed", parallelism: 2)
    }

    private func assignedRow(
        _ price: String, _ item: String, _ from: String, _ until: String
    ) -> String {
        "{\"item\":\"\(item)\",\"price\":\(price),\"window_start\":\"\(Self.shown(from))\","
            + "\"window_end\":\"\(Self.shown(until))\"}"
    }

    // MARK: Windowing table-valued functions

    @Test func `TUMBLE assigns each row to its window`() throws {
        let expected = [
            ("4.00", "C", "08:00", "08:10"), ("2.00", "A", "08:00", "08:10"),
            ("5.00", "D", "08:00", "08:10"), ("3.00", "B", "08:10", "08:20"),
            ("1.00", "E", "08:10", "08:20"), ("6.00", "F", "08:10", "08:20"),
        ].map(assignedRow)
        #expect(try assigned("type: tumbling, size: 10 min") == expected.sorted())
    }

    @Test func `HOP assigns each row to its windows`() throws {
        let expected = [
            ("4.00", "C", "08:00", "08:10"), ("4.00", "C", "08:05", "08:15"),
            ("2.00", "A", "08:00", "08:10"), ("2.00", "A", "08:05", "08:15"),
            ("5.00", "D", "08:00", "08:10"), ("5.00", "D", "08:05", "08:15"),
            ("3.00", "B", "08:05", "08:15"), ("3.00", "B", "08:10", "08:20"),
            ("1.00", "E", "08:05", "08:15"), ("1.00", "E", "08:10", "08:20"),
            ("6.00", "F", "08:10", "08:20"), ("6.00", "F", "08:15", "08:25"),
        ].map(assignedRow)
        #expect(try assigned("type: hopping, size: 10 min, slide: 5 min") == expected.sorted())
    }

    @Test func `TUMBLE with an offset of a minute assigns other windows`() throws {
        let expected = [
            ("4.00", "C", "08:01", "08:11"), ("2.00", "A", "08:01", "08:11"),
            ("5.00", "D", "08:01", "08:11"), ("3.00", "B", "08:11", "08:21"),
            ("1.00", "E", "08:11", "08:21"), ("6.00", "F", "08:11", "08:21"),
        ].map(assignedRow)
        #expect(try assigned("type: tumbling, size: 10 min, offset: 1 min") == expected.sorted())
        #expect(
            try sums(Self.bids, "type: tumbling, size: 10 min, offset: 1 min")
                == [row("08:01", "08:11", "11.00"), row("08:11", "08:21", "10.00")])
    }

    /// With and without `PARTITION BY item`; rows are up to a minute out of order.
    @Test func `SESSION by item and over all rows`() throws {
        let window = "type: session, gap: 5 min"
        #expect(
            try sums(Self.sessionBids, window, key: "item", delay: "2 min") == [
                row("08:06", "08:13", "9.00", ("item", "A")),
                row("08:09", "08:14", "5.00", ("item", "B")),
                row("08:17", "08:22", "1.00", ("item", "B")),
            ])
        #expect(
            try sums(Self.sessionBids, window, delay: "2 min")
                == [row("08:06", "08:14", "14.00"), row("08:17", "08:22", "1.00")])
    }

    // MARK: Window Aggregation

    @Test func `Aggregates over TUMBLE and HOP`() throws {
        #expect(
            try sums(Self.bids, "type: tumbling, size: 10 min")
                == [row("08:00", "08:10", "11.00"), row("08:10", "08:20", "10.00")])
        #expect(
            try sums(Self.bids, "type: hopping, size: 10 min, slide: 5 min") == [
                row("08:00", "08:10", "11.00"), row("08:05", "08:15", "15.00"),
                row("08:10", "08:20", "10.00"), row("08:15", "08:25", "6.00"),
            ])
    }

    /// The two grouping sets are two aggregates here; the rows without supplier are those above.
    @Test func `GROUPING SETS as one aggregate for each`() throws {
        #expect(
            try sums(Self.bids, "type: tumbling, size: 10 min", key: "supplier_id")
                == [
                    row("08:00", "08:10", "5.00", ("supplier_id", "supplier2")),
                    row("08:00", "08:10", "6.00", ("supplier_id", "supplier1")),
                    row("08:10", "08:20", "1.00", ("supplier_id", "supplier1")),
                    row("08:10", "08:20", "9.00", ("supplier_id", "supplier2")),
                ].sorted())
    }

    /// `window_time` is the event time of a window's row, so a window on windows takes it; the page prints
    /// no result, and it is that of the ten minutes at once.
    @Test(arguments: [1, 2])
    func `Cascading window aggregation`(parallelism: Int) throws {
        let rows = try results(
            Self.bids,
            """
              window1:
                type: aggregate
                input: bid
                key: [supplier_id]
                window: { type: tumbling, size: 5 min }
                select: { partial_price: SUM(price) }
              window2:
                type: aggregate
                input: window1
                key: { every: "1" }
                window: { type: tumbling, size: 10 min }
                select: { price: SUM(partial_price), s: window_start, e: window_end }
              shown:
                type: map
                input: window2
                select: { window_start: s, window_end: e, price: price }
            """, from: "shown", parallelism: parallelism)
        #expect(rows == [row("08:00", "08:10", "11.00"), row("08:10", "08:20", "10.00")])
    }

    // MARK: Window Top-N and Window Deduplication

    /// The aggregate that the page takes the first three rows of. There is no Top-N here.
    @Test func `The aggregate under Window Top-N`() throws {
        let rows = try results(
            Self.moreBids,
            """
              sums:
                type: aggregate
                input: bid
                key: [supplier_id]
                window: { type: tumbling, size: 10 min }
                select: { price: SUM(price), cnt: COUNT(*), at: window_start }
            """, from: "sums", parallelism: 2)
        let printed = [
            ("08:00", "supplier1", "6.00", 2), ("08:00", "supplier4", "5.00", 1),
            ("08:00", "supplier2", "4.00", 1), ("08:10", "supplier5", "6.00", 1),
            ("08:10", "supplier2", "3.00", 1), ("08:10", "supplier3", "2.00", 1),
        ].map { at, supplier, price, count in
            "{\"supplier_id\":\"\(supplier)\",\"price\":\(price),\"cnt\":\(count),"
                + "\"at\":\"\(Self.shown(at))\"}"
        }
        #expect(Set(printed).isSubset(of: rows))
        #expect(rows.count == 8)
    }

    /// LAST_VALUE is the last to come, ROW_NUMBER() orders by time: the same where rows come in order.
    @Test func `The last row of each window`() throws {
        let rows = try results(
            Self.moreBids,
            """
              last:
                type: aggregate
                input: bid
                key: { every: "1" }
                window: { type: tumbling, size: 10 min }
                select:
                  price: LAST_VALUE(price)
                  item: LAST_VALUE(item)
                  supplier_id: LAST_VALUE(supplier_id)
                  s: window_start
                  e: window_end
              shown:
                type: map
                input: last
                select:
                  price: price
                  item: item
                  supplier_id: supplier_id
                  window_start: s
                  window_end: e
            """, from: "shown")
        let expected = [
            ("5.00", "D", "supplier4", "08:00", "08:10"),
            ("6.00", "F", "supplier5", "08:10", "08:20"),
        ].map { price, item, supplier, from, until in
            "{\"price\":\(price),\"item\":\"\(item)\",\"supplier_id\":\"\(supplier)\","
                + "\"window_start\":\"\(Self.shown(from))\",\"window_end\":\"\(Self.shown(until))\"}"
        }
        #expect(rows == expected)
    }

    // MARK: Window Join

    private func joined(_ kind: String, parallelism: Int) throws -> [String] {
        func rows(_ rows: [(String, Int, String)]) -> [String] {
            rows.map { clock, num, id in
                "{\"ts\":\(Self.instant(clock)),\"num\":\(num),\"id\":\"\(id)\"}"
            }
        }
        let schema = "ts: BIGINT NOT NULL, num: INT, id: STRING"
        let bed = PipelineBed(
            "joined",
            sources: [
                (
                    "left_table", schema,
                    [rows([("12:02", 1, "L1"), ("12:06", 2, "L2"), ("12:03", 3, "L3")])]
                ),
                (
                    "right_table", schema,
                    [rows([("12:01", 2, "R2"), ("12:04", 3, "R3"), ("12:05", 4, "R4")])]
                ),
            ],
            """
            transforms:
              joined:
                type: join
                kind: \(kind)
                input: { l: left_table, r: right_table }
                condition: l.num = r.num
                window: { type: tumbling, size: 5 min }
                select:
                  L_Num: l.num
                  L_Id: l.id
                  R_Num: r.num
                  R_Id: r.id
                  window_start: window_start
                  window_end: window_end
            sinks:
              out: { type: kafka, connection: main, input: joined, topic: out, format: json }
            """, watermark: "delay: 5 min")
        return try bed.run(parallelism: parallelism, seed: 1).rows["out"] ?? []
    }

    /// The page prints the full join; of the others it has those of the rows that they keep.
    @Test(arguments: ["inner", "left", "right", "full"], [1, 2])
    func `INNER, LEFT, RIGHT and FULL OUTER window join`(kind: String, parallelism: Int) throws {
        let printed: [(Int?, Int?, String, String)] = [
            (1, nil, "12:00", "12:05"), (nil, 2, "12:00", "12:05"), (3, 3, "12:00", "12:05"),
            (2, nil, "12:05", "12:10"), (nil, 4, "12:05", "12:10"),
        ]
        func side(_ name: String, _ number: Int?) -> String {
            number.map { "\"\(name)_Num\":\($0),\"\(name)_Id\":\"\(name)\($0)\"," }
                ?? "\"\(name)_Num\":null,\"\(name)_Id\":null,"
        }
        let kept = printed.filter { row in
            (row.0 != nil || ["right", "full"].contains(kind))
                && (row.1 != nil || ["left", "full"].contains(kind))
        }.map { row in
            "{" + side("L", row.0) + side("R", row.1)
                + "\"window_start\":\"\(Self.shown(row.2))\",\"window_end\":\"\(Self.shown(row.3))\"}"
        }
        #expect(try joined(kind, parallelism: parallelism) == kept.sorted())
    }

    // MARK: Interval join

    /// "Joins": orders with the shipments of the four hours behind them, both bounds included. The page
    /// prints no rows.
    @Test(arguments: [1, 2])
    func `Interval join`(parallelism: Int) throws {
        func row(_ id: Int, _ clock: String) -> String {
            "{\"ts\":\(Self.instant(clock)),\"id\":\(id)}"
        }
        let schema = "ts: BIGINT NOT NULL, id: BIGINT"
        let bed = PipelineBed(
            "shipped",
            sources: [
                (
                    "orders", schema,
                    [[row(1, "08:00"), row(2, "08:00"), row(3, "08:00"), row(4, "08:00")]]
                ),
                (
                    "shipments", schema,
                    [[row(4, "07:59"), row(1, "08:00"), row(2, "12:00"), row(3, "12:01")]]
                ),
            ],
            """
            transforms:
              shipped:
                type: join
                kind: inner
                input: { o: orders, s: shipments }
                condition: o.id = s.id
                window: { type: interval, lower: 0 s, upper: 4 h }
                select: { id: o.id, order_time: o.ts, ship_time: s.ts }
            sinks:
              out: { type: kafka, connection: main, input: shipped, topic: out, format: json }
            """)
        let rows = try bed.run(parallelism: parallelism, seed: 1).rows["out"] ?? []
        let order = Self.instant("08:00")
        #expect(
            rows
                == [(1, "08:00"), (2, "12:00")].map { id, clock in
                    "{\"id\":\(id),\"order_time\":\(order),\"ship_time\":\(Self.instant(clock))}"
                })
    }
}
