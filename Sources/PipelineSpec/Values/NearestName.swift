internal import Expression

/// What to say about a misspelt name.
enum NearestName {
    /// `did you mean ...?`, or the list of what there is, or nil if there is nothing.
    static func help(_ name: String, among candidates: [String]) -> String? {
        if let nearest = Spelling.nearest(name, among: candidates) {
            return "did you mean `\(nearest)`?"
        }
        guard !candidates.isEmpty, candidates.count <= 12 else { return nil }
        return "there are: " + candidates.map { "`\($0)`" }.joined(separator: ", ")
    }
}
