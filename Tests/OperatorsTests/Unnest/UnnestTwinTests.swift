import StreamCore
import Testing

@testable import Operators

/// The operator against a loop over values, with NULLs, selections and large arrays.
@Suite struct UnnestTwinTests {
    /// A line of an order; nil: JSON's null.
    private struct Line {
        let sku: String?
        let count: Int64
    }

    @Test(arguments: 0..<16 as Range<UInt64>)
    func everyElementIsTheRowThatALoopMakes(seed: UInt64) throws {
        var random = AggregateRandom(state: seed)
        let keepsEmpty = seed % 2 == 0
        let fixture = try UnnestFixture(
            "lines", hasOrdinality: true, keepsEmpty: keepsEmpty,
            select: ["id", "sku", "n", "position"])
        for _ in 0..<8 {
            let orders = (0..<Int.random(in: 0...40, using: &random)).map { _ in lines(&random) }
            let input = orders.enumerated().map { index, lines in
                UnnestFixture.row(
                    Int64(index), "lines", lines.map { .text(text($0, &random)) } ?? .null)
            }
            let selected = orders.indices.filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
            let expected = selected.flatMap { naive($0, orders[$0], keepsEmpty) }
            #expect(try fixture.process(input, selected: selected) == expected)
        }
    }

    private func naive(_ id: Int, _ lines: [Line?]?, _ keepsEmpty: Bool) -> [String] {
        guard let lines, !lines.isEmpty else {
            return keepsEmpty ? ["\(id) NULL NULL NULL"] : []
        }
        return lines.enumerated().map { index, line in
            guard let line else { return "\(id) NULL NULL \(index + 1)" }
            return "\(id) \(line.sku ?? "NULL") \(line.count) \(index + 1)"
        }
    }

    private func lines(_ random: inout AggregateRandom) -> [Line?]? {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return nil
        case 1: return []
        case 2: return some(Int.random(in: 1000...5000, using: &random), &random)
        default: return some(Int.random(in: 1...5, using: &random), &random)
        }
    }

    private func some(_ count: Int, _ random: inout AggregateRandom) -> [Line?] {
        (0..<count).map { _ in
            guard Int.random(in: 0..<8, using: &random) > 0 else { return nil }
            let texts = ["x", "", "]\"\\", "ä,{", "null"]
            return Line(
                sku: Bool.random(using: &random) ? texts.randomElement(using: &random) : nil,
                count: Int64.random(in: -9...9, using: &random))
        }
    }

    /// The lines as JSON, with blanks anywhere.
    private func text(_ lines: [Line?], _ random: inout AggregateRandom) -> String {
        func blank(_ random: inout AggregateRandom) -> String {
            ["", "", " ", "\n\t"].randomElement(using: &random) ?? ""
        }
        var elements: [String] = []
        for line in lines {
            var made = "null"
            if let line {
                let escaped = line.sku?.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                let sku = escaped.map { "\"\($0)\"" } ?? "null"
                let members = [
                    "\"sku\"\(blank(&random)):\(blank(&random))\(sku)", "\"n\":\(line.count)",
                ]
                made = "{" + members.shuffled(using: &random).joined(separator: " ,") + "}"
            }
            elements.append(blank(&random) + made + blank(&random))
        }
        return "[" + elements.joined(separator: ",") + "]"
    }
}
