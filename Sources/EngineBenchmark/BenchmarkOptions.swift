/// The program's command line.
struct BenchmarkOptions {
    struct UsageError: Error, CustomStringConvertible {
        let description =
            "usage: EngineBenchmark --workload copy|project|count|csv|decimal|window|expiry "
            + "--batches N\n"
            + "       EngineBenchmark --workload keys|join --keys N"
    }

    let workload: String
    /// Batches of 2,048 records.
    let batchCount: Int?
    let keyCount: Int?

    init(arguments: [String]) throws {
        var values: [String: String] = [:]
        var rest = arguments.dropFirst()
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw UsageError() }
            values[name] = value
        }
        func number(_ name: String) throws -> Int? {
            guard let text = values.removeValue(forKey: name) else { return nil }
            guard let number = Int(text), number > 0 else { throw UsageError() }
            return number
        }
        guard let workload = values.removeValue(forKey: "--workload") else { throw UsageError() }
        self.workload = workload
        batchCount = try number("--batches")
        keyCount = try number("--keys")
        guard values.isEmpty else { throw UsageError() }
    }

    func run() throws {
        if workload == "keys", let keyCount {
            try KeysBenchmark(keyCount: keyCount).run()
        } else if workload == "join", let keyCount {
            try JoinBenchmark(keyCount: keyCount).run()
        } else if workload == "expiry", let batchCount {
            try ExpiryBenchmark(batchCount: batchCount).run()
        } else if let workload = Workload(rawValue: workload), let batchCount {
            try EngineBenchmark(workload: workload, batchCount: batchCount).run()
        } else {
            throw UsageError()
        }
    }
}
