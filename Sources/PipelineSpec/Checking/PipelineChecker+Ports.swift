internal import Expression
package import StreamCore
internal import YAML

/// A side output that an operator of the file has, and where the file says so.
struct SidePort {
    let name: String
    let range: YAMLRange
    let path: String
    /// What to write instead, to follow "or".
    let otherwise: String
}

extension PipelineChecker {
    /// The side outputs of an operator, in the order of its keys; none for one of unknown kind.
    func sidePorts(of operatorNode: OperatorGraph.Operator) -> [SidePort] {
        guard let object = operatorNode.object, operatorNode.section != .sinks else { return [] }
        var ports: [SidePort] = []
        for (key, name) in [("on_error", "errors"), ("late", "late")] {
            guard let value = object[key], value.text == "side_output" else { continue }
            ports.append(
                SidePort(
                    name: name, range: value.node.range, path: value.path,
                    otherwise: "write \(key): drop"))
        }
        return ports + (object.kind == "split" ? routePorts(object) : [])
    }

    private func routePorts(_ object: DecodedObject) -> [SidePort] {
        let routes = (object["routes"]?.map ?? []).map { entry in
            SidePort(
                name: entry.key, range: entry.keyRange, path: entry.value.path,
                otherwise: "remove the route")
        }
        guard object["default"]?.text != "drop" else { return routes }
        let fallback = SidePort(
            name: "default", range: object.keyRange(of: "default"), path: object.path,
            otherwise: "write default: drop")
        return routes + [fallback]
    }

    /// Whether rows can be late there; that `late` means nothing elsewhere is said of the key.
    func hasLate(_ operatorNode: OperatorGraph.Operator) -> Bool {
        guard let object = operatorNode.object, object.kind == "aggregate" else { return true }
        return isWindowed(object) || object["state_ttl"] != nil
    }

    /// How an operator gets the output of late rows; nil for one that can have none.
    func lateHint(_ operatorNode: OperatorGraph.Operator) -> String? {
        guard let kind = operatorNode.object?.kind, kind == "aggregate" || kind == "join" else {
            return nil
        }
        let id = operatorNode.id
        return hasLate(operatorNode)
            ? "write late: side_output in `\(id)`"
            : "a running aggregate has no late rows; give `\(id)` a `window` or a `state_ttl`, and "
                + "late: side_output"
    }

    /// Whether an operator has an output under its own id.
    func hasMainOutput(_ operatorNode: OperatorGraph.Operator) -> Bool {
        operatorNode.object?.kind != "split"
    }

    /// Late rows leave with the columns that they came in with.
    func addLateStream(of id: String, _ input: RowStream) {
        var stream = RowStream(schema: input.schema, scope: input.scope, isUntouchedRaw: false)
        stream.hasEventTime = input.hasEventTime
        stream.records = input.records
        stream.rejection = .late
        streams["\(id).late"] = stream
    }

    /// The stream of the side output whose rows are records that failed.
    ///
    /// - Parameter records: Those of the rows that the operator reads.
    func addErrorStream(of operatorNode: OperatorGraph.Operator, _ records: RowRecords) {
        guard operatorNode.object?["on_error"]?.text == "side_output" else { return }
        var stream = RowStream(
            schema: ErrorColumns.schema, scope: SchemaScope(ErrorColumns.schema),
            isUntouchedRaw: false)
        stream.records = records
        stream.rejection = .failed
        streams["\(operatorNode.id).errors"] = stream
    }

    /// A join's late rows have the columns of one input or the other: only what looks at no column may
    /// read them.
    func checkReadersOfLateRows() {
        let joins = Set(graph.operators.filter { $0.object?.kind == "join" }.map(\.id))
        for reader in graph.operators where reader.object?.kind != "dead_letter" {
            for input in reader.inputs
            where input.address.port == "late" && joins.contains(input.id) {
                decoder.report(
                    .lateRowsOfTwoInputs, at: input.value.node.range, path: input.value.path,
                    "`\(input.address)` has rows of both inputs of the join, whose columns differ: only "
                        + "a `dead_letter` sink, which writes the records that they were, can read it",
                    help: "name it as an input of a sink of type dead_letter, or write late: drop")
            }
        }
    }
}

/// The columns of `<id>.errors`; the engine's `RecordErrors` has the same.
package enum ErrorColumns {
    package static let schema = RowSchema([
        Field(name: "error_code", type: .string, isNullable: false),
        Field(name: "error_message", type: .string, isNullable: false),
        Field(name: "error_operator", type: .string, isNullable: false),
        Field(name: "error_field", type: .string),
    ])
}
