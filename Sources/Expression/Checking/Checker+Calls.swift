internal import StreamCore

/// How a function's call is checked and built. Arguments are counted already.
typealias CallRule = @Sendable (inout Checker, CallSite) -> Checker.Checked

/// A call with its arguments checked.
struct CallSite {
    let name: String
    let range: Range<Int>
    let arguments: [(syntax: SyntaxNode, checked: Checker.Checked)]
}

extension Checker {
    mutating func checkCall(
        _ name: String, _ nameRange: Range<Int>, _ arguments: [SyntaxNode], isStar: Bool,
        _ range: Range<Int>
    ) -> Checked {
        guard let definition = FunctionRegistry.find(name) else {
            reportUnknownFunction(name, nameRange)
            for argument in arguments { _ = check(argument) }
            return .invalid
        }
        switch definition.kind {
        case .aggregate(let function):
            return checkAggregate(function, nameRange, arguments, isStar: isStar, range)
        case .scalar(let count, let rule):
            let checked = arguments.map { (syntax: $0, checked: check($0)) }
            guard !isStar, (count.minimum...count.maximum).contains(arguments.count) else {
                report(
                    .wrongArgumentCount,
                    "\(name) takes \(count.text), not \(isStar ? "*" : String(arguments.count))",
                    range, help: definition.syntax.joined(separator: " or "))
                return .invalid
            }
            for argument in checked { if case .invalid = argument.checked { return .invalid } }
            return rule(&self, CallSite(name: name, range: range, arguments: checked))
        case .syntax:
            report(
                .syntax, "\(name) is not called with arguments", nameRange,
                help: definition.syntax.joined(separator: " or "))
            return .invalid
        }
    }

    private mutating func reportUnknownFunction(_ name: String, _ range: Range<Int>) {
        if NotBuilt.names.contains(name) {
            report(.notBuilt, "\(name) is not built yet", range, help: NotBuilt.instead[name])
        } else {
            report(
                .unknownFunction, "there is no function \(name)", range,
                help: Spelling.didYouMean(name, among: FunctionRegistry.callableNames))
        }
    }
}

extension ArgumentCount {
    /// `2 arguments`, `1 to 3 arguments`, `at least 1 argument`.
    var text: String {
        if minimum == maximum { return minimum == 1 ? "1 argument" : "\(minimum) arguments" }
        if maximum == Int.max { return "at least \(minimum) argument\(minimum == 1 ? "" : "s")" }
        return "\(minimum) to \(maximum) arguments"
    }
}
