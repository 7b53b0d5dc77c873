internal import Expression
internal import YAML

/// Operators and their inputs as written, also of operators that have errors.
struct OperatorGraph {
    enum Section: String, CaseIterable { case sources, transforms, sinks }

    /// One input as written.
    struct Input {
        let address: OutputAddress
        /// Of a source or transform.
        var id: String { address.operatorID }
        /// What expressions call its rows; nil where the operator gives it no name.
        let alias: String?
        let value: DecodedValue
    }

    struct Operator {
        let id: String
        let section: Section
        let keyRange: YAMLRange
        let path: String
        /// Nil if its kind is unknown.
        let object: DecodedObject?
        /// Those for which there is an output; in the order of the file.
        var inputs: [Input]
        /// The input as written, of an operator with one.
        var input: String? { inputs.count == 1 ? inputs[0].address.description : nil }
        /// Every text in `input`, whatever its form: none of these is without a reader. Nil for a
        /// reader whose `input` is missing or empty: it may have meant any.
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
                        object: object, inputs: object?["input"].map(Self.inputs) ?? [],
                        mentionedInputs: section == .sources
                            ? [] : Self.mentioned(entry.value["input"])))
            }
        }
        return graph
    }

    private static func inputs(_ value: DecodedValue) -> [OperatorGraph.Input] {
        if let id = value.text {
            return [OperatorGraph.Input(address: OutputAddress(id), alias: nil, value: value)]
        }
        let list = (value.list ?? []).map { (alias: String?.none, value: $0) }
        let map = (value.map ?? []).map { (alias: $0.key as String?, value: $0.value) }
        return (list + map).compactMap { item in
            item.value.text.map {
                OperatorGraph.Input(
                    address: OutputAddress($0), alias: item.alias, value: item.value)
            }
        }
    }

    private static func mentioned(_ node: YAMLNode?) -> [String]? {
        let found = node.map(texts) ?? []
        return found.isEmpty ? nil : found
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
        let producers = graph.operators.filter { $0.section != .sinks }
        let ports = Dictionary(
            producers.map { ($0.id, sidePorts(of: $0)) }, uniquingKeysWith: { first, _ in first })
        for index in graph.operators.indices {
            let reader = graph.operators[index]
            checkPresence(of: reader.object?["input"])
            graph.operators[index].inputs = reader.inputs.filter { input in
                guard let known = ports[input.id] else {
                    reportUnknownInput(
                        input, producers.map(\.id).filter { $0 != reader.id })
                    return false
                }
                return checkOutput(input, known)
            }
        }
    }

    private func checkPresence(of inputs: DecodedValue?) {
        guard let inputs, case .sequence(let elements) = inputs.node.content, elements.isEmpty
        else { return }
        decoder.report(
            .missingKey, at: inputs.node.range, path: inputs.path, "the list of inputs is empty",
            help: "name a source or a transform")
    }

    private func checkOutput(_ input: OperatorGraph.Input, _ ports: [SidePort]) -> Bool {
        if isOutput(input.address, ports) { return true }
        graph.probablyMeant.insert(input.id)
        // Which outputs an operator with errors has is not known.
        if graph[input.id]?.object?.isComplete == true { reportUnknownOutput(input, ports) }
        return false
    }

    private func isOutput(_ address: OutputAddress, _ ports: [SidePort]) -> Bool {
        guard let port = address.port else {
            return graph[address.operatorID].map { hasMainOutput($0) } ?? true
        }
        return ports.contains { $0.name == port }
    }

    private func reportUnknownOutput(_ input: OperatorGraph.Input, _ ports: [SidePort]) {
        let id = input.id
        let main = graph[id].map { hasMainOutput($0) } ?? true ? [id] : []
        let outputs = main + ports.map { "\(id).\($0.name)" }
        let hint: String? =
            switch input.address.port {
            case "errors": "write on_error: side_output in `\(id)`"
            case "late": graph[id].flatMap { lateHint($0) }
            default: nil
            }
        let text = FieldDecoder.excerpt(input.address.description)
        decoder.report(
            .unknownInput, at: input.value.node.range, path: input.value.path,
            "there is no output `\(text)`; `\(id)` has "
                + outputs.map { "`\($0)`" }.joined(separator: ", "),
            help: hint ?? NearestName.help(text, among: outputs))
    }

    private func reportUnknownInput(_ input: OperatorGraph.Input, _ candidates: [String]) {
        if let nearest = Spelling.nearest(input.id, among: candidates) {
            graph.probablyMeant.insert(nearest)
        }
        let isSink = writtenKeys(of: "sinks").contains(input.id)
        decoder.report(
            .unknownInput, at: input.value.node.range, path: input.value.path,
            isSink
                ? "the input `\(input.id)` is a sink; sinks have no output"
                : "there is no source or transform `\(FieldDecoder.excerpt(input.id))`",
            help: isSink ? nil : NearestName.help(input.id, among: candidates))
    }

    /// Walks inputs depth first; an operator that is met on the way to itself is on a cycle.
    ///
    /// - Returns: The transforms on cycles.
    private func checkCycles() -> Set<String> {
        let transforms = graph.operators.filter { $0.section == .transforms }
        let inputs = Dictionary(
            uniqueKeysWithValues: transforms.map { ($0.id, $0.inputs.map(\.id)) })
        var cyclic: Set<String> = []
        var finished: Set<String> = []
        for transform in transforms {
            var walk = [(id: transform.id, next: 0)]
            // Ends: every turn takes an input of an operator that is not finished, or finishes one.
            while let top = walk.last {
                guard !finished.contains(top.id), let upstream = inputs[top.id],
                    top.next < upstream.count
                else {
                    finished.insert(top.id)
                    walk.removeLast()
                    continue
                }
                walk[walk.count - 1].next += 1
                if let start = walk.firstIndex(where: { $0.id == upstream[top.next] }) {
                    let cycle = walk[start...].map(\.id)
                    cyclic.formUnion(cycle)
                    reportCycle(cycle)
                } else {
                    walk.append((upstream[top.next], 0))
                }
            }
        }
        return cyclic
    }

    /// - Parameter cycle: Each reads the one behind it, the last the first.
    private func reportCycle(_ cycle: [String]) {
        let second = cycle.count > 1 ? cycle[1] : cycle[0]
        guard let first = graph[cycle[0]],
            let value = first.inputs.first(where: { $0.id == second })?.value
        else { return }
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
        while let index = waiting.firstIndex(where: { reader in
            reader.inputs.allSatisfy { placed.contains($0.id) }
        }) {
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
            checkConsumption(of: sidePorts(of: producer), producer, consumed)
            guard !consumed.contains(producer.id), hasMainOutput(producer) else { continue }
            decoder.report(
                .unconsumed, at: producer.keyRange, path: producer.path,
                "the output of `\(producer.id)` is never consumed",
                help: "name it as the `input` of a transform or sink, or remove it")
        }
    }

    private func checkConsumption(
        of ports: [SidePort], _ producer: OperatorGraph.Operator, _ consumed: Set<String>
    ) {
        for port in ports where !consumed.contains("\(producer.id).\(port.name)") {
            guard !graph.probablyMeant.contains(producer.id),
                port.name != "late" || hasLate(producer)
            else { continue }
            decoder.report(
                .unconsumed, at: port.range, path: port.path,
                "output `\(producer.id).\(port.name)` is never consumed",
                help: "add it to the `input` of a sink, or \(port.otherwise)")
        }
    }
}
