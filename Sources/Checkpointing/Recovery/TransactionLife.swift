internal import StreamAPI

/// Whether a prepared transaction can still be committed, as DescribeTransactions shows it.
enum TransactionLife {
    /// The share of its life that a transaction must have left before the first EndTxn of a list.
    static let lifeLeftMinPercent: Int64 = 20

    static func isAlive(
        producer: ProducerIdentity, _ description: TransactionDescription,
        wallClockMilliseconds: Int64
    ) -> Bool {
        guard description.producer == producer else { return false }
        switch description.state {
        case "PrepareCommit", "CompleteCommit": return true
        case "Ongoing": return hasLifeLeft(description, at: wallClockMilliseconds)
        default: return false
        }
    }

    /// The start is the broker's wall clock and the age is by ours: a wrong clock makes this too
    /// careful or too bold, and then the marker still tells what happened.
    private static func hasLifeLeft(_ description: TransactionDescription, at now: Int64) -> Bool {
        guard description.startTimeMilliseconds >= 0 else { return true }
        let timeout = max(description.timeoutMilliseconds, 0)
        let (age, overflow) = now.subtractingReportingOverflow(description.startTimeMilliseconds)
        if overflow { return false }
        return age < timeout - timeout / 100 * lifeLeftMinPercent
    }
}
