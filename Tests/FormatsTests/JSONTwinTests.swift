import Foundation
import StreamAPI
import StreamCore
import Testing

@testable import Formats

/// The decoder against a generator that knows the answer, and against Foundation's parser on damaged
/// documents.
@Suite struct JSONTwinTests {
    private static let columns = [
        JSONColumn(Field(name: "s", type: .string)), JSONColumn(Field(name: "i", type: .bigint)),
        JSONColumn(Field(name: "d", type: .double)), JSONColumn(Field(name: "b", type: .boolean)),
        JSONColumn(field: Field(name: "o.s", type: .string), path: [.field("o"), .field("s")]),
        JSONColumn(
            field: Field(name: "o.l[2]", type: .bigint),
            path: [.field("o"), .field("l"), .element(2)]),
    ]

    @Test(arguments: 0..<20 as Range<UInt64>)
    func documentsOfKnownContentGiveThatContent(seed: UInt64) throws {
        var generator = DocumentGenerator(seed: seed)
        let rows = (0..<50).map { _ in generator.row() }
        let fixture = try DecoderFixture(Self.columns)
        let batch = try fixture.decoder.decode(rawBatch(rows.map { Array($0.document.utf8) }))
        for (row, expected) in rows.enumerated() {
            #expect(batch.cells(ofRow: row) == expected.cells, "\(expected.document)")
        }
    }

    /// A byte is changed, removed or put in; both parsers must agree on whether that is JSON.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func damagedDocumentsAreRefusedWhenFoundationRefusesThem(seed: UInt64) throws {
        var generator = DocumentGenerator(seed: seed)
        let fixture = try DecoderFixture([JSONColumn(Field(name: "absent", type: .string))])
        for _ in 0..<60 {
            let document = generator.damaged(Array(generator.row().document.utf8))
            // Foundation reads other encodings too.
            guard document.count > 4, !hasLargeExponent(document) else { continue }
            let isObject =
                (try? JSONSerialization.jsonObject(with: Data(document))) is [String: Any]
            let error = fixture.error(document)
            #expect((error == nil) == isObject, "\(String(decoding: document, as: UTF8.self))")
        }
    }
}

/// Whether some number may be beyond Double's range: well-formed, but refused by Foundation.
private func hasLargeExponent(_ document: [UInt8]) -> Bool {
    var digits = 0
    var isExponent = false
    for byte in document {
        if byte | 0x20 == UInt8(ascii: "e") {
            isExponent = true
            digits = 0
        } else if isExponent, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            digits += 1
        } else if byte != UInt8(ascii: "+"), byte != UInt8(ascii: "-") {
            isExponent = false
        }
        if digits > 2 { return true }
    }
    return false
}

/// Random documents with the cells that the columns of ``JSONTwinTests`` must get from them.
struct DocumentGenerator {
    struct Row {
        let document: String
        let cells: [Cell]
    }

    private var random: SplitMix64
    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func row() -> Row {
        var cells = [Cell](repeating: .null, count: 6)
        var members: [String] = []
        if flip() { members.append(member("s", string(&cells[0]))) }
        if flip() { members.append(member("i", integer(&cells[1]))) }
        if flip() { members.append(member("d", double(&cells[2]))) }
        if flip() { members.append(member("b", boolean(&cells[3]))) }
        if flip() { members.append(member("o", object(&cells))) }
        for _ in 0..<number(0...3) {
            members.append(member("x\(number(0...9))", anything(depth: 3)))
        }
        members.shuffle(using: &random)
        return Row(
            document: "{" + members.joined(separator: "," + space()) + "}" + space(), cells: cells)
    }

    mutating func damaged(_ document: [UInt8]) -> [UInt8] {
        var bytes = document
        for _ in 0..<number(1...2) {
            let at = number(0...bytes.count - 1)
            let byte =
                Array("{}[]:,\"\\ 0123-+.eEtfnu\u{1}é".utf8).randomElement(using: &random) ?? 0
            switch number(0...2) {
            case 0: bytes[at] = byte
            case 1: bytes.insert(byte, at: at)
            default: if bytes.count > 1 { bytes.remove(at: at) }
            }
        }
        return bytes
    }

    // MARK: Values

    private mutating func string(_ cell: inout Cell) -> String {
        if number(0...9) == 0 { return null(&cell) }
        var text = ""
        var json = "\""
        for _ in 0..<number(0...20) {
            let scalar =
                ["a", "ä", "€", "😀", "\"", "\\", "/", "\n", "\u{1}", " ", "}", ","]
                .randomElement(using: &random) ?? "a"
            text += scalar
            json += escaped(scalar)
        }
        cell = .text(text)
        return json + "\""
    }

    private mutating func escaped(_ scalar: String) -> String {
        let mustEscape = ["\"", "\\", "\n", "\u{1}"].contains(scalar)
        if !mustEscape, number(0...3) > 0 { return scalar }
        return scalar.utf16.map { unit in
            let hex = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        }.joined()
    }

    private mutating func integer(_ cell: inout Cell) -> String {
        if number(0...9) == 0 { return null(&cell) }
        let value = Int64(bitPattern: random.next()) >> Int64(number(0...63))
        cell = .integer(value)
        return "\(value)"
    }

    private mutating func double(_ cell: inout Cell) -> String {
        let value =
            flip() ? Double(number(-100_000...100_000)) / 100 : Double(bitPattern: random.next())
        guard value.isFinite else { return null(&cell) }
        cell = .value(value)
        return "\(value)"
    }

    private mutating func boolean(_ cell: inout Cell) -> String {
        let value = flip()
        cell = .boolean(value)
        return "\(value)"
    }

    private func null(_ cell: inout Cell) -> String {
        cell = .null
        return "null"
    }

    private mutating func object(_ cells: inout [Cell]) -> String {
        var ignored = Cell.null
        let items = (0..<number(0...5)).map { _ in integer(&ignored) }
        if items.count > 2, let value = Int64(items[2]) { cells[5] = .integer(value) }
        let list = member("l", "[" + items.joined(separator: ",") + "]")
        return "{" + list + "," + member("s", string(&cells[4])) + "}"
    }

    private mutating func anything(depth: Int) -> String {
        var ignored = Cell.null
        switch number(0...(depth > 0 ? 6 : 4)) {
        case 0: return string(&ignored)
        case 1: return integer(&ignored)
        case 2: return double(&ignored)
        case 3: return boolean(&ignored)
        case 4: return "null"
        case 5:
            return "["
                + (0..<number(0...3)).map { _ in anything(depth: depth - 1) }
                .joined(separator: ",") + "]"
        default:
            return "{"
                + (0..<number(0...3)).map { member("k\($0)", anything(depth: depth - 1)) }
                .joined(separator: ",") + "}"
        }
    }

    private mutating func member(_ name: String, _ value: String) -> String {
        space() + "\"\(name)\"" + space() + ":" + space() + value
    }

    private mutating func space() -> String {
        ["", "", "", " ", "\n\t"].randomElement(using: &random) ?? ""
    }
    private mutating func flip() -> Bool { Bool.random(using: &random) }
    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }
}
