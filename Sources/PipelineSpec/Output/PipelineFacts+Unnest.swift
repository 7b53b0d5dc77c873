/// What there is to say about unnest and flat_map.
extension PipelineFacts {
    /// Lines behind the operator's id.
    static func unnest(_ unnest: UnnestDefinition, of inputs: String) -> [String] {
        let names = unnest.elementNames.joined(separator: ", ")
        let empty = unnest.keepsEmpty ? "go on once, with NULLs" : "are left out"
        return [
            "a row of \(inputs) for each element of \(oneLine(unnest.collection.text)) as \(names); "
                + "rows without elements \(empty)"
        ] + (unnest.select ?? []).map { "  \($0.name) = \(oneLine($0.text))" }
    }
}
