"""How much of what RSS, Atom and the leads of the Department of State carry was read: an independent count, compared with what atalaya read.

usage: tenders_feed.py FILE READ.json [FILE READ.json ...]; see tenders_placsp.py.
"""

import json
import re
import sys

from lxml import etree


def child(entry, *names):
    if isinstance(entry, dict):
        return next(({str(entry[name])} for name in names if entry.get(name) not in (None, "")), set())
    return next(({text} for name in names for text in [" ".join("".join(e.itertext()).split()) for e in entry.iterchildren("{*}" + name)] if text), set())


def categories(entry, scheme):
    texts = [] if isinstance(entry, dict) else ["".join(c.itertext()).strip() for c in entry.iterchildren("{*}category")]
    return {text.split("/", 1)[1] for text in texts if text.lower().startswith(scheme + "/")}


def plain(texts):
    """Without tags and entities: only letters and figures are compared."""
    return {"".join(re.findall(r"\w", re.sub(r"<[^>]*>|&\w+;", " ", text))) for text in texts}


RAW = {
    "id": lambda e: child(e, "guid", "id", "link", "_id"),
    "title": lambda e: plain(child(e, "title", "Project_Title")),
    "description": lambda e: plain(child(e, "description", "summary", "Project_Description")),
    "buyer": lambda e: child(e, "Implementing_Entity") | set(re.findall(r"Buyer: <a[^>]*>([^<]*)", "".join(child(e, "description")))),
    "class": lambda e: categories(e, "cpv") | child(e, "Sector"),
    "deadline": lambda e: categories(e, "deadline") | child(e, "Tender_Date") | set(re.findall(r"Deadline: (\w+ \d+, \d{4})", "".join(child(e, "description")))),
    "value": lambda e: child(e, "Project_Size"),
    "place": lambda e: {text.split(" - ")[0].upper() for text in categories(e, "country")} | child(e, "Specific_Location"),
    "stage": lambda e: categories(e, "type") | child(e, "Status"),
    "published": lambda e: {"yes"} if child(e, "pubDate", "published", "Project_Announced") else set(),
}
READ = {
    "id": lambda n: {n["procedure"]},
    "title": lambda n: plain(n["title"].values()),
    "description": lambda n: plain(n["description"].values()),
    "buyer": lambda n: {" ".join(name.split()) for buyer in n["buyers"] for name in buyer["name"].values()},
    "class": lambda n: {c["code"] for c in n["classes"]},
    "deadline": lambda n: {d["text"] for d in n["deadlines"] if d["at"]},
    "value": lambda n: {w["amount"] for w in n["worth"]},
    "place": lambda n: {p[key] for p in n["places"] for key in ("country", "text")},
    "stage": lambda n: {n["code"]} if n["stage"] != "unknown" else set(),
    "published": lambda n: {"yes"} if n["published"] else set(),
}


def entries(file):
    if file.endswith(".json"):
        return [{**feature["properties"], "_id": feature["id"]} for feature in json.load(open(file))["features"]]
    return etree.parse(file).getroot().xpath("//*[local-name()='item' or local-name()='entry']")


def main(arguments):
    there, missed = dict.fromkeys(RAW, 0), []
    for file, read in zip(arguments[::2], arguments[1::2]):
        notices, raws = json.load(open(read))["notices"], entries(file)
        if len(raws) != len(notices):
            missed.append((file, "entries", len(raws), len(notices)))
        for entry, notice in zip(raws, notices):
            for field in RAW:
                raw, mine = RAW[field](entry), READ[field](notice)
                there[field] += len(raw)
                missed += [(file, field, value, sorted(map(str, mine))[:5]) for value in raw - mine]
    total = sum(there.values())
    for field, count in there.items():
        print(f"{field:11} {count - sum(1 for miss in missed if miss[1] == field):6} of {count}")
    for miss in missed:
        print("missed", *miss)
    print(f"all         {total - len(missed):6} of {total}")
    return 0 if len(missed) <= total / 100 else 1


sys.exit(main(sys.argv[1:]))
