"""The broker of a benchmark, its topics, and the processes that are measured on it."""
import collections
import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNNER = ROOT / ".build/release/millrace"
# Longest wait for a runner that was told to stop.
STOP_SECONDS = 60

Run = collections.namedtuple("Run", "wall cpu peak_megabytes")


class BenchmarkFailed(Exception):
    """What went wrong, for people."""


def program(source):
    """Path of a compiled C program of this folder."""
    return subprocess.run([ROOT / "scripts/compile", ROOT / "Benchmarks" / source], check=True,
                          capture_output=True, text=True).stdout.strip()


def say(text, end="\n"):
    print(text, end=end, file=sys.stderr, flush=True)


class Subject:
    """A process that is measured: by the kernel's count at its end, and by /proc before."""

    def __init__(self, command, log, environment):
        self.command, self.log = command, pathlib.Path(log)
        with open(log, "wb") as output:
            self.started = time.monotonic()
            self.child = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, **environment})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.returncode is None:
            self.child.kill()
            self.child.wait()

    def status_megabytes(self, name):
        """VmRSS or VmHWM of the running process."""
        for line in pathlib.Path(f"/proc/{self.child.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1024
        raise BenchmarkFailed(f"{self.command[0]} has ended:\n{self.last_lines()}")

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait(self):
        """Until it has ended by itself; anything but success is a failure of the benchmark."""
        _, status, usage = os.wait4(self.child.pid, 0)
        wall = time.monotonic() - self.started
        self.child.returncode = os.waitstatus_to_exitcode(status)
        if self.child.returncode:
            raise BenchmarkFailed(f"{self.command[0]} ended with {self.child.returncode}:\n"
                                  + self.last_lines())
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)

    def stop(self):
        """Asks a runner to stop, as a service manager does, and waits until it has."""
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise BenchmarkFailed(f"{self.command[0]} does not stop:\n{self.last_lines()}") from None

    def last_lines(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


class Cluster:
    """One broker with the records that all parts read."""

    def __init__(self, work, settings):
        self.work, self.settings, self.brokers = work, settings, None
        self.input_is_written = False

    def kafka(self, verb, *arguments):
        done = subprocess.run(
            [ROOT / "scripts/kafka", verb, "--dir", self.work / "kafka", *arguments],
            capture_output=True, text=True)
        if done.returncode:
            raise BenchmarkFailed(done.stderr.strip())

    def up(self):
        self.kafka("up", "--port", "auto")
        self.brokers = "127.0.0.1:" + (self.work / "kafka/port").read_text().strip()

    def down(self):
        self.kafka("down")

    def topic(self, name):
        self.kafka("topic", f"{name}:{self.settings.partitions}")
        return name

    def input(self):
        """The topic with the records that are drained; written at the first call."""
        if not self.input_is_written:
            self.topic("input")
            say(f"writing {self.settings.records:,} records")
            subprocess.run(
                [program("generate.c"), self.brokers, "input", str(self.settings.records),
                 str(self.settings.users), "1"], check=True)
            self.input_is_written = True
        return "input"

    def runner(self, pipeline, output, *options, source="input", interval="1 s"):
        """A started runner of one of our pipelines."""
        environment = {
            "KAFKA_BROKERS": self.brokers, "BENCH_INPUT": source, "BENCH_OUTPUT": output,
            "BENCH_CHECKPOINTS": f"file://{self.work}/checkpoints-{output}",
            "BENCH_INTERVAL": interval, "BENCH_PARALLELISM": str(self.settings.parallelism)}
        return Subject([RUNNER, "run", f"Benchmarks/pipelines/{pipeline}.yaml", *options],
                       self.work / f"{output}.log", environment)

    def drain(self, pipeline, output, interval="1 s"):
        """Runs one pipeline over the whole input."""
        source = self.input()
        self.topic(output)
        with self.runner(pipeline, output, "--stop-at-end", source=source,
                         interval=interval) as runner:
            return runner.wait()

    def visible_count(self, topic):
        """Records that a read_committed reader finds."""
        reader = subprocess.Popen(
            ["kcat", "-C", "-q", "-e", "-b", self.brokers, "-t", topic, "-o", "beginning", "-f",
             ".", "-X", "isolation.level=read_committed"], stdout=subprocess.PIPE)
        count = sum(len(block) for block in iter(lambda: reader.stdout.read(1 << 20), b""))
        if reader.wait():
            raise BenchmarkFailed(f"kcat cannot read {topic}")
        return count
