"""What the checkpoint interval costs: latency at a steady rate, and throughput at full speed.

Steady: Benchmarks/latency.c writes records at a fixed rate and reads the results, read_committed. A
result becomes visible with the checkpoint behind it, so no job can be faster than the wait for the
next one: half the interval in the median, the interval at worst. CPU and peak memory are those of the
whole run, start and stop included.

Full speed: the same pipelines drain the input, in interleaved rounds; the median.
"""
import collections
import json
import os
import statistics
import subprocess
import time

from parts.cluster import BenchmarkFailed, program, say

INTERVALS = {"100 ms": 100, "1 s": 1000, "10 s": 10000}
# Steady pipeline and what drains the input like it.
WORKLOADS = {"copy": "copy", "count": "steady-count"}

Steady = collections.namedtuple("Steady", "p50 p99 cpu_percent peak_megabytes")


class Latency:
    def __init__(self, cluster):
        self.cluster, self.settings = cluster, cluster.settings
        self.steady = {}
        self.full_speed = collections.defaultdict(list)
        self.workloads = [name for name in WORKLOADS if name in self.settings.workloads]

    def run(self):
        for workload in self.workloads:
            for interval in INTERVALS:
                say(f"steady {self.settings.rate:,} records/s for {self.settings.seconds} s: "
                    f"{workload}, a checkpoint each {interval}")
                self.steady[workload, interval] = self.run_steady(workload, interval)
        for number in range(1, self.settings.rounds_of_intervals + 1):
            self.cluster.input()
            say(f"full speed, round {number} of {self.settings.rounds_of_intervals}:", end="")
            for case in self.steady:
                say(f" {case[0]} {case[1]}", end="", )
                self.full_speed[case].append(self.cluster.drain(
                    case[0], self.name("full", *case, number), interval=case[1]))
            say("")
        self.print_table()

    @staticmethod
    def name(kind, workload, interval, number=1):
        return f"{kind}-{workload}-{interval.replace(' ', '')}-{number}"

    def run_steady(self, workload, interval):
        source = self.cluster.topic(self.name("steady-in", workload, interval))
        output = self.cluster.topic(self.name("steady-out", workload, interval))
        with self.cluster.runner(WORKLOADS[workload], output, source=source,
                                 interval=interval) as runner:
            done = subprocess.run(
                [program("latency.c"), self.cluster.brokers, source, output,
                 str(self.settings.rate), str(self.settings.seconds), str(self.settings.users)],
                capture_output=True, text=True)
            if done.returncode:
                raise BenchmarkFailed(f"{workload}, {interval}: {done.stdout}{done.stderr}\n"
                                      + runner.last_lines())
            wall = time.monotonic() - runner.started
            found = json.loads(done.stdout)
            result = Steady(found["p50"], found["p99"], 100 * runner.cpu_seconds() / wall,
                            runner.status_megabytes("VmHWM"))
            runner.stop()
        return result

    def print_table(self):
        print(f"\nSteady: {self.settings.rate:,} records/s for {self.settings.seconds} s; from a "
              "record's writing to its result being visible to a read_committed reader. Full speed: "
              f"{self.settings.records:,} records, median of {self.settings.rounds_of_intervals} "
              f"rounds. {os.cpu_count()} cores, broker, writer and reader included\n")
        print("| workload | checkpoints | p50 ms | p99 ms | floor ms | CPU | peak MB "
              "| full speed: records per CPU-s | wall s |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for (workload, interval), steady in self.steady.items():
            wall, cpu, _ = (statistics.median(values)
                            for values in zip(*self.full_speed[workload, interval]))
            floor = INTERVALS[interval]
            print(f"| {workload} | {interval} | {steady.p50:,.0f} | {steady.p99:,.0f} "
                  f"| {floor / 2:,.0f}, {floor:,} | {steady.cpu_percent:.0f} % "
                  f"| {steady.peak_megabytes:.0f} | {self.settings.records / cpu:,.0f} "
                  f"| {wall:.2f} |")
