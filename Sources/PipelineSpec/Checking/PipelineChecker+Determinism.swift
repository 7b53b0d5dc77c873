internal import Expression

/// Replay and functions of the clock and of chance.
extension PipelineChecker {
    /// Reports every call of such a function in an exactly-once pipeline that does not allow it.
    func checkDeterminism() {
        guard root["allow_nondeterministic"]?.boolean != true,
            sinks.contains(where: { $0.guarantee == .exactlyOnce })
        else { return }
        var seen: Set<String> = []
        for (value, syntax) in volatileExpressions {
            // An expression may have been read twice.
            guard seen.insert(value.path).inserted else { continue }
            let errors = syntax.volatileCalls.map { call in
                ExpressionError(
                    .nondeterministic,
                    "\(call.name) is not deterministic: when a record is read again after a "
                        + "failure, it gives another value",
                    range: call.range,
                    help: "take the time from the record, or write allow_nondeterministic: true "
                        + "at the top of the file")
            }
            report(ExpressionErrors(errors), in: value)
        }
    }
}
