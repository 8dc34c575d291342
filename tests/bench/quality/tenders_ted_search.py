"""What answers of the search of the European gazette carry, by plain keys."""

import json

from read import names, sets


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
    "publication": lambda n: {n["publication"]},
    "id": lambda n: {n["notice"]},
    "procedure": lambda n: {n["procedure"]},
    "published": lambda n: {n["published_text"]} if n["published"] else set(),
    "references": lambda n: {i["id"] for i in n["other_ids"]},
    "title": lambda n: set(n["title"].values()),
    "buyer": lambda n: names(n["buyers"]),
    "class": lambda n: {k["code"] for k in n["classes"]},
    "deadline day": lambda n: {d["text"].split(" ")[0] for d in n["deadlines"]},
    "value": lambda n: {w["amount"] for w in n["values"]},
    "stage code": lambda n: set(n["code"].split()),
    "winner": lambda n: names(w for a in n["awards"] for w in a["winners"]),
    "link": lambda n: {n["link"]},
    "xml": lambda n: {d["url"] for d in n["documents"]},
}


def entries(file):
    with open(file, encoding="utf-8") as answer:
        return [entry for entry in json.load(answer)["notices"] if field("publication-number", "ND", "notice-identifier")(entry)]


compare = sets(RAW, READ, entries)
