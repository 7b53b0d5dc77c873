"""How soon a job is at work, and what it costs while there is none.

Cold start: from the start of the process to the first record that a read_uncommitted reader sees in
the output topic. Idle: a running job on an empty topic, with a checkpoint a second.
"""
import os
import statistics
import subprocess
import time

from parts.cluster import BenchmarkFailed

STARTS = 9
IDLE_SECONDS = 5
READER_SECONDS = 30


class Start:
    def __init__(self, cluster):
        self.cluster = cluster

    def run(self):
        self.cluster.input()
        milliseconds = [self.start(number) for number in range(STARTS)]
        memory, cpu_percent = self.idle()
        print(f"\nThe `count` job on {os.cpu_count()} cores, broker included; starts: median (worst) "
              f"of {STARTS}\n")
        print("| cold start to first record | idle memory | idle CPU |")
        print("| ---: | ---: | ---: |")
        print(f"| {statistics.median(milliseconds):.0f} ({max(milliseconds):.0f}) ms "
              f"| {memory:.0f} MB | {cpu_percent:.1f} % |")

    def start(self, number):
        output = self.cluster.topic(f"start-{number}")
        reader = self.reader(output)
        try:
            with self.cluster.runner("count", output) as runner:
                try:
                    reader.wait(READER_SECONDS)
                except subprocess.TimeoutExpired:
                    raise BenchmarkFailed(f"no record came:\n{runner.last_lines()}") from None
                elapsed = time.monotonic() - runner.started
                runner.stop()
        finally:
            reader.kill()
        return elapsed * 1000

    def reader(self, topic):
        """A kcat that waits at the end of the topic and ends with its first record."""
        reader = subprocess.Popen(
            ["kcat", "-C", "-b", self.cluster.brokers, "-t", topic, "-o", "end", "-c", "1", "-u",
             "-X", "isolation.level=read_uncommitted", "-X", "fetch.wait.max.ms=10"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        waiting = self.cluster.settings.partitions
        while waiting and (line := reader.stderr.readline()):
            waiting -= "Reached end of topic" in line
        if waiting:
            raise BenchmarkFailed(f"kcat cannot read {topic}")
        return reader

    def idle(self):
        source = self.cluster.topic("empty")
        output = self.cluster.topic("idle")
        with self.cluster.runner("count", output, source=source) as runner:
            time.sleep(IDLE_SECONDS)
            cpu, started = runner.cpu_seconds(), time.monotonic()
            time.sleep(IDLE_SECONDS)
            cpu, elapsed = runner.cpu_seconds() - cpu, time.monotonic() - started
            memory = runner.status_megabytes("VmHWM")
            runner.stop()
        return memory, 100 * cpu / elapsed
