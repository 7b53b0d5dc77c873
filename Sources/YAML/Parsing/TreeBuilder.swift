/// Builds the node tree from events, without recursion, and collects what can be collected.
struct TreeBuilder {
    var problems: [YAMLProblem] = []

    /// A collection whose end has not come yet. A class, so that its arrays grow in place.
    private final class Open {
        let isMapping: Bool
        let anchor: String?
        let start: YAMLMark
        var elements: [YAMLNode] = []
        var entries: [YAMLEntry] = []
        /// The key whose value comes next.
        var pendingKey: PendingKey?
        /// Where each key was first given.
        var keyMarks: [String: YAMLMark] = [:]

        init(isMapping: Bool, anchor: String?, start: YAMLMark) {
            self.isMapping = isMapping
            self.anchor = anchor
            self.start = start
        }
    }
    /// `text` is nil for a key that was refused; its value is read and dropped.
    private struct PendingKey { let text: String?, range: YAMLRange }
    private struct Anchored { let node: YAMLNode, nodeCount: Int, height: Int }

    private var stack: [Open] = []
    private var anchors: [String: Anchored] = [:]
    /// Anchors whose collection is still open: an alias to one would never end.
    private var openAnchors: Set<String> { Set(stack.compactMap(\.anchor)) }
    private var nodeCount = 0
    private var root: YAMLNode?
    private var documentCount = 0

    /// - Throws: The problem that ended parsing; those before it are in ``problems``.
    mutating func build(_ bytes: [UInt8]) throws(YAMLProblem) -> YAMLNode? {
        guard let reader = EventReader(bytes) else {
            throw YAMLProblem(.limit, at: YAMLMark(line: 1, column: 1), "no memory for a parser")
        }
        while true {
            let event = try reader.next()
            if case .streamEnd = event.kind { break }
            try take(event)
            if documentCount > 1 { break }
            guard problems.count < YAMLLimits.problemCountMax else { break }
        }
        if root == nil, problems.isEmpty {
            throw YAMLProblem(
                .empty, at: YAMLMark(line: 1, column: 1), "the file is empty",
                help:
                    "begin with `version: 1` and `name:`; docs/pipeline-reference.md has every key")
        }
        return root
    }

    private mutating func take(_ event: Event) throws(YAMLProblem) {
        if let tag = event.tag {
            problems.append(
                YAMLProblem(
                    .tag, at: event.range, "the tag `\(tag)` is not allowed",
                    help: "leave it out: the type of each field is known"))
        }
        switch event.kind {
        case .streamStart, .streamEnd, .documentEnd: break
        case .documentStart: startDocument(event)
        case .alias(let name): try expand(name, event)
        case .scalar(let scalar):
            try count(event, nodes: 1, height: 1)
            let node = YAMLNode(.scalar(scalar), range: event.range)
            try remember(event.anchor, node, event)
            attach(node)
        case .sequenceStart: try open(isMapping: false, event)
        case .mappingStart: try open(isMapping: true, event)
        case .sequenceEnd, .mappingEnd: try close(event)
        }
    }

    private mutating func startDocument(_ event: Event) {
        documentCount += 1
        guard documentCount > 1 else { return }
        problems.append(
            YAMLProblem(
                .severalDocuments, at: event.range,
                "a second document begins here; a file holds one pipeline",
                help: "put it into a file of its own"))
    }

    // MARK: Collections

    private mutating func open(isMapping: Bool, _ event: Event) throws(YAMLProblem) {
        try count(event, nodes: 1, height: 1)
        stack.append(Open(isMapping: isMapping, anchor: event.anchor, start: event.range.start))
    }

    private mutating func close(_ event: Event) throws(YAMLProblem) {
        guard let open = stack.popLast() else { return }
        let node = YAMLNode(
            open.isMapping ? .mapping(open.entries) : .sequence(open.elements),
            range: YAMLRange(start: open.start, end: event.range.end))
        try remember(open.anchor, node, event)
        attach(node)
    }

