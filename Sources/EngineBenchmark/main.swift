// What `make bench-gate` counts instructions and allocations of, and `make bench` the memory of keys.
try BenchmarkOptions(arguments: CommandLine.arguments).run()
