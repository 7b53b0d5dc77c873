/// Replaces `${..}` in one scalar value: one pass, so that a variable's value is never read again.
///
///     ${NAME}            the variable; an error if there is none
///     ${NAME:-default}   the default if the variable is absent or empty
///     ${NAME:?message}   the message as the error if the variable is absent or empty
///     ${file:/path}      the file's text without its last line end
///     ${file:/path#key}  the value of `key=value` in that file
///     $${                a literal ${
struct Interpolation {
    struct Failure: Error, Equatable {
        let code: DiagnosticCode
        let message: String
        let help: String?
        let utf8Offset: Int
    }

    struct Value: Equatable {
        let text: String
        /// Pieces that came from `${file:..}`: secrets.
        let secrets: [String]
        /// Whether anything was replaced.
        let isReplaced: Bool
    }

    let variables: [String: String]
    let readFile: @Sendable (String) -> Result<String, InterpolationFileError>

    func resolve(_ text: String) throws(Failure) -> Value {
        var output = ""
        var secrets: [String] = []
        var isReplaced = false
        var rest = text[...]
        while let start = rest.range(of: "${") {
            let before = rest[..<start.lowerBound]
            isReplaced = true
            if before.hasSuffix("$") {
                output += before.dropLast() + "${"
                rest = rest[start.upperBound...]
                continue
            }
            output += before
            let offset = text.utf8.distance(from: text.startIndex, to: start.lowerBound)
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw Failure(
                    code: .malformedInterpolation, message: "`${` has no closing `}`",
                    help: "write `$${` for a literal `${`", utf8Offset: offset)
            }
            let piece = try value(of: String(rest[start.upperBound..<end]), offset)
            output += piece.text
            if piece.isSecret, !piece.text.isEmpty { secrets.append(piece.text) }
            rest = rest[rest.index(after: end)...]
        }
        return Value(text: output + rest, secrets: secrets, isReplaced: isReplaced)
    }

    private func value(
        of reference: String, _ offset: Int
    ) throws(Failure) -> (text: String, isSecret: Bool) {
        if reference.hasPrefix("file:") {
            return (try file(String(reference.dropFirst(5)), offset), true)
        }
        let name = String(
            reference.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        let operation = reference.dropFirst(name.count)
        guard !name.isEmpty, name.first?.isNumber != true,
            operation.isEmpty || operation.hasPrefix(":-") || operation.hasPrefix(":?")
        else {
            throw Failure(
                code: .malformedInterpolation, message: "`${\(reference)}` cannot be read",
                help:
                    "write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${file:/path}; $${ for a literal ${",
                utf8Offset: offset)
        }
        let value = variables[name]
        if operation.hasPrefix(":-") {
            return (value?.isEmpty == false ? value ?? "" : String(operation.dropFirst(2)), false)
        }
        if operation.hasPrefix(":?"), value?.isEmpty != false {
            throw undefined(name, message: String(operation.dropFirst(2)), offset)
        }
        guard let value else { throw undefined(name, message: "", offset) }
        return (value, false)
    }

    private func undefined(_ name: String, message: String, _ offset: Int) -> Failure {
        Failure(
            code: .undefinedVariable,
            message: "the variable \(name) is not set" + (message.isEmpty ? "" : ": \(message)"),
            help: "set it, or give a default: ${\(name):-value}", utf8Offset: offset)
    }

    private func file(_ reference: String, _ offset: Int) throws(Failure) -> String {
        let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(parts[0])
        guard path.hasPrefix("/") else {
            throw Failure(
                code: .malformedInterpolation,
                message: "`${file:\(reference)}` needs an absolute path",
                help: "write ${file:/run/secrets/name}", utf8Offset: offset)
        }
        switch readFile(path) {
        case .failure(let error):
            throw Failure(
                code: .unreadableInterpolation,
                message: error.reason.hasPrefix(path) ? error.reason : "\(path): \(error.reason)",
                help: nil, utf8Offset: offset)
        case .success(let contents):
            guard parts.count > 1 else { return Self.withoutLastLineEnd(contents) }
            return try entry(String(parts[1]), of: path, contents, offset)
        }
    }

    private func entry(
        _ key: String, of path: String, _ contents: String, _ offset: Int
    ) throws(Failure) -> String {
        for line in contents.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, String(parts[0]).trimmingSpaces() == key {
                return String(parts[1]).trimmingSpaces()
            }
        }
        throw Failure(
            code: .unreadableInterpolation, message: "\(path) has no line `\(key)=...`", help: nil,
            utf8Offset: offset)
    }

    private static func withoutLastLineEnd(_ text: String) -> String {
        text.last?.isNewline == true ? String(text.dropLast()) : text
    }
}

extension Substring {
    /// The first occurrence of `needle`, compared scalar by scalar.
    fileprivate func range(of needle: String) -> Range<Index>? {
        let wanted = Array(needle.unicodeScalars)
        var start = unicodeScalars.startIndex
        while start < unicodeScalars.endIndex {
            if unicodeScalars[start...].starts(with: wanted) {
                return start..<unicodeScalars.index(start, offsetBy: wanted.count)
            }
            start = unicodeScalars.index(after: start)
        }
        return nil
    }
}
