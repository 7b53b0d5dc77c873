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
    var checkpointTimeout = "20 s"
    var checkpointsRetained = 2
    var transactionTimeout = "60 s"
    /// Short, so that a drill need not wait 15 s for a lease to end.
    var leaseTimeout = "2 s"
    /// `fail`, the default, or `drop`.
    var onError = "fail"
    /// How often the source looks for new partitions.
    var discoveryInterval = "5 min"
    /// The whole file, for drills of other pipelines.
    var replacement: String?

    var text: String { replacement ?? colorCounts }

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
            format: json
            schema:
              color: STRING NOT NULL
              weight: DOUBLE
              ts: BIGINT NOT NULL
            on_error: \(onError)

        transforms:
          known_colors:
            type: filter
            input: events
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
            format: json
            delivery_guarantee: exactly_once

        """
    }
}
