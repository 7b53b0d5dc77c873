/// One key of `config`.
struct ConfigurationKey: Sendable {
    enum Status: Sendable {
        case available(FieldType)
        /// Flink's, and to be expected here, but this version has it not.
        case notBuilt
        /// Flink's, without a meaning here; the text says why.
        case meaningless(String)
    }

    /// Flink's newest spelling, or our own under `millrace.`.
    let name: String
    /// Spellings of former versions of Flink.
    let formerNames: [String]
    let status: Status
    let defaultText: String?
    let docs: String

    init(
        _ name: String, _ type: FieldType, default defaultText: String? = nil,
        former formerNames: [String] = [], _ docs: String
    ) {
        self.name = name
        self.formerNames = formerNames
        status = .available(type)
        self.defaultText = defaultText
        self.docs = docs
    }

    private init(_ name: String, _ status: Status, former formerNames: [String]) {
        self.name = name
        self.formerNames = formerNames
        self.status = status
        defaultText = nil
        docs = ""
    }

    static func notBuilt(_ name: String, former: [String] = []) -> ConfigurationKey {
        ConfigurationKey(name, .notBuilt, former: former)
    }

    static func meaningless(
        _ name: String, former: [String] = [], _ why: String
    ) -> ConfigurationKey {
        ConfigurationKey(name, .meaningless(why), former: former)
    }

    /// Nil for a key that this version does not read.
    var type: FieldType? {
        if case .available(let type) = status { type } else { nil }
    }
}
