"""What 223-FZ documents carry, by XPath alone."""

from lxml import etree
from read import ids, names, of, parts, sets


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

READ = {
    "id": lambda n: {n["procedure"]},
    "title": lambda n: set(n["title"].values()),
    "buyer": lambda n: names(n["buyers"]),
    "buyer id": lambda n: ids(n["buyers"]),
    "class": lambda n: of(parts(n), "classes", "code"),
    "lot": lambda n: {lot["id"] for lot in n["lots"]},
    "deadline": lambda n: {d["text"] for d in n["deadlines"] if d["at"]},
    "value": lambda n: of(parts(n), "values", "amount"),
    "stage": lambda n: set(n["code"].split(" ")) if n["stage"] != "unknown" else set(),
    "place": lambda n: of(n["lots"], "places", "text"),
    "winner id": lambda n: ids([w for a in n["awards"] for w in a["winners"]]),
    "award date": lambda n: {a["date"] for a in n["awards"]},
    "document": lambda n: {d["url"] for d in n["documents"]},
    "published": lambda n: {n["published_text"]},
    "procedure": lambda n: {n["procedure_kind"]["text"]},
}


def entries(file):
    items = etree.parse(file).getroot().xpath("./*[local-name()='body']/*[local-name()='item']/*[substring(local-name(), string-length(local-name()) - 3) = 'Data']")
    return [item for item in items if child(item, "registrationNumber", "contractRegNumber", "guid")]


compare = sets(RAW, READ, entries)
