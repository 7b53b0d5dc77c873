internal import Glibc

/// PLAINTEXT: a TCP socket, non-blocking, so that every wait ends at its deadline.
///
/// - Blocking: looking up a host name asks the system's resolver, which has time-outs of its own.
package final class TCPTransport: WireTransport {
    private let descriptor: Int32
    private let address: String

    private init(descriptor: Int32, address: String) {
        self.descriptor = descriptor
        self.address = address
    }

    deinit { close(descriptor) }

    /// Connects to the first of the host's addresses that accepts.
    ///
    /// - Throws: `unresolved`, or the last address's `connect` or `timedOut`.
    package static func connect(
        to broker: WireAddress, deadline: Int64
    ) throws(WireError) -> TCPTransport {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(broker.host, "\(broker.port)", &hints, &found)
        guard code == 0 else {
            throw .unresolved(host: broker.host, reason: String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(found) }
        var failure = WireError.unresolved(host: broker.host, reason: "it has no address")
        var next = found
        for _ in 0..<Self.addressCountMax {
            guard let entry = next else { break }
            do throws(WireError) {
                return try connect(entry.pointee, "\(broker)", deadline)
            } catch {
                failure = error
            }
            next = entry.pointee.ai_next
        }
        throw failure
    }

    /// Addresses of one host that are tried.
    private static let addressCountMax = 8

    private static func connect(
        _ entry: addrinfo, _ address: String, _ deadline: Int64
    ) throws(WireError) -> TCPTransport {
        let type = entry.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(entry.ai_family, type, entry.ai_protocol)
        guard descriptor >= 0 else { throw .connect(address: address, reason: reason(errno)) }
        // From here the object owns the descriptor.
        let transport = TCPTransport(descriptor: descriptor, address: address)
        if Glibc.connect(descriptor, entry.ai_addr, entry.ai_addrlen) != 0 {
            guard errno == EINPROGRESS || errno == EINTR else {
                throw .connect(address: address, reason: reason(errno))
            }
            try transport.wait(for: POLLOUT, deadline, during: "connection")
            var result: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &result, &length)
            guard result == 0 else { throw .connect(address: address, reason: reason(result)) }
        }
        var on: Int32 = 1
        // A request is one small write: it must not wait for company. Failing only costs time.
        setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return transport
    }

    package func send(_ bytes: [UInt8], deadline: Int64) throws(WireError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                // MSG_NOSIGNAL: a closed connection is an error here, not a SIGPIPE.
                Glibc.send(
                    descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count > 0 { sent += count } else { try retry(POLLOUT, deadline, during: "write") }
        }
    }

    package func receive(_ count: Int, deadline: Int64) throws(WireError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let more = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress.map { $0 + received }, count - received, 0)
            }
            guard more != 0 else { throw .closed(address: address) }
            if more > 0 { received += more } else { try retry(POLLIN, deadline, during: "answer") }
        }
        return bytes
    }

    /// After a call that moved nothing: waits if it would have blocked, else throws.
    private func retry(_ event: Int32, _ deadline: Int64, during: String) throws(WireError) {
        switch errno {
        case EINTR: return
        case EAGAIN: try wait(for: event, deadline, during: during)
        case ECONNRESET, EPIPE: throw .closed(address: address)
        default: throw .input(address: address, reason: Self.reason(errno))
        }
    }

    private func wait(
        for event: Int32, _ deadline: Int64, during: String
    ) throws(WireError) {
        while true {
            let remaining = Monotonic.remaining(until: deadline)
            guard remaining > 0 else { throw .timedOut(address: address, during: during) }
            var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            let count = poll(&entry, 1, remaining)
            // An error on the socket shows in the call that follows.
            if count > 0 { return }
            guard count == 0 || errno == EINTR else {
                throw .input(address: address, reason: Self.reason(errno))
            }
        }
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
