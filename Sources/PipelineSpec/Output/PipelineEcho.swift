/// The file as it was understood, for `millrace echo`: YAML in the order of the grammar, secrets as
/// `***`.
package enum PipelineEcho {
    /// - Parameter isResolved: With defaults filled in and `${..}` replaced.
    package static func yaml(
        path: String, bytes: [UInt8], environment: LintEnvironment, isResolved: Bool
    ) -> String { preconditionFailure("being built") }
}
