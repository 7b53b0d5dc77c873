internal import CRDKafka
internal import CSystem
internal import Glibc
internal import Observability

/// Frees a consumer on a thread of its own, and waits for that only so long.
///
/// librdkafka 2.0.2 never ends a client that has read a topic which was deleted meanwhile:
/// `rd_kafka_destroy` waits for ever for a broker thread that still holds the partition. The subtask
/// that frees it could then not even say that its topic is gone.
struct ClientRemoval: @unchecked Sendable {  // Proof: the last reference, handed to one thread.
    /// Tens of milliseconds are usual.
    static let waitMaxMilliseconds = 2_000

    let pointer: OpaquePointer
    /// Lives for the callbacks that librdkafka makes until it has ended.
    let events: ClientEvents

    /// Returns when the client is freed, or is left to its thread because it does not end.
    func run() {
        let argument = Unmanaged.passRetained(Box(self))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<Box>.fromOpaque(raw).takeRetainedValue().removal.destroy()
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            destroy()
            return
        }
        guard csystem_join_thread(UInt(thread), Self.waitMaxMilliseconds) != 0 else { return }
        pthread_detach(thread)
        Log.warning(
            "a Kafka client does not end and is left behind",
            ["waited_ms": Self.waitMaxMilliseconds, "usual_cause": "its topic was deleted"])
    }

    private func destroy() {
        // Without NO_CONSUMER_CLOSE a consumer would wait for a group that it never joined.
        rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }

    private final class Box {
        let removal: ClientRemoval
        init(_ removal: ClientRemoval) { self.removal = removal }
    }
}
