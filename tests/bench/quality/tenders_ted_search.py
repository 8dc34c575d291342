"""Counts, per field, how much of what answers of the gazette's search carry was read.

Usage: tenders_ted_search.py DUMP.json FILE.json...

As tenders_eforms.py, but over JSON.
"""

import json
import sys

from tenders_eforms import report


def flat(value):
    if isinstance(value, dict):
        return {text for inner in value.values() for text in flat(inner)}
    if isinstance(value, list):
        return {text for inner in value for text in flat(inner)}
    return set() if value is None else {str(value)}


def field(*names):
    return lambda entry: next((flat(entry[name]) for name in names if entry.get(name)), set())


def padded(values):
    return {value.zfill(13) for value in values}


RAW = {
    "publication": lambda e: padded(field("publication-number", "ND")(e)),
    "id": field("notice-identifier"),
    "procedure": field("procedure-identifier"),
    "published": field("publication-date", "PD"),
    "references": lambda e: padded(field("RN")(e)),
    "title": field("title-proc", "notice-title", "TI", "title-lot"),
    "buyer": field("buyer-name"),
    "class": field("classification-cpv", "PC"),
    "deadline day": field("deadline-receipt-tender-date-lot"),
    "value": field("estimated-value-proc"),
    "stage code": field("notice-type"),
    "winner": field("winner-name"),
    "link": lambda e: flat(e.get("links", {}).get("html", {}).get("ENG")),
    "xml": lambda e: flat(e.get("links", {}).get("xml", {}).get("MUL")),
}

READ = {
    "publication": lambda n, c: {n["publication"]},
    "id": lambda n, c: {n["id"]},
    "procedure": lambda n, c: {n["procedure"]},
    "published": lambda n, c: {n["published_text"]} if n["published"] else set(),
    "references": lambda n, c: {i.split(":", 1)[1] for i in c["other_ids"]},
    "title": lambda n, c: set(c["title"].values()),
    "buyer": lambda n, c: {name for b in c["buyers"] for name in b["name"].values()},
    "class": lambda n, c: {k["code"] for k in c["classes"]},
    "deadline day": lambda n, c: {d["text"].split(" ")[0] for d in c["deadlines"]},
    "value": lambda n, c: {w["amount"] for w in c["worth"]},
    "stage code": lambda n, c: set(n["code"].split()),
    "winner": lambda n, c: {name for a in c["awards"] for w in a["winners"] for name in w["name"].values()},
    "link": lambda n, c: {c["link"]},
    "xml": lambda n, c: {d["url"] for d in c["documents"]},
}


def notices(file, read):
    with open(file, encoding="utf-8") as answer:
        entries = json.load(answer)["notices"]
    entries = [entry for entry in entries if field("publication-number", "ND", "notice-identifier")(entry)]
    return list(zip(entries, read.get("notices", []), strict=True))


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        sys.exit(report(RAW, READ, {}, json.load(file), sys.argv[2:], notices))
