"""Are the records of result pages found by `atalaya read --json` without selectors?

Usage: ATALAYA_SAMPLES=FOLDER [ATALAYA=PROGRAM] python tests/bench/quality/lists.py   (needs lxml and html5lib)

A record is right when its sub-trees touch exactly one container of the truth, and no other record has touched that one before it. The containers are
found by their XPaths in a tree of html5lib, the records by the absolute XPaths that the program prints: no code is shared. Exit 1 below the figures.
"""

import json
import os
import pathlib
import subprocess
import sys
import warnings

import html5lib

PROGRAM = os.environ.get("ATALAYA", "target/debug/atalaya")
F1, PERFECT = 0.95, 22


def path_of(node):
    """The absolute path of an element, as the program writes it."""
    steps = []
    while (parent := node.getparent()) is not None:
        steps.append(f"{node.tag}[{[child for child in parent if child.tag == node.tag].index(node) + 1}]")
        node = parent
    return "/".join(["", node.tag, *reversed(steps)])


def containers(file, xpath):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = html5lib.parse(file.read_bytes(), treebuilder="lxml", namespaceHTMLElements=False)
    return [path_of(node) for node in tree.getroot().getroottree().xpath(xpath)]


def touches(one, other):
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def records(file):
    ran = subprocess.run([PROGRAM, "read", "--json", file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    try:
        view = json.loads(ran.stdout)
    except ValueError:
        raise SystemExit(f"{PROGRAM} printed no JSON for {file}: {ran.stderr.decode()[:2000]}") from None
    return [record["paths"] for record in (view["main"] or {"records": []})["records"]]


def right(found, wanted):
    taken = set()
    for paths in found:
        hit = [place for place, path in enumerate(wanted) if any(touches(one, path) for one in paths)]
        if len(hit) == 1:
            taken.add(hit[0])
    return len(taken)


def main():
    if not os.environ.get("ATALAYA_SAMPLES"):
        print("SKIPPED: ATALAYA_SAMPLES names no folder of samples, so nothing was read")
        return 0
    root = pathlib.Path(os.environ["ATALAYA_SAMPLES"], "leads", "tbdw")
    truth = json.loads((root / "records-xpath.json").read_text())
    hits = found_in_all = wanted_in_all = perfect = 0
    print(f"{'page':6} wanted found right")
    for page, xpath in sorted(truth.items(), key=lambda entry: int(entry[0])):
        wanted, found = containers(root / f"{page}.html", xpath), records(root / f"{page}.html")
        good = right(found, wanted)
        whole = good == len(wanted) == len(found)
        print(f"{page:6} {len(wanted):6} {len(found):5} {good:5}{'' if whole else '  <'}")
        hits, found_in_all, wanted_in_all, perfect = hits + good, found_in_all + len(found), wanted_in_all + len(wanted), perfect + whole
    precision, recall = hits / max(found_in_all, 1), hits / max(wanted_in_all, 1)
    score = 2 * precision * recall / max(precision + recall, 1e-9)
    print(f"precision {precision:.3f}  recall {recall:.3f}  F1 {score:.3f} (to reach: {F1})")
    print(f"pages with every record and none extra: {perfect} of {len(truth)} (to reach: {PERFECT})")
    return 0 if score >= F1 and perfect >= PERFECT else 1


if __name__ == "__main__":
    sys.exit(main())
