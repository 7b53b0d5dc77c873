package import Checkpointing
internal import Glibc
internal import Synchronization

/// Who runs the job: a lock that the kernel frees when its holder dies, and a heartbeat that shows
/// a holder that lives and does not run.
extension CheckpointStorage {
    private static let lockName = "lock"
    private static let heartbeatName = "heartbeat"

    /// flock(2) of `lock`, without waiting, and who we are into it.
    ///
    /// - Returns: False if another process holds it. True again if we do.
    package func tryLock(as holder: JobHolder) throws(StorageError) -> Bool {
        if lockDescriptor.withLock({ $0 != nil }) { return true }
        let path = folder.url(Self.lockName)
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let descriptor = openat(folder.descriptor, Self.lockName, flags, 0o600)
        guard descriptor >= 0 else { throw .system(errno, "open the lock", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            if number == EWOULDBLOCK { return false }
            throw .system(number, "lock", path)
        }
        lockDescriptor.withLock { $0 = descriptor }
        // For people only; the heartbeat is what programs read.
        ftruncate(descriptor, 0)
        let text = Array(holder.fileText.utf8)
        _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        return true
    }

    /// Frees the lock; also done by the end of the process.
    package func unlock() {
        lockDescriptor.withLock { descriptor in
            if let held = descriptor { close(held) }
            descriptor = nil
        }
    }

    /// Who wrote the heartbeat last, and how long ago by the wall clock; nil if there is none that
    /// can be read.
    package func readHeartbeat() -> (holder: JobHolder, ageMilliseconds: Int64)? {
        guard let file = try? FileReader(opening: Self.heartbeatName, in: folder),
            let bytes = try? file.readAll(byteCountMax: JobHolder.fileByteCountMax),
            let holder = JobHolder(fileText: String(decoding: bytes, as: UTF8.self))
        else { return nil }
        return (holder, Self.wallClockMilliseconds() - file.modificationTimeMilliseconds)
    }

    /// Writes the heartbeat whole: a reader sees the old one or the new one. Not synced: after a
    /// power loss nobody lives who wrote it.
    package func writeHeartbeat(_ holder: JobHolder) throws(StorageError) {
        precondition(holder.pid > 0)
        let temporary = "\(Self.heartbeatName).\(holder.pid)"
        try folder.remove(temporary)
        try FileWriter(creating: temporary, in: folder).write(Array(holder.fileText.utf8))
        try folder.rename(temporary, replacing: Self.heartbeatName)
    }

    /// At a clean stop: the next start need not wonder. Another holder's heartbeat stays: without
    /// it a third runner could take the job from one that lives and has no lock.
    package func removeHeartbeat(of holder: JobHolder) throws(StorageError) {
        guard let last = readHeartbeat()?.holder, last.pid == holder.pid, last.host == holder.host,
            last.sinceMilliseconds == holder.sinceMilliseconds
        else { return }
        try folder.remove(Self.heartbeatName)
    }

    private static func wallClockMilliseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}

extension JobHolder {
    /// A heartbeat is smaller.
    static let fileByteCountMax = 4096

    /// `pid 4711`, `host db1`, `since 1763715600000`, `holds-lock 1`, a line each.
    var fileText: String {
        let plain = host.unicodeScalars.filter { $0.value > 32 && $0.value < 127 }
        let host = String(plain.prefix(255).map(Character.init))
        return "pid \(pid)\nhost \(host)\nsince \(sinceMilliseconds)\n"
            + "holds-lock \(holdsLock ? 1 : 0)\n"
    }

    init?(fileText: String) {
        var fields: [Substring: Substring] = [:]
        for line in fileText.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            if words.count == 2 { fields[words[0]] = words[1] }
        }
        guard let pid = fields["pid"].flatMap({ Int32($0) }), let host = fields["host"],
            let since = fields["since"].flatMap({ Int64($0) }), let lock = fields["holds-lock"]
        else { return nil }
        self.init(
            pid: pid, host: String(host), sinceMilliseconds: since, holdsLock: lock == "1")
    }
}
