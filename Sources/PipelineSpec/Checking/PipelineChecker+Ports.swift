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
        return isWindowed(object)
    }

    /// Whether an operator has an output under its own id.
    func hasMainOutput(_ operatorNode: OperatorGraph.Operator) -> Bool {
        operatorNode.object?.kind != "split"
    }

    /// A row of a window is made of many records: none of them is the one that failed.
    func checkErrorOutput(_ object: DecodedObject) {
        guard let value = object["on_error"], value.text == "side_output" else { return }
        let kinds: Set = ["filter", "map", "split", "aggregate", "unnest", "flat_map", "key"]
        guard !kinds.contains(object.kind) || isWindowed(object) else { return }
        decoder.report(
            .notAvailable, at: value.node.range, path: value.path,
            "`on_error: side_output` of a window or a join is not available in this version",
            help: "do what may fail in a map before it, with on_error: side_output there")
    }

    /// Late rows leave with the columns that they came in with; behind the repartitioning they have no
    /// key, value and headers of their own.
    func addLateStream(of id: String, _ input: RowStream) {
        var stream = RowStream(schema: input.schema, scope: input.scope, isUntouchedRaw: false)
        stream.hasEventTime = input.hasEventTime
        streams["\(id).late"] = stream
    }

    /// The streams of the side outputs whose rows are records that failed.
    func addErrorStream(of operatorNode: OperatorGraph.Operator) {
        guard operatorNode.object?["on_error"]?.text == "side_output" else { return }
        streams["\(operatorNode.id).errors"] = RowStream(
            schema: ErrorColumns.schema, scope: SchemaScope(ErrorColumns.schema),
            isUntouchedRaw: false)
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
