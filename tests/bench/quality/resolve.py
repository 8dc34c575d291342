"""How well does `atalaya org resolve --json` tell which rows are one company?

Usage: ATALAYA_SAMPLES=FOLDER [ATALAYA=PROGRAM] python3 tests/bench/quality/resolve.py

Prints one table of pairwise precision, recall and F1 beside the figures to reach, and whether ten random orders of the rows give the same
clusters; exit 1 when a figure is missed. What is true is read from the samples and counted here; the listing set is made up from a seed
(`resolve_listing.py`), its hundred answers are given to the pairs the program asks about, in one go and without looking at the rest.
"""

import collections
import csv
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import resolve_listing

PROGRAM = os.environ.get("ATALAYA", "target/debug/atalaya")
SEEDS = (1, 2, 3)
ORDERS = 10


def run(head, rows, answers=None):
    """The cluster of each row, in the order given, and the pairs the program would ask about, by places."""
    with tempfile.TemporaryDirectory() as folder:
        table, answered = pathlib.Path(folder, "rows.csv"), pathlib.Path(folder, "answers.csv")
        with open(table, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *rows])
        command = [PROGRAM, "org", "resolve", table, "--json"]
        if answers:
            answered.write_text("".join(f"{a + 1},{b + 1},{'yes' if same else 'no'}\n" for a, b, same in answers))
            command += ["--answers", answered]
        ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
    try:
        view = json.loads(ran.stdout)
    except ValueError:
        raise SystemExit(f"{PROGRAM} printed no JSON: {ran.stderr.decode()[:2000]}") from None
    clusters = [None] * len(rows)
    for row in view["rows"]:
        clusters[row["row"] - 1] = row["cluster"]
    assert None not in clusters, "every row has its cluster"
    return clusters, [(question["a"] - 1, question["b"] - 1) for question in view["questions"]]


def pairs(labels):
    """How many pairs of rows have one label."""
    return sum(count * (count - 1) // 2 for count in collections.Counter(labels).values())


def quality(found, true):
    """Pairwise precision, recall and F1."""
    both = pairs(zip(found, true))
    return ratios(both, pairs(found), pairs(true))


def ratios(both, found, true):
    precision, recall = both / max(found, 1), both / max(true, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def patstat(root):
    with open(root / "patstat_reference.csv", encoding="utf-8") as file:
        entries = list(csv.DictReader(file))
    return ["name"], [[entry["person_name"]] for entry in entries], [entry["leuven_id"] for entry in entries]


def restaurants(root):
    """Rows, and the labelled pairs as `(place, place, same)`. The sample gives pairs of records; equal records of one side are one row."""
    places, rows, labelled = {}, [], []
    for name in ("fodors-zagats-train.txt", "fodors-zagats-valid.txt"):
        for line in (root / name).read_text(encoding="utf-8").splitlines():
            left, right, label = line.split("\t")
            pair = []
            for side, record in (("l", left), ("r", right)):
                fields = dict(re.findall(r"COL (\w+) VAL (.*?)(?= COL \w+ VAL |\s*$)", record))
                row = [re.sub(r"[`'\\]", "", fields.get(key, "")).strip() for key in ("name", "addr", "city", "phone")]
                if (side, *row) not in places:
                    places[side, *row] = len(rows)
                    rows.append(row)
                pair.append(places[side, *row])
            labelled.append((*pair, label == "1"))
    return ["name", "address", "city", "phone"], rows, labelled


def of_pairs(clusters, labelled):
    """Precision, recall and F1 over labelled pairs alone."""
    both = sum(same and clusters[a] == clusters[b] for a, b, same in labelled)
    return ratios(both, sum(clusters[a] == clusters[b] for a, b, _ in labelled), sum(same for *_, same in labelled))


def partition(clusters):
    """Which rows are together, whatever the clusters are called."""
    groups = collections.defaultdict(list)
    for place, cluster in enumerate(clusters):
        groups[cluster].append(place)
    return sorted(groups.values())


def orders(head, rows, clusters):
    """How many of ten random orders give the same clusters under the same names."""
    same = 0
    for seed in range(ORDERS):
        order = list(range(len(rows)))
        random.Random(seed).shuffle(order)
        shuffled, _ = run(head, [rows[place] for place in order])
        back = [None] * len(rows)
        for place, cluster in zip(order, shuffled):
            back[place] = cluster
        same += back == clusters
    return same


class Table:
    def __init__(self):
        self.missed = 0
        print(f"{'set':34} {'precision':>9} {'recall':>7} {'F1':>7}   to reach")

    def row(self, name, figures, reach, precision=0.0):
        good = figures[2] >= reach and figures[0] >= precision
        self.missed += not good
        print(f"{name:34} {figures[0]:9.4f} {figures[1]:7.4f} {figures[2]:7.4f}   {reach:.2f}{'' if good else '   MISSED'}", flush=True)

    def orders(self, name, same):
        self.missed += same < ORDERS
        print(f"{name + ', orders':34} {same} of {ORDERS} random orders give the same clusters{'' if same == ORDERS else '   MISSED'}", flush=True)


def main():
    table = Table()
    if os.environ.get("ATALAYA_SAMPLES"):
        root = pathlib.Path(os.environ["ATALAYA_SAMPLES"], "leads", "entity-resolution")
        head, rows, true = patstat(root)
        clusters, _ = run(head, rows)
        table.row("PATSTAT names", quality(clusters, true), 0.95, precision=0.95)
        table.orders("PATSTAT names", orders(head, rows, clusters))
        head, rows, labelled = restaurants(root)
        clusters, _ = run(head, rows)
        table.row("Fodors-Zagats", of_pairs(clusters, labelled), 0.99)
        table.orders("Fodors-Zagats", orders(head, rows, clusters))
    else:
        print("SKIPPED: ATALAYA_SAMPLES names no folder of samples, so only the listing set that is made up here was read")
    for seed in SEEDS:
        head, rows, true = resolve_listing.make(seed)
        clusters, asked = run(head, rows)
        table.row(f"listing {seed}, no answers", quality(clusters, true), 0.90)
        answers = [(a, b, true[a] == true[b]) for a, b in asked[:100]]
        answered, _ = run(head, rows, answers)
        table.row(f"listing {seed}, {len(answers)} answers asked for", quality(answered, true), 0.96)
        if seed == SEEDS[0]:
            table.orders(f"listing {seed}", orders(head, rows, clusters))
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main())
