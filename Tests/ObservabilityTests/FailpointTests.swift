import Testing

@testable import Observability

@Suite struct FailpointTests {
    @Test func readsPointsActionsAndArrivals() {
        #expect(
            FailpointPlan.parse("P6:kill@3,P4:errno=28@2,P5a:stop,P0:hang,P1:delay=20") == [
                .init(point: .p6, action: .kill, arrival: 3),
                .init(point: .p4, action: .fail(28), arrival: 2),
                .init(point: .p5a, action: .stop, arrival: 1),
                .init(point: .p0, action: .hang, arrival: 1),
                .init(point: .p1, action: .delay(milliseconds: 20), arrival: 1),
            ])
    }

    @Test(arguments: ["P6", "P99:kill", "P6:kill@x", "P6:explode", "P6:errno=", ":", "P6:"])
    func refusesWhatIsMalformed(text: String) {
        #expect(FailpointPlan.parse(text) == nil)
    }

    @Test func failsOnlyAtTheArrivalThatWasAskedFor() throws {
        let plan = FailpointPlan(rules: [.init(point: .p4, action: .fail(28), arrival: 2)])
        try plan.reached(.p4)
        try plan.reached(.p1)
        #expect(throws: FailpointError(point: .p4, errorNumber: 28)) { try plan.reached(.p4) }
        try plan.reached(.p4)
    }

    @Test func quotesWhatJSONCannotHold() {
        #expect(jsonString("a\"b\\c\n\u{1}é") == "\"a\\\"b\\\\c\\n\\u0001é\"")
    }
}
