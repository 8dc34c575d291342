"""How many of the e-mail addresses that real pages carry does `atalaya read --json` give, and how many that they do not?

Usage: ATALAYA_SAMPLES=FOLDER [ATALAYA=PROGRAM] python tests/bench/quality/contacts.py

Truth, found here without any of the program's code: addresses of `mailto:` links, hidden ones (Cloudflare's attribute and link) and those of JSON-LD.
An address given is right when it is one of these or stands in the page's words. Prints the figures, each miss and each wrong one; exit 1 below
recall 0.98 or precision 0.99.
"""

import gzip
import html.parser
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

RECALL, PRECISION = 0.98, 0.99
PLAIN = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")


def decoded(code):
    """What Cloudflare hides: bytes, each combined with the first."""
    try:
        raw = bytes.fromhex(code)
        return bytes(byte ^ raw[0] for byte in raw[1:]).decode("utf-8", "replace").split("?")[0]
    except (ValueError, IndexError):
        return ""


class Page(html.parser.HTMLParser):
    """The addresses and the words of a page."""

    def __init__(self):
        super().__init__()
        self.truth, self.words, self.scripts, self.inside, self.kind = {"mailto": set(), "hidden": set(), "json-ld": set()}, [], [], None, None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        href = attrs.get("href") or ""
        if href.strip().lower().startswith("mailto:"):
            whole = urllib.parse.unquote(href.strip()[7:].split("?")[0])
            self.truth["mailto"] |= set(PLAIN.findall(whole))
        if attrs.get("data-cfemail"):
            self.truth["hidden"].add(decoded(attrs["data-cfemail"]))
        if "/cdn-cgi/l/email-protection#" in href:
            self.truth["hidden"].add(decoded(href.split("#")[1]))
        if tag in ("script", "style"):
            self.inside, self.kind = tag, attrs.get("type")
            self.scripts.append("")

    def handle_endtag(self, tag):
        if tag == self.inside:
            if self.kind == "application/ld+json":
                try:
                    self.look(json.loads(self.scripts[-1], strict=False))
                except ValueError:
                    pass
            self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.scripts[-1] += data
        else:
            self.words.append(data)

    def look(self, value):
        """Addresses under a key `email`, at any depth."""
        if isinstance(value, list):
            for inner in value:
                self.look(inner)
        elif isinstance(value, dict):
            for key, inner in value.items():
                if key == "email" and isinstance(inner, str):
                    self.truth["json-ld"] |= set(PLAIN.findall(inner))
                self.look(inner)


def usable(address):
    """Whether somebody could write there: placeholders are nobody's."""
    name, _, domain = address.lower().rpartition("@")
    return bool(name) and "." in domain and domain not in ("example.com", "example.org", "domain.com", "email.com", "mysite.com")


def main():
    if not os.environ.get("ATALAYA_SAMPLES"):
        print("SKIPPED: ATALAYA_SAMPLES names no folder of samples, so nothing was read")
        return 0
    program = os.environ.get("ATALAYA", "target/debug/atalaya")
    root = pathlib.Path(os.environ["ATALAYA_SAMPLES"], "leads", "wcxb")
    counts, found, given, missed, wrong = {}, 0, 0, [], []
    for file in sorted(root.glob("*.html.gz")):
        raw = gzip.decompress(file.read_bytes())
        page = Page()
        page.feed(raw.decode("utf-8", "replace"))
        page.close()
        with tempfile.NamedTemporaryFile(suffix=".html") as plain:
            plain.write(raw)
            plain.flush()
            run = subprocess.run([program, "read", plain.name, "--json"], capture_output=True, text=True, check=False)
        have = {entry["value"].lower() for entry in json.loads(run.stdout)["contacts"]["emails"]} if run.returncode == 0 else set()
        truth = {}
        for kind, addresses in page.truth.items():
            truth |= {address.lower().strip(".' "): kind for address in addresses if usable(address)}
        words = {address.lower().rstrip(".") for address in PLAIN.findall(" ".join(page.words))}
        for address, kind in truth.items():
            counts[kind] = counts.get(kind, 0) + 1
            found += address in have
            if address not in have:
                missed.append(f"{file.name} {kind}: {address}")
        given += len(have)
        wrong += [f"{file.name}: {address}" for address in sorted(have - set(truth) - words)]
    total = sum(counts.values())
    recall, precision = found / max(total, 1), (given - len(wrong)) / max(given, 1)
    print("truth:", ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())), f"({total} addresses of {root})")
    print(f"recall    {recall:.4f}  ({found} of {total}; to beat {RECALL})\nprecision {precision:.4f}  ({given - len(wrong)} of {given}; to beat {PRECISION})")
    for title, lines in (("Missed", missed), ("Wrong", wrong)):
        print(f"\n{title}: {len(lines)}", *lines, sep="\n  ")
    return 0 if total and recall >= RECALL and precision >= PRECISION else 1


if __name__ == "__main__":
    sys.exit(main())
