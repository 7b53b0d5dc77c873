/// A byte stream to one broker: TCP, or TCP inside something that encrypts.
///
/// - Threading: one thread at a time.
/// - Deadlines: in milliseconds of the monotonic clock. Past it, every call throws `timedOut`.
package protocol WireTransport: AnyObject, Sendable {
    /// Writes all of `bytes`.
    func send(_ bytes: [UInt8], deadline: Int64) throws(WireError)
    /// Reads exactly `count` bytes.
    func receive(_ count: Int, deadline: Int64) throws(WireError) -> [UInt8]
}

/// Where a broker listens.
package struct WireAddress: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: UInt16
    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    static let portDefault: UInt16 = 9092

    /// One element of `bootstrap.servers`: `[protocol://]host[:port]`, an IPv6 host in brackets.
    ///
    /// - Returns: Nil if it has no host or a bad port.
    package init?(_ text: String) {
        var rest = Substring(text).trimmingSpaces()
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        var port = Self.portDefault
        var host = rest
        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]") else { return nil }
            host = rest[rest.index(after: rest.startIndex)..<close]
            rest = rest[rest.index(after: close)...]
            guard rest.isEmpty || rest.first == ":" else { return nil }
        }
        // More than one colon outside of brackets is an IPv6 host without a port.
        if let colon = rest.lastIndex(of: ":"), rest.firstIndex(of: ":") == colon {
            guard let number = UInt16(rest[rest.index(after: colon)...]) else { return nil }
            port = number
            if host == rest { host = rest[..<colon] }
        }
        guard !host.isEmpty, port > 0 else { return nil }
        self.init(host: String(host), port: port)
    }

    /// - Returns: Every well-formed address of a comma-separated list, in its order.
    package static func list(_ text: String) -> [WireAddress] {
        text.split(separator: ",").compactMap { WireAddress(String($0)) }
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return self[first...last]
    }
}
