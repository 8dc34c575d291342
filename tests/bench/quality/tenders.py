"""How much of what real documents of procurement portals carry does `atalaya tender read --json` fill?

Usage: ATALAYA_SAMPLES=FOLDER [ATALAYA=PROGRAM] python tests/bench/quality/tenders.py   (needs lxml)

Prints one table, what was set aside, every miss, and what belongs to no format; exit 1 when a format is below 99 %. What a document carries is
found without any of the program's code, and which format a document has is said here, so that one that is not recognised counts as missed.
"""

import os
import pathlib
import sys

import read
import tenders_eforms
import tenders_feed
import tenders_ocds
import tenders_placsp
import tenders_rows
import tenders_ted_export
import tenders_ted_search
import tenders_zakupki
from read import squeeze

ENOUGH = 99

COMPARE = tenders_rows.COMPARE | {
    "ocds": tenders_ocds.compare, "eforms": tenders_eforms.compare, "ted-export": tenders_ted_export.compare,
    "ted-search": tenders_ted_search.compare, "placsp": tenders_placsp.compare, "zakupki": tenders_zakupki.compare,
    "geojson-leads": tenders_feed.compare, "feed": tenders_feed.compare,
}

# Where the documents of a format lie; the first that fits.
PLACES = {
    "prozorro/native-http/*": "prozorro", "sam-gov/fbo-legacy/*": "fbo", "sam-gov/*.json": "sam", "secop/*.json": "secop", "canada/csv/*": "canadabuys",
    "australia/austender-csv/*": "austender", "uk-contracts-finder/legacy-xml/*": "contracts-finder-xml", "ted-eforms/*/*.xml": "eforms",
    "ted-legacy/*.xml": "ted-export", "ted-search-api/*.json": "ted-search", "placsp/*.atom": "placsp", "zakupki/*.xml": "zakupki",
    "other-feeds/*.json": "geojson-leads", "other-feeds/*.xml": "feed", "ocds/*/*.json": "ocds", "ocds/*/*/*.json": "ocds",
    "*/ocds/*/*.json": "ocds", "*/*-ocds/*/*.json": "ocds",
}

# No documents, although they lie among them.
SCHEMAS = {"release-schema-1__1__4.json", "schema__schema.json"}


def why_none(file):
    """Why a file is no document of a format; empty when it may be one."""
    if file.stat().st_size == 0:
        return "an empty file"
    if file.name in SCHEMAS:
        return "a JSON schema"
    return "a list of codes" if "codelists" in file.parts else ""


def documents(root):
    """The files of each format, and those of none with the reason."""
    places = [(set(root.glob(pattern)), form) for pattern, form in PLACES.items()]
    found, none = {form: [] for form in COMPARE}, []
    for file in sorted(file for file in root.rglob("*") if file.is_file() and file.suffix != ".md"):
        form = next((form for files, form in places if file in files), None)
        why = why_none(file) or ("" if form else "in no folder that is known here")
        if why:
            none.append(f"{file.relative_to(root)}: {why}")
        else:
            found[form].append(file)
    return found, none


def check(form, file, view):
    """One `(field, wanted, missed)` a field of a document; of one that was not read as what it is, all is missed."""
    fits = view.get("format") == form
    if not fits:
        yield "format", 1, [view.get("problem") or f"read as {view['format']}"]
    notices = view["notices"] if fits else []
    found = list(COMPARE[form](file, notices))
    if notices and not found:
        yield "entries", 1, [f"{len(notices)} notices were read where the count finds none"]
    yield from found


def main():
    if not os.environ.get("ATALAYA_SAMPLES"):
        print("SKIPPED: ATALAYA_SAMPLES names no folder of samples, so nothing was read")
        return 0
    root = pathlib.Path(os.environ["ATALAYA_SAMPLES"], "tenders")
    found, none = documents(root)
    if not any(found.values()):
        print(f"{root} has no document of any format")
        return 1
    aside, misses, low = [], [], []
    print(f"{'format':22} files notices quarantined  filled present percent")
    for form, files in found.items():
        if not files:
            print(f"{form:22} {0:5}   no samples")
            continue
        views, present, missing = read.read(files), 0, 0
        for file, view in zip(files, views):
            name = file.relative_to(root)
            aside += [f"{name} {entry['path']}: {entry['reason']}" for entry in view.get("quarantined", [])]
            for field, wanted, missed in check(form, file, view):
                present, missing = present + wanted, missing + len(missed)
                misses += [f"{form} {name} {field}: {squeeze(value)[:200]}" for value in missed]
        notices, bad = (sum(len(view.get(key, [])) for view in views) for key in ("notices", "quarantined"))
        percent = 100 * (present - missing) / max(present, 1)
        low += [form] if percent < ENOUGH else []
        print(f"{form:22} {len(files):5} {notices:7} {bad:11} {present - missing:7} {present:7} {percent:7.2f}")
    for title, lines in (("Quarantined", aside), ("Missed", misses), (f"Below {ENOUGH} %", low), ("Of no format", none)):
        print(f"\n{title}: {len(lines)}", *lines, sep="\n  ")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
