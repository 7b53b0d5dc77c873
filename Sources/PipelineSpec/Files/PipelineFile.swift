internal import Glibc
internal import YAML

/// Reads a pipeline file from disk, with a bound, and never from what is no file.
package struct PipelineFile: Sendable {
    /// The whole contents, at most a mebibyte.
    package let bytes: [UInt8]
    /// Permission bits.
    package let mode: UInt16

    /// - Throws: ``PipelineFileError``; exit with its ``PipelineFileError/exitCode``.
    /// - Blocking: reads at most a mebibyte; a FIFO or device is refused, not waited for.
    package static func read(_ path: String) throws(PipelineFileError) -> PipelineFile {
        // O_NONBLOCK: opening a FIFO would otherwise wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            throw PipelineFileError(
                path, "cannot be opened: \(reason(errno))",
                help: "check the path and its permissions",
                exitCode: PipelineFileError.inputMissing)
        }
        defer { close(descriptor) }
        let status = try status(descriptor, path)
        guard status.st_size <= YAMLLimits.byteCountMax else {
            throw tooLarge(path, "\(status.st_size) bytes")
        }
        let bytes = try readAll(descriptor, path)
        return PipelineFile(bytes: bytes, mode: UInt16(truncatingIfNeeded: status.st_mode & 0o7777))
    }

    private static func status(
        _ descriptor: Int32, _ path: String
    ) throws(PipelineFileError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw PipelineFileError(
                path, "cannot be examined: \(reason(errno))",
                exitCode: PipelineFileError.inputMissing)
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            let name =
                kind == S_IFDIR
                ? "a directory"
                : kind == S_IFIFO
                    ? "a FIFO"
                    : kind == S_IFSOCK ? "a socket" : "a device"
            throw PipelineFileError(
                path, "is \(name), not a file", help: "give the pipeline file itself",
                exitCode: PipelineFileError.inputMissing)
        }
        return status
    }

    private static func readAll(
        _ descriptor: Int32, _ path: String
    ) throws(PipelineFileError) -> [UInt8] {
        // One byte more than allowed shows a file that has grown since.
        let capacity = YAMLLimits.byteCountMax + 1
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            while count < capacity {
                let room = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                let read = Glibc.read(descriptor, room.baseAddress, room.count)
                if read < 0, errno == EINTR { continue }
                if read < 0 { failure = errno }
                if read <= 0 { break }
                count += read
            }
        }
        if failure != 0 {
            throw PipelineFileError(
                path, "cannot be read: \(reason(failure))", exitCode: PipelineFileError.inputMissing
            )
        }
        guard bytes.count < capacity else { throw tooLarge(path, "more than a mebibyte") }
        return bytes
    }

    private static func tooLarge(_ path: String, _ size: String) -> PipelineFileError {
        PipelineFileError(
            path, "has \(size); at most \(YAMLLimits.byteCountMax) bytes are read",
            help: "is it a pipeline file?", code: .tooLarge,
            exitCode: PipelineFileError.configuration)
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// A file that cannot be checked at all.
package struct PipelineFileError: Error, Sendable {
    /// As every other finding: `E1001` or `E1002`.
    package let diagnostic: Diagnostic
    /// 66 for what is not there or cannot be read, 78 for what is no pipeline file.
    package let exitCode: Int32

    static let inputMissing: Int32 = 66
    static let configuration: Int32 = 78

    init(
        _ path: String, _ message: String, help: String? = nil,
        code: DiagnosticCode = .unreadable, exitCode: Int32
    ) {
        diagnostic = Diagnostic(
            file: path, line: 0, column: 0, endLine: 0, endColumn: 0, code: code.rawValue,
            message: "the file \(message)", help: help)
        self.exitCode = exitCode
    }

    /// For ``DiagnosticRendering``, beside the results of other files.
    package var result: LintResult {
        LintResult(diagnostics: [diagnostic], definition: nil, sourceLines: [])
    }
}
