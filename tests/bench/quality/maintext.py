"""Is the main text of real pages what `atalaya read --json` says it is?

Usage: ATALAYA_SAMPLES=FOLDER [ATALAYA=PROGRAM] python tests/bench/quality/maintext.py

Articles are compared by shingles of four words, all others by their bags of words, averaged over the pages of a type. The pages of every type are
also shown in two halves (by their number, odd and even), so that what only fits one half is seen. Exit 1 below the figures.
"""

import collections
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAM = os.environ.get("ATALAYA", "target/debug/atalaya")
ARTICLES, OTHERS = 0.96, 0.72


def bag(text, length):
    words = re.findall(r"\w+", text.lower())
    if len(words) < length:
        return collections.Counter([" ".join(words)] if words else [])
    return collections.Counter(" ".join(words[place:place + length]) for place in range(len(words) - length + 1))


def score(found, wanted, length):
    one, other = bag(found, length), bag(wanted, length)
    if not one and not other:
        return 1.0
    return 2 * sum((one & other).values()) / (sum(one.values()) + sum(other.values()))


def text_of(file):
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder, "page.html")
        page.write_bytes(gzip.decompress(file.read_bytes()))
        ran = subprocess.run([PROGRAM, "read", "--json", page], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    try:
        return json.loads(ran.stdout)["text"]
    except ValueError:
        raise SystemExit(f"{PROGRAM} printed no JSON for {file}: {ran.stderr.decode()[:2000]}") from None


def pages(root):
    """`(type, name, file, wanted text, words of a shingle)` of every page."""
    for name, entry in sorted(json.loads((root / "article-bench" / "truth.json").read_text()).items()):
        yield "articles (4-grams)", name, root / "article-bench" / f"{name}.html.gz", entry["articleBody"], 4
    for file in sorted((root / "wcxb").glob("*.json")):
        entry = json.loads(file.read_text())
        yield entry["_internal"]["page_type"]["primary"], file.stem, file.with_suffix(".html.gz"), entry["ground_truth"]["main_content"], 1


def main():
    if not os.environ.get("ATALAYA_SAMPLES"):
        print("SKIPPED: ATALAYA_SAMPLES names no folder of samples, so nothing was read")
        return 0
    scores = collections.defaultdict(list)
    for kind, name, file, wanted, length in pages(pathlib.Path(os.environ["ATALAYA_SAMPLES"], "leads")):
        scores[kind].append((score(text_of(file), wanted, length), name))
    low = []
    mean = lambda values: sum(values) / max(len(values), 1)
    print(f"{'type':20} pages    F1  odd half  even half  to reach")
    for kind, found in sorted(scores.items()):
        least = ARTICLES if kind.startswith("articles") else OTHERS
        values = [value for value, _ in found]
        print(f"{kind:20} {len(values):5} {mean(values):5.3f} {mean(values[::2]):9.3f} {mean(values[1::2]):10.3f} {least:9.2f}")
        low += [kind] if mean(values) < least else []
    for kind, found in sorted(scores.items()):
        for value, name in sorted(found)[:3]:
            print(f"lowest of {kind}: {name[:12]} {value:.3f}")
    print(f"below the figures: {', '.join(low) or 'none'}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
