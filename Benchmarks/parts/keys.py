"""Memory of a keyed count with as many keys as there may be: resident bytes a key, without Kafka."""
import re
import subprocess

from parts.cluster import ROOT, BenchmarkFailed, say

PROGRAM = ROOT / ".build/release/EngineBenchmark"
RESULT = re.compile(r"(\d+) keys, ([\d.]+) bytes of resident memory a key, .*, ([\d.]+) at the peak; "
                    r"insert (\d+) ns, longest batch (\d+) us; update (\d+) ns")


class Keys:
    def __init__(self, cluster):
        self.key_count = cluster.settings.keys

    def run(self):
        say(f"{self.key_count:,} keys")
        done = subprocess.run([PROGRAM, "--workload", "keys", "--keys", str(self.key_count)],
                              capture_output=True, text=True)
        found = RESULT.search(done.stdout)
        if done.returncode or not found:
            raise BenchmarkFailed(f"{PROGRAM} ended with {done.returncode}:\n{done.stderr}")
        _, resident, peak, insert, longest, update = found.groups()
        print("\nA keyed `COUNT(*)` without Kafka; CPU time of a record that makes a key, of one that "
              "finds it, and of the longest batch of 2,048 while the tables grow\n")
        print("| keys | resident bytes a key | at the peak | new key ns | known key ns "
              "| longest batch ms |")
        print("| ---: | ---: | ---: | ---: | ---: | ---: |")
        print(f"| {self.key_count:,} | {resident} | {peak} | {insert} | {update} "
              f"| {int(longest) / 1000:.1f} |")
