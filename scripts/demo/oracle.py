"""What color-counts must have written, computed from the input topic without any of Millrace's code.

The pipeline: grey is ignored, as are weights of zero and below; every other event gives one result,
the running count of its colour and the heaviest weight so far.
"""
import collections
import json
import subprocess

Verdict = collections.namedtuple("Verdict", "expected missing duplicated wrong colors")


def read_topic(brokers, topic):
    """The values of a topic as a read_committed reader sees them, each partition in its order."""
    command = ["kcat", "-C", "-q", "-e", "-b", brokers, "-t", topic, "-o", "beginning",
               "-X", "isolation.level=read_committed", "-X", "check.crcs=true",
               "-X", "fetch.wait.max.ms=10"]
    return subprocess.run(command, check=True, capture_output=True).stdout.splitlines()


def expected_results(events):
    """Per colour the (total, heaviest) of each event that counts, in order."""
    results = collections.defaultdict(list)
    heaviest = {}
    for line in events:
        event = json.loads(line)
        color, weight = event["color"].lower(), event.get("weight")
        if color == "grey" or (weight is not None and weight <= 0):
            continue
        if weight is not None:
            heaviest[color] = max(weight, heaviest.get(color, weight))
        results[color].append((len(results[color]) + 1, heaviest.get(color)))
    return results


def actual_results(lines):
    results = collections.defaultdict(list)
    for line in lines:
        row = json.loads(line)
        results[row["color"]].append((row["total"], row["heaviest"]))
    return results


def judge(events, lines):
    """Compares what was written with what must have been, result by result."""
    expected, actual = expected_results(events), actual_results(lines)
    missing = duplicated = wrong = 0
    for color in expected.keys() | actual.keys():
        want, have = collections.Counter(expected[color]), collections.Counter(actual[color])
        missing += sum((want - have).values())
        for result, surplus in (have - want).items():
            if result in want:
                duplicated += surplus
            else:
                wrong += surplus
        if want == have and expected[color] != actual[color]:
            wrong += sum(a != b for a, b in zip(expected[color], actual[color]))  # out of order
    count = sum(len(results) for results in expected.values())
    return Verdict(count, missing, duplicated, wrong, len(expected))
