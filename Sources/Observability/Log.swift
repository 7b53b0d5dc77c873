internal import Glibc
internal import Synchronization

/// The process's log: one line an event on standard error, as text or as JSON.
///
/// Never called per record. Values of secret fields and every resolved secret are replaced by `***`.
///
/// - Threading: any thread; lines are written whole.
public enum Log {
    public enum Level: Int, Comparable, Sendable {
        case debug, info, warning, error
        public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    public enum Format: String, Sendable { case text, json }

    /// A key and its value, printed in the order given.
    public typealias Fields = KeyValuePairs<String, any CustomStringConvertible & Sendable>

    private struct State {
        var format = Format.text
        var levelMin = Level.info
        var secrets: [String] = []
        var clearLine = false
    }
    private static let state = Mutex(State())

    public static func configure(format: Format, levelMin: Level) {
        state.withLock {
            $0.format = format
            $0.levelMin = levelMin
        }
    }

    /// Every later line shows `***` in place of `secret`. Shorter than 4 characters: ignored, as it
    /// would garble the log more than it hides.
    public static func redact(_ secret: String) {
        guard secret.utf8.count >= 4 else { return }
        state.withLock { $0.secrets.append(secret) }
    }

    /// A progress line stands on the terminal: log lines first clear it.
    public static func progressLineShown(_ shown: Bool) { state.withLock { $0.clearLine = shown } }

    public static func debug(_ message: String, _ fields: Fields = [:]) {
        write(.debug, message, fields)
    }
    public static func info(_ message: String, _ fields: Fields = [:]) {
        write(.info, message, fields)
    }
    public static func warning(_ message: String, _ fields: Fields = [:]) {
        write(.warning, message, fields)
    }
    public static func error(_ message: String, _ fields: Fields = [:]) {
        write(.error, message, fields)
    }

    private static func write(_ level: Level, _ message: String, _ fields: Fields) {
        state.withLock { state in
            guard level >= state.levelMin else { return }
            var line =
                state.format == .json
                ? jsonLine(level, message, fields) : textLine(level, message, fields)
            for secret in state.secrets { line = line.replacing(secret, with: "***") }
            if state.clearLine { line = "\r\u{1B}[K" + line }
            standardError(line + "\n")
        }
    }

    private static func textLine(_ level: Level, _ message: String, _ fields: Fields) -> String {
        var line = "\(timestamp()) \(level.label) \(message)"
        for (key, value) in fields {
            let text = "\(value)"
            let quoted = text.isEmpty || text.contains { $0 == " " || $0 == "\"" || $0.isNewline }
            line += quoted ? " \(key)=\(jsonString(text))" : " \(key)=\(text)"
        }
        return line
    }

    private static func jsonLine(_ level: Level, _ message: String, _ fields: Fields) -> String {
        var line = "{\"time\":\"\(timestamp())\",\"level\":\"\(level)\","
        line += "\"message\":\(jsonString(message))"
        for (key, value) in fields { line += ",\(jsonString(key)):\(jsonString("\(value)"))" }
        return line + "}"
    }

    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        let date =
            pad(Int(parts.tm_year) + 1900, 4) + "-" + pad(Int(parts.tm_mon) + 1, 2) + "-"
            + pad(Int(parts.tm_mday), 2)
        let time =
            pad(Int(parts.tm_hour), 2) + ":" + pad(Int(parts.tm_min), 2) + ":"
            + pad(Int(parts.tm_sec), 2)
        return date + "T" + time + "." + pad(now.tv_nsec / 1_000_000, 3) + "Z"
    }

    private static func pad(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Log.Level {
    fileprivate var label: String {
        switch self {
        case .debug: "DEBUG"
        case .info: "INFO "
        case .warning: "WARN "
        case .error: "ERROR"
        }
    }
}

/// `text` as a JSON string with its quotes.
public func jsonString(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case _ where scalar.value < 0x20:
            let hex = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

/// Writes all of `text` to standard error, over interrupted and short writes.
public func standardError(_ text: String) { writeAll(text, to: STDERR_FILENO) }

/// Writes all of `text` to standard output.
public func standardOutput(_ text: String) { writeAll(text, to: STDOUT_FILENO) }

private func writeAll(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    bytes.withUnsafeBytes { buffer in
        var written = 0
        while written < buffer.count {
            let count = write(descriptor, buffer.baseAddress! + written, buffer.count - written)
            // A closed pipe or a full disk must not take the job down: the line is lost.
            guard count > 0 || errno == EINTR else { return }
            written += max(0, count)
        }
    }
}
