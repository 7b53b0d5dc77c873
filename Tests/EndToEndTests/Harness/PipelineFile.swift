/// The pipeline of a drill: `pipelines/color-counts.yaml` with short intervals.
struct PipelineFile {
    /// The job's identity, and the prefix of its transactional ids.
    let name: String
    let inputTopic: String
    let outputTopic: String
    let bootstrap: String
    let checkpointFolder: String
    var parallelism = 2
    var checkpointInterval = "150 ms"
    /// Like all limits of a job under test, longer than a machine that hardly runs needs.
    var checkpointTimeout = "2 min"
    var checkpointsRetained = 2
    var transactionTimeout = "10 min"
    /// A dead runner's job is free at once; only those who take a job from a stopped one wait for its lease.
    var leaseTimeout = "5 min"
    /// `fail`, the default, or `drop`.
    var onError = "fail"
    var form = RecordForm.json
    /// How often the source looks for new partitions.
    var discoveryInterval = "5 min"
    /// The whole file, for drills of other pipelines.
    var replacement: String?

    var text: String { replacement ?? colorCounts }

    /// What stands before `sources`: for a drill with sources of its own.
    var head: Substring {
        text.prefix(upTo: text.firstRange(of: "sources:")?.lowerBound ?? text.endIndex)
    }

    private var colorCounts: String {
        """
        version: 1
        name: \(name)

        config:
          parallelism.default: \(parallelism)
          execution.checkpointing.interval: \(checkpointInterval)
          execution.checkpointing.timeout: \(checkpointTimeout)
          execution.checkpointing.num-retained: \(checkpointsRetained)
          execution.checkpointing.dir: file://\(checkpointFolder)
          restart-strategy.type: none
          millrace.lease.timeout: \(leaseTimeout)

        connections:
          main:
            type: kafka
            properties:
              bootstrap.servers: \(bootstrap)
            transaction_timeout: \(transactionTimeout)

        sources:
          events:
            type: kafka
            connection: main
            topic: \(inputTopic)
            startup: earliest
            partition_discovery_interval: \(discoveryInterval)
        \(sourceFormat)
            on_error: \(onError)

        transforms:
        \(parsing)
          known_colors:
            type: filter
            input: \(form == .string ? "parsed" : "events")
            where: LOWER(color) <> 'grey' AND (weight IS NULL OR weight > 0)

          counts:
            type: aggregate
            input: known_colors
            key:
              color: LOWER(color)
            emit: every_row
            select:
              total: COUNT(*)
              heaviest: MAX(weight)

        sinks:
          results:
            type: kafka
            connection: main
            input: counts
            topic: \(outputTopic)
            key: color
            format: \(form == .json ? "json" : "{ type: csv, null_literal: '' }")
            delivery_guarantee: exactly_once

        """
    }

    private var sourceFormat: String {
        let schema = """
                schema:
                  color: STRING NOT NULL
                  weight: DOUBLE
                  ts: BIGINT NOT NULL
            """
        return switch form {
        case .json: "    format: json\n" + schema
        case .csv: "    format: { type: csv, null_literal: '' }\n" + schema
        case .string: "    format: string"
        }
    }

    /// What makes columns of a line of text.
    private var parsing: String {
        guard form == .string else { return "" }
        return """
              parsed:
                type: map
                input: events
                select:
                  color: SPLIT_INDEX(value, ',', 0)
                  weight: TRY_CAST(SPLIT_INDEX(value, ',', 1) AS DOUBLE)
            """
    }
}
