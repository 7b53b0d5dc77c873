"""Throughput against what librdkafka itself allows, in interleaved rounds.

In each round the C copier and our pipelines drain the same topic, exactly once, with a commit or
checkpoint a second, one after another. CPU time and peak memory are the process's own (getrusage of
the child); the broker's are not counted. The table shows the median of the rounds.
"""
import collections
import os
import statistics

from parts.cluster import BenchmarkFailed, Subject, program, say

YARDSTICK = "C copier"
COMMIT_MS = "1000"
# These write a record for each that they read.
COMPLETE = {YARDSTICK, "copy", "count", "join"}
# Times that these read the topic.
READS = {"join": 2}


class Throughput:
    def __init__(self, cluster):
        self.cluster, self.settings = cluster, cluster.settings
        self.runs = collections.defaultdict(list)

    def run(self):
        for number in range(1, self.settings.rounds + 1):
            self.cluster.input()
            say(f"round {number} of {self.settings.rounds}:", end="")
            for subject in [YARDSTICK, *self.settings.workloads]:
                say(f" {subject}", end="")
                self.runs[subject].append(self.run_subject(subject, self.output(subject, number)))
            say("")
        self.check_counts()
        self.print_table()

    @staticmethod
    def output(subject, number):
        return f"{subject.replace(' ', '-')}-{number}"

    def run_subject(self, subject, output):
        if subject != YARDSTICK:
            return self.cluster.drain(subject, output)
        self.cluster.topic(output)
        command = [program("copy.c"), self.cluster.brokers, "input", output, COMMIT_MS]
        with Subject(command, self.cluster.work / f"{output}.log", {}) as copier:
            return copier.wait()

    def check_counts(self):
        """A fast run that loses records is no result."""
        for subject in COMPLETE & self.runs.keys():
            visible = self.cluster.visible_count(self.output(subject, self.settings.rounds))
            if visible != self.settings.records:
                raise BenchmarkFailed(
                    f"{subject} wrote {visible:,} of {self.settings.records:,} records")

    def print_table(self):
        print(f"\n{self.settings.records:,} records of about 190 bytes, "
              f"{self.settings.partitions} partitions, exactly once, a commit a second; median of "
              f"{self.settings.rounds} rounds on {os.cpu_count()} cores, broker included\n")
        print("| workload | records per CPU-s | wall s | CPU s | peak MB | ratio to the copier |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        yardstick = self.rate(YARDSTICK)
        for subject, runs in self.runs.items():
            wall, cpu, peak = (statistics.median(values) for values in zip(*runs))
            print(f"| {subject} | {self.rate(subject):,.0f} | {wall:.2f} | {cpu:.2f} | {peak:,.0f} "
                  f"| {self.rate(subject) / yardstick:.2f} |")

    def rate(self, subject):
        read = self.settings.records * READS.get(subject, 1)
        return read / statistics.median(run.cpu for run in self.runs[subject])
