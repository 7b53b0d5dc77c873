internal import Expression
internal import YAML

/// Operators and their inputs as written, also of operators that have errors.
struct OperatorGraph {
    enum Section: String, CaseIterable { case sources, transforms, sinks }

    struct Operator {
        let id: String
        let section: Section
        let keyRange: YAMLRange
        let path: String
        /// Nil if its kind is unknown.
        let object: DecodedObject?
        /// The input's id, if it is one and there is such an operator.
        var input: String?
        /// Every text in `input`, whatever its form: none of these is without a reader. Nil for a
        /// reader whose `input` is missing: it may have meant any.
        let mentionedInputs: [String]?
    }

    /// In the order of the file, sources first, sinks last. Ids are distinct.
    var operators: [Operator] = []
    /// Ids that unknown inputs resemble: not to be reported as never consumed as well.
    var probablyMeant: Set<String> = []
    /// Ids of transforms without cycles, inputs before their readers.
    var transformOrder: [String] = []

    subscript(id: String) -> Operator? { operators.first { $0.id == id } }
}

extension PipelineChecker {
    func buildGraph() -> OperatorGraph {
        var graph = OperatorGraph()
        var firstPlaces: [String: YAMLMark] = [:]
        for section in OperatorGraph.Section.allCases {
            let decoded = root[section.rawValue]?.map ?? []
            for entry in rootNode[section.rawValue]?.entries ?? [] {
                let path = JSONPointer.join("/" + section.rawValue, entry.key)
                if let first = firstPlaces[entry.key] {
                    decoder.report(
                        .duplicateIdentifier, at: entry.keyRange, path: path,
                        "the id `\(entry.key)` is used twice, in lines \(first.line) and "
                            + "\(entry.keyRange.start.line)",
                        help: "ids are shared by sources, transforms and sinks; rename one")
                    continue
                }
                firstPlaces[entry.key] = entry.keyRange.start
                let object = decoded.first { $0.key == entry.key }?.value.object
                graph.operators.append(
                    OperatorGraph.Operator(
                        id: entry.key, section: section, keyRange: entry.keyRange, path: path,
                        object: object, input: object?["input"]?.text,
                        mentionedInputs: section == .sources
                            ? [] : entry.value["input"].map(Self.texts)))
            }
        }
        return graph
    }

    private static func texts(_ node: YAMLNode) -> [String] {
        switch node.content {
        case .scalar(let scalar): [scalar.text]
        case .sequence(let elements): elements.flatMap(texts)
        case .mapping(let entries): entries.flatMap { texts($0.value) }
        }
    }

    func checkGraph() {
        checkPresence()
        checkInputs()
        let cyclic = checkCycles()
        orderTransforms(except: cyclic)
        checkConsumption()
    }

    private func checkPresence() {
        let sections: [(OperatorGraph.Section, DiagnosticCode)] = [
            (.sources, .noSource), (.sinks, .noSink),
        ]
        for (section, code) in sections {
            // A missing key was reported as such.
            guard root[section.rawValue] != nil, writtenKeys(of: section.rawValue).isEmpty
            else { continue }
            decoder.report(
                code, at: root.keyRange(of: section.rawValue), path: "/" + section.rawValue,
                "the pipeline has no \(section == .sources ? "source" : "sink")")
        }
    }

    private func checkInputs() {
        let candidates = graph.operators.filter { $0.section != .sinks }.map(\.id)
        for index in graph.operators.indices {
            let reader = graph.operators[index]
            guard let input = reader.input, let value = reader.object?["input"] else { continue }
            if candidates.contains(input) { continue }
            graph.operators[index].input = nil
            reportUnknownInput(input, value, candidates.filter { $0 != reader.id })
        }
    }

    private func reportUnknownInput(_ input: String, _ value: DecodedValue, _ candidates: [String])
    {
        let parts = input.split(separator: ".", maxSplits: 1)
        if parts.count == 2, candidates.contains(String(parts[0])) {
            graph.probablyMeant.insert(String(parts[0]))
            return decoder.report(
                .notAvailable, at: value.node.range, path: value.path,
                "the output `\(FieldDecoder.excerpt(input))` is not available in this version",
                help: "`\(parts[0])` has one output, `\(parts[0])`")
        }
        if let nearest = Spelling.nearest(input, among: candidates) {
            graph.probablyMeant.insert(nearest)
        }
        let isSink = writtenKeys(of: "sinks").contains(input)
        decoder.report(
            .unknownInput, at: value.node.range, path: value.path,
            isSink
                ? "the input `\(input)` is a sink; sinks have no output"
                : "there is no source or transform `\(FieldDecoder.excerpt(input))`",
            help: isSink ? nil : NearestName.help(input, among: candidates))
    }

    /// Every operator has one input, so walking inputs either ends or comes back.
    ///
    /// - Returns: The transforms on cycles.
    private func checkCycles() -> Set<String> {
        let inputs = Dictionary(
            uniqueKeysWithValues: graph.operators.filter { $0.section == .transforms }
                .compactMap { transform in transform.input.map { (transform.id, $0) } })
        var cyclic: Set<String> = []
        var finished: Set<String> = []
        for transform in graph.operators where transform.section == .transforms {
            var walk: [String] = []
            var next: String? = transform.id
            while let id = next, !finished.contains(id), inputs[id] != nil {
                if let start = walk.firstIndex(of: id) {
                    let cycle = Array(walk[start...])
                    cyclic.formUnion(cycle)
                    reportCycle(cycle)
                    break
                }
                walk.append(id)
                next = inputs[id]
            }
            finished.formUnion(walk)
        }
        return cyclic
    }

    private func reportCycle(_ cycle: [String]) {
        guard let first = graph[cycle[0]], let value = first.object?["input"] else { return }
        // Inputs were walked against the flow of rows.
        let flow = ([cycle[0]] + cycle.reversed()).joined(separator: " -> ")
        decoder.report(
            .cycle, at: value.node.range, path: value.path, "the operators form a cycle: \(flow)",
            help: "rows cannot flow back; read a source in one of them")
    }

    private func orderTransforms(except cyclic: Set<String>) {
        var placed = Set(graph.operators.filter { $0.section == .sources }.map(\.id))
        var waiting = graph.operators.filter {
            $0.section == .transforms && !cyclic.contains($0.id)
        }
        while let index = waiting.firstIndex(where: { $0.input.map(placed.contains) ?? true }) {
            let transform = waiting.remove(at: index)
            placed.insert(transform.id)
            graph.transformOrder.append(transform.id)
        }
    }

    private func checkConsumption() {
        // Without any sink, that is what is wrong.
        guard graph.operators.contains(where: { $0.section == .sinks }) else { return }
        let mentioned = graph.operators.compactMap(\.mentionedInputs)
        guard mentioned.count == graph.operators.count else { return }
        let consumed = Set(mentioned.joined()).union(graph.probablyMeant)
        for producer in graph.operators where producer.section != .sinks {
            guard !consumed.contains(producer.id) else { continue }
            decoder.report(
                .unconsumed, at: producer.keyRange, path: producer.path,
                "the output of `\(producer.id)` is never consumed",
                help: "name it as the `input` of a transform or sink, or remove it")
        }
    }
}
