"""A window join without Kafka: CPU time of a record, and memory of a buffered row."""
import re
import subprocess

from parts.cluster import ROOT, BenchmarkFailed, say

PROGRAM = ROOT / ".build/release/EngineBenchmark"
RESULT = re.compile(r"(\d+) keys, (\d+) ns a record; ([\d.]+) bytes of state a buffered row, "
                    r"([\d.]+) of resident memory")
KEYS = [100_000, 1_000_000]


class Join:
    def __init__(self, cluster):
        pass

    def run(self):
        print("\nA tumbling window join without Kafka: one row of each key and side in a window; CPU "
              "time of a record, its share of the firing included, and memory before a window fires\n")
        print("| keys a window | ns a record | bytes of state a buffered row | resident |")
        print("| ---: | ---: | ---: | ---: |")
        for keys in KEYS:
            say(f"join of {keys:,} keys")
            done = subprocess.run([PROGRAM, "--workload", "join", "--keys", str(keys)],
                                  capture_output=True, text=True)
            found = RESULT.search(done.stdout)
            if done.returncode or not found:
                raise BenchmarkFailed(f"{PROGRAM} ended with {done.returncode}:\n{done.stderr}")
            count, time, state, resident = found.groups()
            print(f"| {int(count):,} | {time} | {state} | {resident} |")
