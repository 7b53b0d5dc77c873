// engine-benchmark WORKLOAD BATCHES: what `make bench-gate` counts instructions and allocations of.
try EngineBenchmark(arguments: CommandLine.arguments).run()