    /// Puts a finished node where it belongs: into the innermost open collection, or at the root.
    private mutating func attach(_ node: YAMLNode) {
        guard let open = stack.last else {
            root = root ?? node
            return
        }
        guard open.isMapping else { return open.elements.append(node) }
        guard let key = open.pendingKey else {
            open.pendingKey = pendingKey(node, in: open)
            return
        }
        if let text = key.text {
            open.entries.append(YAMLEntry(key: text, keyRange: key.range, value: node))
        }
        open.pendingKey = nil
    }

    /// Leaves out something unknown: a value with its key, or a key with the value to come.
    private func skip(_ event: Event) {
        guard let open = stack.last, open.isMapping else { return }
        open.pendingKey = open.pendingKey == nil ? PendingKey(text: nil, range: event.range) : nil
    }

    private mutating func pendingKey(_ node: YAMLNode, in open: Open) -> PendingKey {
        guard let scalar = node.scalar else {
            problems.append(
                YAMLProblem(
                    .keyNotText, at: node.range, "a key must be a text, not \(node.kindText)"))
            return PendingKey(text: nil, range: node.range)
        }
        if scalar.text == "<<", scalar.style == .plain {
            problems.append(
                YAMLProblem(
                    .mergeKey, at: node.range, "the merge key `<<` is not allowed",
                    help: "write the keys out, or alias whole values"))
            return PendingKey(text: nil, range: node.range)
        }
        if let first = open.keyMarks[scalar.text] {
            problems.append(
                YAMLProblem(
                    .duplicateKey, at: node.range,
                    "the key `\(scalar.excerpt)` is given twice, in lines \(first.line) and "
                        + "\(node.range.start.line)",
                    help: "the first is at \(first.line):\(first.column); remove one"))
            return PendingKey(text: nil, range: node.range)
        }
        open.keyMarks[scalar.text] = node.range.start
        return PendingKey(text: scalar.text, range: node.range)
    }

    // MARK: Anchors and limits

    private mutating func remember(
        _ anchor: String?, _ node: YAMLNode, _ event: Event
    ) throws(YAMLProblem) {
        guard let anchor else { return }
        guard anchors.count < YAMLLimits.anchorCountMax else {
            throw limit(event, "more than \(YAMLLimits.anchorCountMax) anchors")
        }
        let size = Self.measure(node)
        anchors[anchor] = Anchored(node: node, nodeCount: size.nodes, height: size.height)
    }

    private mutating func expand(_ name: String, _ event: Event) throws(YAMLProblem) {
        guard !openAnchors.contains(name) else {
            throw YAMLProblem(
                .unknownAnchor, at: event.range,
                "the alias `*\(name)` stands inside its own anchor",
                help: "a value cannot contain itself")
        }
        guard let anchored = anchors[name] else {
            problems.append(
                YAMLProblem(
                    .unknownAnchor, at: event.range, "no anchor `&\(name)` stands before this alias"
                ))
            return skip(event)
        }
        try count(event, nodes: anchored.nodeCount, height: anchored.height)
        attach(anchored.node)
    }

    private mutating func count(_ event: Event, nodes: Int, height: Int) throws(YAMLProblem) {
        // Both bounded: an anchored node was counted itself.
        nodeCount += nodes
        guard nodeCount <= YAMLLimits.nodeCountMax else {
            throw limit(
                event, "more than \(YAMLLimits.nodeCountMax) values, aliases counted in full")
        }
        guard stack.count + height <= YAMLLimits.depthMax else {
            throw limit(event, "nested deeper than \(YAMLLimits.depthMax) levels")
        }
    }

    private func limit(_ event: Event, _ what: String) -> YAMLProblem {
        YAMLProblem(
            .limit, at: event.range, what, help: "a pipeline file needs far less: simplify it")
    }

    /// Nodes in a tree and its height; the tree is at most ``YAMLLimits/depthMax`` high.
    private static func measure(_ node: YAMLNode) -> (nodes: Int, height: Int) {
        let children: [YAMLNode]
        switch node.content {
        case .scalar: return (1, 1)
        case .sequence(let elements): children = elements
        case .mapping(let entries): children = entries.map(\.value)
        }
        return children.map(measure).reduce((1, 1)) { ($0.0 + $1.nodes, max($0.1, $1.height + 1)) }
    }
}
