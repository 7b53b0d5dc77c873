internal import YAML

/// `window` and `emit` of a join.
extension PipelineChecker {
    /// - Returns: Nil after reporting, here or before.
    func joinWindow(_ object: DecodedObject) -> JoinDefinition.Window? {
        guard let window = object["window"]?.object else { return nil }
        if window.kind == "interval" { checkNoEmission(object) }
        guard window.isComplete else { return nil }
        switch window.kind {
        case "interval": return interval(window)
        case "session": return window["gap"]?.milliseconds.map { .session(gap: $0) }
        default: return hopping(window)
        }
    }

    func allowedLateness(_ object: DecodedObject) -> Int64 {
        object["window"]?.object?["allowed_lateness"]?.milliseconds ?? 0
    }

    private func interval(_ window: DecodedObject) -> JoinDefinition.Window? {
        guard let lower = window["lower"]?.milliseconds, let upper = window["upper"]?.milliseconds
        else { return nil }
        if lower <= upper { return .interval(lower: lower, upper: upper) }
        report(
            window, "upper", "`upper` is below `lower`: no row could meet another",
            help: "the right row's time is between the left one's plus `lower` and plus `upper`")
        return nil
    }

    private func hopping(_ window: DecodedObject) -> JoinDefinition.Window? {
        guard let size = window["size"]?.milliseconds else { return nil }
        let slide = window["slide"]?.milliseconds ?? size
        let offset = window["offset"]?.milliseconds ?? 0
        let length = DurationText.text(milliseconds: size)
        if size % slide != 0 {
            // A window is then made of whole slides, in which a row is kept once.
            report(
                window, "slide", "`size` is not a multiple of `slide`, as Flink's HOP asks, too",
                help: "choose a `slide` that divides \(length)")
        } else if size / slide > WindowDefinition.windowsPerRowMax {
            report(
                window, "slide",
                "each row would be in \(size / slide) windows, more than "
                    + "\(WindowDefinition.windowsPerRowMax)", help: "make the slide longer")
        } else if offset.magnitude >= slide.magnitude {
            report(
                window, "offset", "`offset` moves the windows by a whole one or more",
                help:
                    "write what is left of it: less than \(DurationText.text(milliseconds: slide))")
        } else {
            return .hopping(size: size, slide: slide, offset: offset)
        }
        return nil
    }

    private func report(_ window: DecodedObject, _ key: String, _ message: String, help: String) {
        guard let value = window[key] else { return }
        decoder.report(
            .outOfRange, at: value.node.range, path: value.path, message, help: help)
    }

    private func checkNoEmission(_ object: DecodedObject) {
        guard let emit = object["emit"] else { return }
        decoder.report(
            .conflictingKeys, at: object.keyRange(of: "emit"), path: emit.path,
            "`emit` does not apply to an interval: a pair goes out with the later of its rows",
            help: "remove `emit`")
    }

    func emission(_ object: DecodedObject) -> JoinDefinition.Emission {
        JoinDefinition.Emission(rawValue: object["emit"]?.text ?? "") ?? .onWindowClose
    }
}
