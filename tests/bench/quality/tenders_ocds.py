"""What OCDS documents carry, by plain paths; nothing of the reader is used. A field counts once a release: filled when all of it was read."""

import json
import re

from read import names, of, pairs

NOTHING = {"", "null", "none", "n/a", "na", "-", "--", ".", None}


def load(path):
    raw = open(path, "rb").read()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def last(value):
    """A versioned release as its last values."""
    if isinstance(value, list):
        if value and all(isinstance(one, dict) and set(one) == {"releaseID", "releaseDate", "releaseTag", "value"} for one in value):
            return value[-1]["value"]
        return [last(one) for one in value]
    if isinstance(value, dict):
        return {key: last(one) for key, one in value.items()}
    return value


def entries(document):
    """The releases of a document in order, then what each record says in sum."""
    if isinstance(document, list):
        return [entry for one in document for entry in entries(one)]
    if "records" in document:
        return [entry for record in document["records"] for entry in of_record(record)]
    if "compiledRelease" in document or "versionedRelease" in document:
        return of_record(document)
    if "releases" in document:
        return document["releases"]
    return [last(document)]


def of_record(record):
    sums = [record[key] for key in ("compiledRelease", "versionedRelease") if record.get(key)][:1]
    releases = [one for one in record.get("releases", []) if set(one) - {"url", "date", "tag"}]
    if sums:
        releases = [one for one in releases if one.get("tag") != ["compiled"]]
    return releases + [last(one) for one in sums]


def listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def words(value):
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return re.sub(r"\s+", " ", str(value)).strip() if value is not None and not isinstance(value, (dict, list)) else ""


def some(value):
    text = words(value)
    return [] if text.lower() in NOTHING else [text]


def path(value, *keys):
    found = [value]
    for key in keys:
        found = [inner for one in found for item in listed(one) if isinstance(item, dict) for inner in [item.get(key)] if inner is not None]
    return [item for one in found for item in listed(one)]


def ids(release):
    return some(release.get("ocid")) or some(release.get("id"))


def title(release):
    tender = release.get("tender") or {}
    found = some(tender.get("title")) or some(release.get("name")) or [words(v) for k, v in tender.items() if k.startswith("title_") and some(v)]
    if not found and not (set(tender) - {"id"}):
        for key in ("awards", "contracts"):
            for one in listed(release.get(key))[:1]:
                found = found or some(one.get("title")) or some(one.get("title_en"))
    return found


def buyer(release):
    """Names of buyers; the name by its number where only that is given."""
    tender = release.get("tender") or {}
    found = []
    for one in listed(release.get("buyer")) + listed(tender.get("procuringEntity")):
        if not isinstance(one, dict):
            continue
        found += some(one.get("name")) or some((one.get("identifier") or {}).get("legalName"))
    for one in release.get("parties") or []:
        if {"buyer", "procuringEntity"} & set(listed(one.get("roles"))):
            found += some(one.get("name")) or some(one.get("name_en")) or some((one.get("identifier") or {}).get("legalName"))
    return found


def classes(release):
    tender = release.get("tender") or {}
    found = []
    for holder in [tender] + path(tender, "items"):
        for key in ("classification", "additionalClassifications"):
            found += [code for one in path(holder, key) for code in some(one.get("id"))]
    if not found:
        for key in ("awards", "contracts"):
            for item in path(release, key, "items"):
                found += [code for one in path(item, "classification") for code in some(one.get("id"))]
            if found:
                break
    return found


def deadline(release):
    tender = release.get("tender") or {}
    return [text for key in ("tenderPeriod", "tederPeriod") for one in path(tender, key, "endDate") for text in some(one)]


def value(release):
    tender = release.get("tender") or {}
    return [text for key in ("value", "minValue", "maxValue") for one in path(tender, key, "amount") for text in some(one)]


def budget(release):
    found = path(release, "planning", "budget", "amount", "amount") + path(release, "tender", "budget", "value", "amount")
    return [text for one in found for text in some(one)]


def stage(release):
    """What says how far it is. The tag `compiled` alone says that a release is a sum, so it counts only with a section that is summed up."""
    sections = any(release.get(key) for key in ("planning", "tender", "awards", "contracts"))
    tags = [text for tag in listed(release.get("tag")) for text in some(tag) if text != "compiled" or sections]
    return some((release.get("tender") or {}).get("status")) + tags


def award(release):
    return [text for one in listed(release.get("awards")) for text in some(one.get("id"))] or [
        text for one in listed(release.get("contracts")) for text in some(one.get("awardID")) or some(one.get("id"))
    ]


def award_value(release):
    found = path(release, "awards", "value", "amount") + path(release, "awards", "totalAwardValue", "amount")
    return [text for one in found or path(release, "contracts", "value", "amount") for text in some(one)]


def winner(release):
    found = path(release, "awards", "suppliers") + path(release, "awards", "items", "suppliers") or path(release, "contracts", "suppliers")
    return [text for one in found for text in some(one.get("name")) or some((one.get("identifier") or {}).get("legalName"))]


def ended(release):
    return [text for key in ("awards", "contracts") for name in ("contractPeriod", "period") for one in path(release, key, name, "endDate") for text in some(one)]


def amounts(*holders):
    return {float(amount) for amount in of(holders, "values", "amount")}


def code(text):
    return re.sub(r"^(\d{8})-\d$", r"\1", re.sub(r"^(\d+)\.0$", r"\1", text))


# Field: what the document carries, and whether what was read holds all of it.
FIELDS = {
    "id": (ids, lambda raw, n: n["procedure"] in raw),
    "title": (title, lambda raw, n: raw[0] in n["title"].values() or bool(set(raw) & set(n["title"].values()))),
    "buyer": (buyer, lambda raw, n: set(raw) <= set(names(n["buyers"])) or raw[0] in names(n["buyers"])),
    "class": (classes, lambda raw, n: {code(one) for one in raw} <= of([n], "classes", "code")),
    "deadline": (deadline, lambda raw, n: all(any(one == d["text"] and d["at"] for d in n["deadlines"]) for one in raw)),
    "value": (value, lambda raw, n: all(float(one) in amounts(n) for one in raw)),
    "budget": (budget, lambda raw, n: all(float(one) in amounts(n) for one in raw)),
    "stage": (stage, lambda raw, n: n["stage"] not in ("", "unknown")),
    "award": (award, lambda raw, n: set(raw) <= {one["id"] for one in n["awards"]}),
    "award value": (award_value, lambda raw, n: all(float(one) in amounts(*n["awards"]) for one in raw)),
    "winner": (winner, lambda raw, n: set(raw) <= set(names(p for a in n["awards"] for p in a["winners"]))),
    "contract end": (ended, lambda raw, n: all(any(one[:10] in str(a["term"]) for a in n["awards"]) for one in raw)),
}


def compare(file, notices):
    raw = [entry for document in load(file) for entry in entries(document)]
    for release, notice in pairs(raw, notices):
        for field, (of_raw, holds) in FIELDS.items():
            found = of_raw(release)
            yield field, int(bool(found)), [str(found)] if found and not (notice and holds(found, notice)) else []
