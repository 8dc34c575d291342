"""How well does `atalaya read --json` find price, availability and code of real product pages?

Usage: ATALAYA_SAMPLES=FOLDER [ATALAYA=PROGRAM] python tests/bench/quality/products.py

Precision, recall and F1 an attribute; any of the accepted values counts. Some prices of the truth are thousands read as decimals ("2.449" for 2449,
"3.34" for 3340): a price a thousand times such a value is right, and told apart in the table. Exit 1 below the figures to beat.
"""

import decimal
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ENOUGH = {"price": 0.92, "availability": 0.95, "sku": 0.84}


def read(raw):
    """The product of a page, empty when there is none."""
    program = os.environ.get("ATALAYA", "target/debug/atalaya")
    with tempfile.NamedTemporaryFile(suffix=".html") as plain:
        plain.write(raw)
        plain.flush()
        run = subprocess.run([program, "read", plain.name, "--json"], capture_output=True, text=True, check=False)
    return (json.loads(run.stdout).get("product") or {}) if run.returncode == 0 else {}


def equal(key, have, want):
    """Whether a value is an accepted one; `"thousand"` when the truth lost its thousands."""
    if key != "price":
        return have.strip().lower() == want.strip().lower()
    have, want = decimal.Decimal(have), decimal.Decimal(want)
    return have == want or ("thousand" if want % 1 and have == want * 1000 else False)


def main():
    if not os.environ.get("ATALAYA_SAMPLES"):
        print("SKIPPED: ATALAYA_SAMPLES names no folder of samples, so nothing was read")
        return 0
    root = pathlib.Path(os.environ["ATALAYA_SAMPLES"], "leads", "product-bench")
    truth = json.loads((root / "truth.json").read_text())
    tally = {key: {"right": 0, "given": 0, "there": 0, "thousand": 0} for key in ENOUGH}
    misses = []
    for name, told in truth.items():
        product = read(gzip.decompress((root / f"{name}.html.gz").read_bytes()))
        for key, count in tally.items():
            have, wanted = product.get(key), told.get(key, [])
            # A code where the truth has none is not judged: the truth leaves many out.
            if key == "sku" and not wanted:
                continue
            verdicts = [equal(key, have, want) for want in wanted] if have else []
            count["there"] += bool(wanted)
            count["given"] += bool(have)
            count["right"] += any(verdicts)
            count["thousand"] += "thousand" in verdicts
            if wanted and not any(verdicts):
                misses.append(f"{name[:8]} {key}: have {have}, want {wanted}  {told['url'][:80]}")
    low = []
    print(f"{'attribute':14} precision recall    F1  to beat  pages (of them thousands lost in the truth)")
    for key, count in tally.items():
        precision, recall = count["right"] / max(count["given"], 1), count["right"] / max(count["there"], 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        low += [key] if f1 < ENOUGH[key] else []
        print(f"{key:14} {precision:9.3f} {recall:6.3f} {f1:5.3f}  {ENOUGH[key]:7}  {count['there']} ({count['thousand']})")
    print(f"\nMissed: {len(misses)}", *misses, sep="\n  ")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
