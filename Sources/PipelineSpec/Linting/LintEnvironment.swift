/// Everything outside the file that its meaning depends on.
package struct LintEnvironment: Sendable {
    /// For `${NAME}`: the process's environment, and what `--env-file` adds.
    package var variables: [String: String] = [:]
    /// For `${file:/path}`: the file's text. Its error's description goes into the message.
    package var readFile: @Sendable (_ path: String) -> Result<String, InterpolationFileError> = {
        .failure(InterpolationFileError(reason: "\($0) cannot be read here"))
    }
    /// `--set path=value`, in order; a later one wins.
    package var overrides: [Override] = []
    /// `-D key=value`, and `-p N` as `parallelism.default`, in order; a later one wins.
    package var configurationOverrides: [Override] = []
    /// What librdkafka says of a property; nil: names and values are not checked.
    package var kafkaProperty:
        (@Sendable (_ name: String, _ value: String) -> KafkaPropertyVerdict)?
    /// The pipeline file's permission bits, for the warning about literal passwords; nil: unknown.
    package var fileMode: UInt16?

    package init() {}

    package init(variables: [String: String]) { self.variables = variables }

    /// One `name=value` of the command line.
    package struct Override: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        /// - Returns: Nil unless `text` is `name=value` with a name.
        package init?(_ text: String) {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                return nil
            }
            name = String(text[..<equals])
            value = String(text[text.index(after: equals)...])
        }
    }
}

/// Why a file named by `${file:..}` cannot be read, in one line.
package struct InterpolationFileError: Error, Hashable, Sendable {
    package let reason: String
    package init(reason: String) { self.reason = reason }
}

/// What the client library says of one of its properties.
package enum KafkaPropertyVerdict: Hashable, Sendable {
    case good
    /// No such property; `nearest` is the most similar one.
    case unknown(nearest: String?)
    /// `reason` must not contain the value: it may be a password.
    case badValue(reason: String)
}
