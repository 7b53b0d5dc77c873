import Foundation

/// Orders and payments of one stretch of ten minutes after the other, for `orders-with-payments`: of
/// each stretch some are broken, and some come when an earlier stretch has been joined for good.
struct PaidOrders {
    static let stretchMilliseconds = 600_000
    /// Orders of a stretch give so many rows: one has two payments, one none.
    static let resultsPerStretch = 32

    static func isBroken(_ record: String) -> Bool {
        record.contains("broken") || record.contains("|-1|")
    }

    /// The lines that kcat writes, with `-Z`.
    static func orders(stretch: Int, lateFor: Int?) -> String {
        var lines = (0..<24).map { order($0, stretch) }
        lines += [
            "broken\t{\"order_id\":\"broken \(stretch)\"}", "broken order \(stretch)",
            "tombstone\t",
        ]
        if let lateFor { lines.append(order(100, lateFor)) }
        return lines.map { $0 + "\n" }.joined()
    }

    static func payments(stretch: Int, lateFor: Int?) -> String {
        var lines = (0..<24).flatMap { index -> [String] in
            switch index % 3 {
            case 0: []
            case 1: [payment(index, stretch, "20.00")]
            default: [payment(index, stretch, "5.50"), payment(index, stretch, "14.50")]
            }
        }
        lines += [
            // Not valid, and no row of any kind.
            payment(0, stretch, "-1.00"),
            "broken\t{\"payment_id\":\"broken\",\"amount\":\"much\"}",
        ]
        if let lateFor { lines += [payment(1, lateFor, "7.00"), payment(2, lateFor, "8.00")] }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func id(_ index: Int, _ stretch: Int) -> String { "o\(stretch)-\(index)" }

    private static func time(_ index: Int, _ stretch: Int) -> String {
        let seconds = stretch * 600 + 300 + index % 50 * 5
        return String(
            format: "1970-01-01T%02d:%02d:%02d.000Z", seconds / 3600, seconds / 60 % 60,
            seconds % 60)
    }

    private static func order(_ index: Int, _ stretch: Int) -> String {
        let id = id(index, stretch)
        return
            "\(id)\t{\"order_id\":\"\(id)\",\"customer\":{\"id\":\"c\(index)\"},\"amount\":20.00,"
            + "\"created_at\":\"\(time(index, stretch))\"}"
    }

    private static func payment(_ index: Int, _ stretch: Int, _ amount: String) -> String {
        let id = id(index, stretch)
        return "\(id)\t{\"payment_id\":\"p\",\"order_id\":\"\(id)\",\"amount\":\(amount),"
            + "\"paid_at\":\"\(time(index, stretch))\"}"
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    private struct Row: Decodable {
        let orderId: String
        let amount: Decimal
        let createdAt: String?
        let paidAt: String?
        var isOrder: Bool { createdAt != nil }
        /// `1970-01-01T00:1`: ten minutes of it are a window.
        var window: Substring { (createdAt ?? paidAt ?? "").prefix(15) }
    }

    /// `order paid status window` of each row that must come out, by nested loops, sorted.
    static func results(_ values: [String]) throws -> [String] {
        let rows = try values.map { try decoder.decode(Row.self, from: Data($0.utf8)) }
        let payments = rows.filter { !$0.isOrder && $0.amount > 0 }
        return rows.filter(\.isOrder).flatMap { order -> [String] in
            let paid = payments.filter {
                $0.orderId == order.orderId && $0.window == order.window
            }
            guard !paid.isEmpty else { return ["\(order.orderId) nil UNPAID \(order.window)"] }
            return paid.map {
                let status = $0.amount < order.amount ? "PARTIAL" : "PAID"
                return "\(order.orderId) \($0.amount) \(status) \(order.window)"
            }
        }.sorted()
    }

    private struct Result: Decodable {
        let orderId: String
        let paid: Decimal?
        let status: String
        let windowStart: String
    }

    /// The same of the rows that came out.
    static func seen(_ values: [String]) throws -> [String] {
        try values.map { value in
            let row = try decoder.decode(Result.self, from: Data(value.utf8))
            let window = row.windowStart.replacing(" ", with: "T").prefix(15)
            return "\(row.orderId) \(row.paid.map { "\($0)" } ?? "nil") \(row.status) \(window)"
        }.sorted()
    }
}
