import Foundation
import Testing

/// Records that no producer should write, and one that only looks so.
@Suite struct BadRecordTests {
    enum BadRecord: String, CaseIterable {
        case tombstone, emptyValue, brokenUTF8, notJSON, deepJSON, wrongType, missingField

        var value: Data? {
            switch self {
            case .tombstone: nil
            case .emptyValue: Data()
            case .brokenUTF8: Data(#"{"color":"r"#.utf8) + [0xC3, 0x28] + Data(#"d","ts":1}"#.utf8)
            case .notJSON: Data("not json".utf8)
            case .deepJSON:
                Data(
                    (String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)).utf8
                )
            case .wrongType: Data(#"{"color":"red","weight":"heavy","ts":1}"#.utf8)
            case .missingField: Data(#"{"weight":1.5,"ts":1}"#.utf8)
            }
        }
    }

    @Test(arguments: BadRecord.allCases)
    func byDefaultABadRecordFailsTheJobAndIsNamed(bad: BadRecord) throws {
        let drill = try Drill("bad-\(bad.rawValue)")
        try drill.input.write(value: bad.value, key: "red")
        let message = try drill.expectRefusal(1)
        #expect(message.contains("\(drill.input.name)[0]@0"), "\(message)")
        #expect(try drill.output.read().isEmpty)
        try drill.expectNothingOpen()
    }

    @Test func withDropBadRecordsLeaveNoTraceInTheResults() throws {
        let drill = try Drill("bad-dropped")
        drill.pipeline.onError = "drop"
        for (index, bad) in BadRecord.allCases.enumerated() {
            try drill.write(ColorEvent.make(count: 50, seed: UInt64(index)))
            try drill.input.write(value: bad.value, key: "red")
        }
        try drill.write(ColorEvent.make(count: 50, seed: 99))
        try drill.finish()
        try drill.expectExactlyOnce()
    }

    @Test func aRecordOfOneMegabyteIsARecordLikeAnyOther() throws {
        let drill = try Drill("one-megabyte")
        try drill.write(ColorEvent.make(count: 50, seed: 1))
        let padding = String(repeating: "x", count: 1_000_000 - 60)
        try drill.input.write(
            value: Data(#"{"pad":"\#(padding)","color":"white","weight":2,"ts":1}"#.utf8),
            key: "white")
        try drill.finish()
        let white = try drill.output.read().filter { $0.key == "white" }
        #expect(white.map(\.value) == [#"{"color":"white","total":1,"heaviest":2.0}"#])
        try drill.expectNothingOpen()
    }
}
