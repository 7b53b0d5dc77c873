import Foundation
import Glibc

/// One process that a drill started, with its output in a file.
///
/// Killed at the latest when the value goes, so that a failed drill leaves nothing behind.
final class ChildProcess {
    enum Ending: Equatable, CustomStringConvertible {
        case exited(Int32)
        case signalled(Int32)
        var description: String {
            switch self {
            case .exited(let code): "exit code \(code)"
            case .signalled(let number): "signal \(number)"
            }
        }
    }

    let processID: pid_t
    let name: String
    /// Standard output and standard error, in the order written.
    let outputPath: String
    private var ending: Ending?
    private(set) var isStopped = false

    /// - Parameters:
    ///   - input: A file for standard input; `/dev/null` by default.
    ///   - errorPath: A file of its own for standard error; with the output by default.
    init(
        _ command: [String], environment: [String: String] = [:], input: String = "/dev/null",
        outputPath: String, errorPath: String? = nil
    ) throws {
        name = command[0].split(separator: "/").last.map(String.init) ?? command[0]
        self.outputPath = outputPath
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let append = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, append, 0o600)
        if let errorPath {
            posix_spawn_file_actions_addopen(&actions, 2, errorPath, append, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        var variables = ProcessInfo.processInfo.environment
        variables.merge(environment) { $1 }
        var spawned = pid_t()
        let arguments = command.map { strdup($0) } + [nil]
        let settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in arguments + settings { free(pointer) } }
        let error = posix_spawnp(&spawned, command[0], &actions, nil, arguments, settings)
        guard error == 0 else {
            throw DrillError("cannot start \(command[0]): \(String(cString: strerror(error)))")
        }
        processID = spawned
    }

    deinit { terminate() }

    /// Ends the process, whatever it does, and reaps it.
    func terminate() {
        guard ending == nil else { return }
        kill(processID, SIGKILL)
        var status: Int32 = 0
        waitpid(processID, &status, 0)
        ending = .signalled(SIGKILL)
    }

    func signal(_ number: Int32) {
        kill(processID, number)
        if number == SIGCONT { isStopped = false }
    }

    /// What became of the process, or nil while it lives.
    func endingIfEnded() -> Ending? {
        if ending != nil { return ending }
        var status: Int32 = 0
        guard waitpid(processID, &status, WNOHANG | WUNTRACED) == processID else { return nil }
        if status & 0xFF == 0x7F {
            isStopped = true
        } else if status & 0x7F == 0 {
            ending = .exited(status >> 8 & 0xFF)
        } else {
            ending = .signalled(status & 0x7F)
        }
        return ending
    }

    func waitForEnd(seconds: Int = 120) throws -> Ending {
        var ended: Ending?
        try wait(for: "the end of \(name)", seconds: seconds) {
            ended = endingIfEnded()
            return ended != nil
        }
        return ended ?? .exited(0)
    }

    /// Waits until the process has stopped itself, as the failpoint action `stop` makes it.
    func waitForStop(seconds: Int = 120) throws {
        try wait(for: "\(name) to stop", seconds: seconds) {
            if let ended = endingIfEnded() {
                throw DrillError("\(name) ended with \(ended) where it should stop\n\(tail())")
            }
            return isStopped
        }
    }

    /// Waits until the process has printed `text`, in any case of letters.
    func waitForLog(_ text: String) throws {
        try wait(for: "\(name) to print \(text)") {
            if output().localizedCaseInsensitiveContains(text) { return true }
            if let ended = endingIfEnded() {
                throw DrillError("\(name) ended with \(ended), without \(text)\n\(tail())")
            }
            return false
        }
    }

    func output() -> String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }

    func tail(lines: Int = 15) -> String {
        output().split(separator: "\n").suffix(lines).joined(separator: "\n")
    }

    /// Runs a command to its end and returns what it printed on standard output.
    static func run(
        _ command: [String], in folder: TemporaryFolder, input: String = "/dev/null",
        environment: [String: String] = [:], seconds: Int = 300
    ) throws -> String {
        let path = folder.newPath("command")
        let errors = path + ".errors"
        defer { for file in [path, errors] { unlink(file) } }
        let child = try ChildProcess(
            command, environment: environment, input: input, outputPath: path, errorPath: errors)
        let ended = try child.waitForEnd(seconds: seconds)
        guard ended == .exited(0) else {
            let reason = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
            throw DrillError("\(command.joined(separator: " ")): \(ended)\n\(reason)")
        }
        return child.output()
    }
}
