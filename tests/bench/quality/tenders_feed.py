"""What RSS, Atom and the leads of the Department of State carry, by plain paths."""

import json
import re

from lxml import etree
from read import of, sets


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
    "value": lambda n: of([n], "values", "amount"),
    "place": lambda n: {p[key] for p in n["places"] for key in ("country", "text")},
    "stage": lambda n: {n["code"]} if n["stage"] != "unknown" else set(),
    "published": lambda n: {"yes"} if n["published"] else set(),
}


def entries(file):
    if file.suffix == ".json":
        return [{**feature["properties"], "_id": feature["id"]} for feature in json.load(open(file))["features"]]
    return etree.parse(file).getroot().xpath("//*[local-name()='item' or local-name()='entry']")


compare = sets(RAW, READ, entries)
