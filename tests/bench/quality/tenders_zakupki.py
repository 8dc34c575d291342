"""How much of what 223-FZ documents carry was read: an independent count by XPath, compared with what atalaya read.

usage: tenders_zakupki.py FILE.xml READ.json [FILE.xml READ.json ...]; see tenders_placsp.py.
"""

import json
import sys

from lxml import etree


def path(node, *steps):
    """Texts of the elements at these local names."""
    found = node.xpath(".//" + "/".join(f"*[local-name()='{step}']" for step in steps))
    texts = (" ".join(" ".join(element.itertext()).split()) for element in found)
    return {text for text in texts if text}


def child(node, *names):
    """The first of these children that says something."""
    return next(({text} for name in names for text in [" ".join(node.findtext("{*}" + name, "").split())] if text), set())


RAW = {
    "id": lambda e: path(e, "purchaseNoticeInfo", "purchaseNoticeNumber") or child(e, "contractRegNumber", "registrationNumber"),
    "title": lambda e: child(e, "subjectContract", "name"),
    "buyer": lambda e: path(e, "customer", "mainInfo", "fullName"),
    "buyer id": lambda e: path(e, "customer", "mainInfo", "inn"),
    "class": lambda e: {code for name in ("okpd2", "okved2", "okdp", "okved", "okpd") for code in path(e, name, "code")},
    "lot": lambda e: path(e, "lots", "lot", "ordinalNumber"),
    "deadline": lambda e: child(e, "submissionCloseDateTime"),
    "value": lambda e: path(e, "lotData", "initialSum") | child(e, "price"),
    "stage": lambda e: child(e, "status"),
    "place": lambda e: path(e, "lotData", "deliveryPlace", "address"),
    "winner id": lambda e: path(e, "supplierInfo", "inn"),
    "award date": lambda e: {day[:10] for day in child(e, "contractDate")},
    "document": lambda e: path(e, "attachments", "document", "url"),
    "published": lambda e: child(e, "modificationDate", "publicationDateTime", "publicationDate"),
    "procedure": lambda e: child(e, "purchaseCodeName") or path(e, "purchaseTypeInfo", "name"),
}

IDS = lambda parties: {i.split(" ", 1)[1] for party in parties for i in party["ids"]}
READ = {
    "id": lambda n: {n["procedure"]},
    "title": lambda n: set(n["title"].values()),
    "buyer": lambda n: {name for buyer in n["buyers"] for name in buyer["name"].values()},
    "buyer id": lambda n: IDS(n["buyers"]),
    "class": lambda n: {c["code"] for part in [n, *n["lots"]] for c in part["classes"]},
    "lot": lambda n: {lot["id"] for lot in n["lots"]},
    "deadline": lambda n: {d["text"] for d in n["deadlines"] if d["at"]},
    "value": lambda n: {w["amount"] for part in [n, *n["lots"]] for w in part["worth"]},
    "stage": lambda n: set(n["code"].split(" ")) if n["stage"] != "unknown" else set(),
    "place": lambda n: {p["text"].split(", ", 1)[-1] if p["country"] else p["text"] for lot in n["lots"] for p in lot["places"]},
    "winner id": lambda n: IDS([w for a in n["awards"] for w in a["winners"]]),
    "award date": lambda n: {a["date"] for a in n["awards"]},
    "document": lambda n: {d["url"] for d in n["documents"]},
    "published": lambda n: {n["published_text"]},
    "procedure": lambda n: {n["procedure_kind"].split(" (", 1)[1][:-1]} if n["procedure_kind"] else set(),
}


def main(arguments):
    there, missed = dict.fromkeys(RAW, 0), []
    for file, read in zip(arguments[::2], arguments[1::2]):
        notices = json.load(open(read))["notices"]
        bodies = etree.parse(file).getroot().xpath("./*[local-name()='body']/*[local-name()='item']/*[substring(local-name(), string-length(local-name()) - 3) = 'Data']")
        bodies = [body for body in bodies if child(body, "registrationNumber", "contractRegNumber", "guid")]
        if len(bodies) != len(notices):
            missed.append((file, "items", len(bodies), len(notices)))
        for body, notice in zip(bodies, notices):
            for field in RAW:
                raw, mine = RAW[field](body), READ[field](notice)
                there[field] += len(raw)
                missed += [(file, field, value, sorted(map(str, mine))[:5]) for value in raw - mine]
    total = sum(there.values())
    for field, count in there.items():
        print(f"{field:10} {count - sum(1 for miss in missed if miss[1] == field):6} of {count}")
    for miss in missed:
        print("missed", *miss)
    print(f"all        {total - len(missed):6} of {total}")
    return 0 if len(missed) <= total / 100 else 1


sys.exit(main(sys.argv[1:]))
