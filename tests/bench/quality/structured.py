"""Is the structured data that `atalaya read --json` gives equal to the stored expected output of each case?

Usage: ATALAYA_SAMPLES=FOLDER [ATALAYA=PROGRAM] python tests/bench/quality/structured.py

Prints one line a case, and where a case differs; exit 1 when one does. Lists of one value and that value say the same (the stored cases have both);
keys and the order of the page count.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

# What a stored case without names of syntaxes holds, by a piece of its name.
HOLDS = {"dublincore": "dublincore", "microformat": "microformat", "opengraph": "opengraph"}


def flat(value):
    """The value with lists of one put as that one, in the whole of it."""
    if isinstance(value, dict):
        return {key: flat(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return flat(value[0]) if len(value) == 1 else [flat(inner) for inner in value]
    return value


def read(page):
    """What the program reads, the page taken as saved from its own canonical address where it names one."""
    program = os.environ.get("ATALAYA", "target/debug/atalaya")
    canonical = re.search(r'<link href="([^"]+)" rel="canonical">', page.read_text())
    source = ["--url", canonical[1]] if canonical else []
    run = subprocess.run([program, "read", str(page), "--json", *source], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        return {"problem": run.stderr.strip()}
    return json.loads(run.stdout)["structured"]


def main():
    if not os.environ.get("ATALAYA_SAMPLES"):
        print("SKIPPED: ATALAYA_SAMPLES names no folder of samples, so nothing was read")
        return 0
    root = pathlib.Path(os.environ["ATALAYA_SAMPLES"], "leads", "structured-data")
    cases, wrong = 0, []
    for page in sorted(root.glob("*.html")):
        got = read(page)
        wanted = {}
        if (stored := page.with_suffix(".jsonld")).exists():
            wanted["json-ld"] = json.loads(stored.read_text())
        if (stored := page.with_suffix(".json")).exists():
            told = json.loads(stored.read_text())
            kind = next((kind for piece, kind in HOLDS.items() if piece in page.name), "microdata")
            wanted |= told if isinstance(told, dict) else {kind: told}
        for kind, want in wanted.items():
            cases += 1
            have = got.get(kind)
            good = flat(have) == flat(want)
            print(f"{page.stem:45} {kind:12} {'equal' if good else 'DIFFERS'}")
            if not good:
                wrong.append(f"{page.stem} {kind}\n    have {json.dumps(have, ensure_ascii=False)[:2000]}\n    want {json.dumps(want, ensure_ascii=False)[:2000]}")
    print(f"\n{cases - len(wrong)} of {cases} equal", *wrong, sep="\n  ")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
