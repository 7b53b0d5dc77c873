public import StreamCore

/// A part of a source that is read in order by one subtask: a Kafka partition.
public struct SourceSplit: Hashable, Sendable {
    /// Stable over restarts: `events-3`.
    public let id: String
    /// The connector's own encoding of the split and its position, as the checkpoint keeps it.
    public let state: [UInt8]
    /// For a finite run, where to stop, in the connector's own terms; nil: never.
    public let stopPosition: Int64?

    public init(id: String, state: [UInt8], stopPosition: Int64?) {
        self.id = id
        self.state = state
        self.stopPosition = stopPosition
    }
}

/// What a look for new splits has found.
public struct SplitDiscovery: Sendable {
    /// Each is given out once.
    public var splits: [SourceSplit]
    /// The answer may be stale: ask again soon.
    public var isDoubtful: Bool
    /// What was found and can be no split, and must not be left out unseen: the job stops.
    public var failure: FatalError?

    public init(
        splits: [SourceSplit] = [], isDoubtful: Bool = false, failure: FatalError? = nil
    ) {
        self.splits = splits
        self.isDoubtful = isDoubtful
        self.failure = failure
    }
}

/// A replayable source, as the job's control thread sees it (FLIP-27's enumerator half).
public protocol Source: AnyObject, Sendable {
    var operatorID: OperatorID { get }
    /// Resolves every split to a number, before the first record and before checkpoint 0.
    ///
    /// - Parameters:
    ///   - restored: The checkpoint's splits; nil on a first start. Partitions that are not among
    ///     them are added from their earliest offset; none is ever left out because a metadata
    ///     answer lacks it.
    ///   - stopAtEnd: Also find the end offsets of now.
    /// - Throws: When the broker cannot be reached, a topic is missing, or records that the
    ///   checkpoint needs are gone (exit code 81).
    /// - Blocking: yes. Control thread.
    func resolveSplits(restored: [[UInt8]]?, stopAtEnd: Bool) throws -> [SourceSplit]
    /// A reader for one subtask, with its share of the splits.
    func makeReader(splits: [SourceSplit], context: OperatorContext) throws -> any SourceReader
    /// How often ``discoverSplits()`` is called during a run, in milliseconds; nil: never. Asked for
    /// after the splits of the run have been resolved.
    var discoveryIntervalMilliseconds: Int64? { get }
    /// Splits that have come up since the run's were resolved, each once.
    ///
    /// - Throws: ``FatalError`` (81) where a split that is read has gone for good: the job stops.
    ///   After any other error it is called again.
    /// - Blocking: yes. A thread of its own.
    func discoverSplits() throws -> SplitDiscovery
    /// Shows lag tools how far the checkpoint is. A courtesy: failures are logged, never read back.
    func publishOffsets(_ states: [[UInt8]])
}

/// Reads the splits of one source subtask.
///
/// - Threading: the subtask's thread, but for ``wakeUp()``.
/// - Source: Flink `SourceReader`, made batch-wise.
public protocol SourceReader: AnyObject {
    /// Moves fetched records into `batch` (emptied before), waiting for the first one.
    ///
    /// - Parameter waitMax: Longest wait for the first record.
    /// - Returns: `.records` if any row was appended; `.idle` if the wait ran out or was woken;
    ///   `.ended` when every split has reached its stop position and nothing was appended.
    func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus
    /// Reads these splits too, none of which it has. ``wakeUp`` may be another one afterwards.
    func add(_ splits: [SourceSplit]) throws
    /// The splits with the position behind the last row returned; microseconds.
    func snapshot() -> [[UInt8]]
    /// The splits that may still give rows: each holds its source's watermark back until it is idle.
    /// Asked for a few times a second, and only where the pipeline uses event time.
    func openSplits() -> [SplitKey]
    /// Whether the reader can leave out single splits.
    var pausesSplits: Bool { get }
    /// Gives no row of these splits until the next call; those of the call before that are not among
    /// them go on where they were. Called where sources wait for each other.
    ///
    /// - Parameter splits: Among ``openSplits()``; empty unless ``pausesSplits``.
    func pause(_ splits: [SplitKey]) throws
    /// Ends a wait in `poll` early. Any thread.
    var wakeUp: @Sendable () -> Void { get }
    func close()
}

extension Source {
    public var discoveryIntervalMilliseconds: Int64? { nil }
    public func discoverSplits() throws -> SplitDiscovery { SplitDiscovery() }
}

extension SourceReader {
    /// For readers of sources that discover nothing.
    public func add(_ splits: [SourceSplit]) throws {
        throw FatalError(.internalError, "this source takes no splits during a run")
    }
    /// For readers that are left alone as a whole.
    public var pausesSplits: Bool { false }
    public func pause(_ splits: [SplitKey]) throws {
        precondition(splits.isEmpty, "only what can be paused is")
    }
}

public enum SourceStatus: Hashable, Sendable { case records, idle, ended }
