import Glibc
import KafkaClient
import Testing

/// The socket against a listener of this process.
@Suite struct TCPTransportTests {
    private func now(plus milliseconds: Int64) -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000 + milliseconds
    }

    @Test func bytesGoThereAndBack() throws {
        let listener = try Listener()
        let transport = try TCPTransport.connect(to: listener.address, deadline: now(plus: 120_000))
        try transport.send(Array(0..<100), deadline: now(plus: 120_000))
        let peer = try listener.accept()
        var received = [UInt8](repeating: 0, count: 100)
        #expect(recv(peer, &received, 100, Int32(MSG_WAITALL)) == 100)
        #expect(received == Array(0..<100))
        send(peer, received, 100, 0)
        #expect(try transport.receive(60, deadline: now(plus: 120_000)) == Array(0..<60))
        #expect(try transport.receive(40, deadline: now(plus: 120_000)) == Array(60..<100))
        close(peer)
        #expect(throws: WireError.closed(address: "\(listener.address)")) {
            try transport.receive(1, deadline: now(plus: 120_000))
        }
    }

    @Test func silentPeerEndsTheWaitAtTheDeadline() throws {
        let listener = try Listener()
        let transport = try TCPTransport.connect(to: listener.address, deadline: now(plus: 120_000))
        #expect(throws: WireError.timedOut(address: "\(listener.address)", during: "answer")) {
            try transport.receive(1, deadline: now(plus: 20))
        }
    }

    @Test func peerThatReadsNothingEndsTheWriteAtTheDeadline() throws {
        let listener = try Listener()
        let transport = try TCPTransport.connect(to: listener.address, deadline: now(plus: 120_000))
        let more = [UInt8](repeating: 0, count: 32 << 20)
        #expect(throws: WireError.timedOut(address: "\(listener.address)", during: "write")) {
            try transport.send(more, deadline: now(plus: 50))
        }
    }

    @Test func refusedConnectionNamesTheAddress() throws {
        let nobody = WireAddress(host: "127.0.0.1", port: 1)
        #expect(throws: WireError.connect(address: "127.0.0.1:1", reason: "Connection refused")) {
            try TCPTransport.connect(to: nobody, deadline: now(plus: 120_000))
        }
    }

    @Test func deadlineThatHasPassedIsATimeout() throws {
        let listener = try Listener()
        #expect(throws: WireError.self) {
            let transport = try TCPTransport.connect(to: listener.address, deadline: 0)
            return try transport.receive(1, deadline: 0)
        }
    }
}

/// A listening socket on a free port of loopback.
private struct Listener: ~Copyable {
    private let descriptor: Int32
    let address: WireAddress

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let result = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(descriptor, name, length) == 0 && listen(descriptor, 4) == 0
                    && getsockname(descriptor, name, &length) == 0
            }
        }
        try #require(result)
        address = WireAddress(host: "127.0.0.1", port: UInt16(bigEndian: name.sin_port))
    }

    deinit { close(descriptor) }

    func accept() throws -> Int32 {
        let peer = Glibc.accept(descriptor, nil, nil)
        try #require(peer >= 0)
        return peer
    }
}
