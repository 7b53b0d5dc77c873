internal import StreamCore
internal import YAML

/// `window`, `emit` and `late` of an aggregate.
extension PipelineChecker {
    /// Whether there is a `window`, be it one with errors.
    func isWindowed(_ object: DecodedObject) -> Bool {
        // Ids have no character that a JSON Pointer escapes.
        let id = object.path.split(separator: "/").last.map(String.init) ?? ""
        return rootNode["transforms"]?[id]?["window"] != nil
    }

    /// - Returns: Nil after reporting.
    func window(_ object: DecodedObject, _ input: RowStream) -> WindowDefinition? {
        guard let value = object["window"], let window = value.object else { return nil }
        if !input.hasEventTime {
            decoder.report(
                .windowWithoutEventTime, at: object.keyRange(of: "window"), path: value.path,
                "a window needs event time, which the rows of `\(object["input"]?.text ?? "")` do not "
                    + "have",
                help: "give the source `event_time: ts` and `watermark: { delay: 5 s }`")
        }
        guard window.isComplete, let shape = shape(window) else { return nil }
        let emission = object["emit"]?.text ?? WindowDefinition.Emission.onWindowClose.rawValue
        return WindowDefinition(
            shape: shape,
            allowedLatenessMilliseconds: window["allowed_lateness"]?.milliseconds ?? 0,
            emission: WindowDefinition.Emission(rawValue: emission) ?? .onWindowClose)
    }

    private func shape(_ window: DecodedObject) -> WindowDefinition.Shape? {
        let offset = window["offset"]?.milliseconds ?? 0
        if window.kind == "session" {
            return window["gap"]?.milliseconds.map { .session(gapMilliseconds: $0) }
        }
        guard let size = window["size"]?.milliseconds else { return nil }
        if window.kind == "tumbling" {
            guard checkOffset(window, offset, below: size, "size") else { return nil }
            return .tumbling(sizeMilliseconds: size, offsetMilliseconds: offset)
        }
        guard let slide = window["slide"]?.milliseconds, checkSlide(window, slide, size: size),
            checkOffset(window, offset, below: slide, "slide")
        else { return nil }
        return .hopping(
            sizeMilliseconds: size, slideMilliseconds: slide, offsetMilliseconds: offset)
    }

    private func checkSlide(_ window: DecodedObject, _ slide: Int64, size: Int64) -> Bool {
        guard let value = window["slide"] else { return false }
        if slide > size {
            decoder.report(
                .outOfRange, at: value.node.range, path: value.path,
                "`slide` is longer than `size`: rows between two windows would be in none",
                help: "make it at most the size; filter rows that are not wanted")
            return false
        }
        guard (size - 1) / slide < WindowDefinition.windowsPerRowMax else {
            decoder.report(
                .outOfRange, at: value.node.range, path: value.path,
                "each row would be in \((size - 1) / slide + 1) windows, more than "
                    + "\(WindowDefinition.windowsPerRowMax)", help: "make the slide longer")
            return false
        }
        return true
    }

    private func checkOffset(
        _ window: DecodedObject, _ offset: Int64, below limit: Int64, _ name: String
    ) -> Bool {
        guard let value = window["offset"], offset >= limit else { return true }
        decoder.report(
            .outOfRange, at: value.node.range, path: value.path,
            "`offset` must be shorter than `\(name)`",
            help: "windows repeat: an offset of the whole \(name) is none")
        return false
    }

    /// What means nothing without a window.
    func checkRunning(_ object: DecodedObject) {
        let help = "window: { type: tumbling, size: 1 min }"
        if let emit = object["emit"], let text = emit.text, text != "every_row" {
            decoder.report(
                .conflictingKeys, at: emit.node.range, path: emit.path,
                "`emit: \(text)` means nothing without a `window`", help: help)
        }
        if let late = object["late"], object["state_ttl"] == nil {
            decoder.report(
                .conflictingKeys, at: object.keyRange(of: "late"), path: late.path,
                "a running aggregate has no late rows: `late` means nothing without a `window` or a "
                    + "`state_ttl`",
                help: "\(help), or state_ttl: 1 h")
        }
    }

    // MARK: deduplicate

    func deduplicate(
        _ object: DecodedObject, _ input: RowStream
    ) -> (TransformDefinition.Kind, RowStream)? {
        if !input.hasEventTime {
            decoder.report(
                .windowWithoutEventTime, at: object.keyRange, path: object.path,
                "`ttl` is of event time, which the rows of `\(object["input"]?.text ?? "")` do not have",
                help: "give the source `event_time: ts` and `watermark: { delay: 5 s }`")
        }
        guard let keys = keys(object, input), let ttl = object["ttl"]?.milliseconds else {
            return nil
        }
        // Behind a repartitioning the source's bytes are gone.
        let output = RowStream(
            schema: input.schema, scope: input.scope, isUntouchedRaw: false)
        return (.deduplicate(keys: keys, ttlMilliseconds: ttl), output)
    }

    /// A key would hide the window's column of the same name.
    func checkNames(of keys: [NamedExpression], _ value: DecodedValue?) {
        guard let value else { return }
        for key in keys where WindowDefinition.fields.contains(where: { $0.name == key.name }) {
            reportColumnTwice(key.name, at: value.node.range, path: value.path)
        }
    }
}
