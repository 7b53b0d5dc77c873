internal import Glibc
internal import PipelineRunner
internal import PipelineSpec
internal import StreamAPI

/// What changes a pipeline file before it is checked: the environment, `--env-file`, `-D`, `--set`
/// and `-p`.
struct FileOptions {
    /// Bytes of an `--env-file`, at most.
    static let environmentFileByteCountMax = 1 << 20

    private var environment: LintEnvironment

    init(_ command: ParsedCommand) throws {
        var variables = processEnvironment()
        for path in command.values("env-file") {
            variables.merge(try Self.readEnvironmentFile(path)) { _, new in new }
        }
        environment = LintEnvironment(variables: variables)
        environment.readFile = { path in
            switch readTextFile(path, byteCountMax: FileOptions.environmentFileByteCountMax) {
            case .success(let text): .success(text)
            case .failure(let error): .failure(InterpolationFileError(reason: error.reason))
            }
        }
        environment.kafkaProperty = PipelinePlanner.kafkaPropertyVerdict
        environment.overrides = try command.values("set").map { try Self.override($0, "--set") }
        environment.configurationOverrides = try command.values("define").map {
            try Self.override($0, "-D")
        }
        if let parallelism = command.value("parallelism") {
            environment.configurationOverrides.append(
                LintEnvironment.Override(name: "parallelism.default", value: parallelism))
        }
    }

    /// Reads and checks one file; a file that cannot be read is a result with that error.
    func lint(_ path: String) -> (result: LintResult, exitCode: ExitCode) {
        do throws(PipelineFileError) {
            let file = try PipelineFile.read(path)
            var environment = environment
            environment.fileMode = file.mode
            let result = PipelineLinter.lint(
                path: path, bytes: file.bytes, environment: environment)
            return (result, result.errorCount == 0 ? .finished : .configuration)
        } catch {
            let result = LintResult(
                diagnostics: [error.diagnostic], definition: nil, sourceLines: [])
            return (result, ExitCode(rawValue: error.exitCode) ?? .inputMissing)
        }
    }

    func echo(_ path: String, isResolved: Bool) throws -> String {
        let file: PipelineFile
        do throws(PipelineFileError) {
            file = try PipelineFile.read(path)
        } catch {
            throw FatalError(
                ExitCode(rawValue: error.exitCode) ?? .inputMissing, error.diagnostic.message)
        }
        return PipelineEcho.yaml(
            path: path, bytes: file.bytes, environment: environment, isResolved: isResolved)
    }

    private static func override(
        _ text: String, _ option: String
    ) throws(UsageError) -> LintEnvironment.Override {
        guard let override = LintEnvironment.Override(text) else {
            throw UsageError(message: "`\(option) \(text.prefix(80))` is not of the form key=value")
        }
        return override
    }

    private static func readEnvironmentFile(_ path: String) throws -> [String: String] {
        let text: String
        switch readTextFile(path, byteCountMax: environmentFileByteCountMax) {
        case .success(let read): text = read
        case .failure(let error): throw FatalError(.inputMissing, "--env-file: \(error.reason)")
        }
        var result: [String: String] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        where !line.isEmpty && !line.hasPrefix("#") {
            guard let override = LintEnvironment.Override(String(line)) else {
                throw FatalError(
                    .configuration, "\(path):\(index + 1):1: not of the form NAME=value")
            }
            result[override.name] = override.value
        }
        return result
    }
}

/// The process's environment.
private func processEnvironment() -> [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let pointer = entry.pointee {
        let parts = String(cString: pointer).split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
        entry += 1
    }
    return result
}

/// Why a file could not be read, with its path.
struct TextFileError: Error {
    let reason: String
}

/// Reads a small file whole; a FIFO is not waited for.
func readTextFile(_ path: String, byteCountMax: Int) -> Result<String, TextFileError> {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
        return .failure(TextFileError(reason: "\(path): \(String(cString: strerror(errno)))"))
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else {
            return .failure(TextFileError(reason: "\(path): \(String(cString: strerror(errno)))"))
        }
        if count == 0 { break }
        bytes += buffer[..<count]
        guard bytes.count <= byteCountMax else {
            return .failure(TextFileError(reason: "\(path): larger than \(byteCountMax) bytes"))
        }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
        return .failure(TextFileError(reason: "\(path): not UTF-8"))
    }
    return .success(text)
}
