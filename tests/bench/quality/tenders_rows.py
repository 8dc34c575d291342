"""Counts, without our code, what documents of Prozorro, SAM.gov, FBO, SECOP II, CanadaBuys, AusTender and Contracts Finder carry, and
compares it with what was read.

    tenders_rows.py DOCUMENT READ.json [FORMAT]

READ.json is what `atalaya tender read DOCUMENT --json` says: `{"format", "notices": [...], "bad": [...]}`; a notice has `id`, `stage` and
the fields of its content (`title`, `buyers`, `classes`, `deadlines`, `worth`, `awards`, `lots`), either in place or below `content`. A
recorded exchange (`.http`) is cut to the body of its answer.
"""
import csv, io, json, re, sys
from collections import OrderedDict

FIELDS = ["id", "title", "buyer", "class", "deadline", "value", "stage", "award"]


def filled(value):
    """Whether a raw value says anything."""
    if isinstance(value, dict):
        return any(filled(v) for v in value.values())
    if isinstance(value, list):
        return any(filled(v) for v in value)
    return value is not None and str(value).strip() not in ("", "N/A", "No Definido", "No Adjudicado", "ND")


def dig(value, path):
    for key in path.split("/"):
        if isinstance(value, list):
            value = [dig(v, key) for v in value]
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def by_paths(**paths):
    """One reader a field: its raw values by JSON paths, keys or columns."""
    return {field: (lambda row, some=some: [dig(row, path) for path in some.split()]) for field, some in paths.items()}


PROZORRO = by_paths(id="id", title="title budget/description", buyer="procuringEntity/name buyers/name",
                    deadline="tenderPeriod/endDate", value="value/amount budget/amount", stage="status", award="awards/id")
PROZORRO["class"] = lambda row: [dig(row, "items/classification/id"), dig(row, "classification/id")]
# A part of a tender asked for by itself: its state and value are the award's, and its existence is the award.
for field, of_part in (("stage", []), ("value", []), ("award", ["id"])):
    PROZORRO[field] = lambda row, whole=PROZORRO[field], part=of_part: [row.get(k) for k in part] if "bid_id" in row else whole(row)
SAM = by_paths(id="noticeId", title="title", buyer="fullParentPathName", deadline="responseDeadLine", value="", stage="type",
               award="award/number award/amount award/awardee/name")
SAM["class"] = lambda row: [row.get("naicsCode"), row.get("naicsCodes"), row.get("classificationCode")]
SECOP = by_paths(id="id_del_proceso", title="nombre_del_procedimiento", buyer="entidad", deadline="fecha_de_recepcion_de",
                 value="precio_base", stage="estado_del_procedimiento fase")
SECOP["class"] = lambda row: [row.get("codigo_principal_de_categoria")]
SECOP["award"] = lambda row: [row.get("nombre_del_proveedor") if str(row.get("adjudicado")).lower().startswith("s") else None]


def columns(**names):
    return {field: (lambda row, some=some: [row.get(name) for name in some]) for field, some in names.items()}


CANADA = columns(id=["referenceNumber-numeroReference", "reference_number"], title=["title-titre-eng", "title-titre-fra", "title"],
                 buyer=["contractingEntityName-nomEntitContractante-eng", "contractingEntityName-nomEntitContractante-fra", "procurement_entity"],
                 deadline=["tenderClosingDate-appelOffresDateCloture", "date_closing"], value=[],
                 stage=["tenderStatus-appelOffresStatut-eng", "publishing_status"], award=["supplierLegalName-nomLegalFournisseur-eng"])
CANADA["class"] = lambda row: [row.get(name) for name in ("gsin", "gsin-nibs", "unspsc")]
AUSTENDER = columns(id=["CN ID"], title=["Description"], buyer=["Agency", "Agency Name"], deadline=[], value=["Value", "Contract Value (AUD)"],
                    stage=["Status"], award=["Supplier Name"])
AUSTENDER["class"] = lambda row: [row.get(name) for name in ("Category", "UNSPSC Code")]


def xpaths(**paths):
    return {field: (lambda node, some=some: [text for path in some.split(" | ") if path for text in node.xpath(path)]) for field, some in paths.items()}


FINDER = xpaths(id="Id/text()", title="Notice/Title/text()", buyer="Notice/OrganisationName/text()", deadline="Notice/DeadlineDate/text()",
                value="Notice/ValueLow/text() | Notice/ValueHigh/text()", stage="Notice/Status/text()", award="Awards//SupplierName/text()")
FINDER["class"] = lambda node: node.xpath("Notice/CpvCodes/string/text()")
FBO = xpaths(id="SOLNBR/text() | AWDNBR/text()", title="SUBJECT/text()", buyer="AGENCY/text()", deadline="RESPDATE/text()", value="",
             stage="name()", award="AWARDEE/text()")
FBO["stage"] = lambda node: [node.tag]
FBO["class"] = lambda node: node.xpath("NAICS/text() | CLASSCOD/text()")


def xml(text):
    from lxml import etree
    return etree.fromstring(re.sub(r"^\s*<\?xml.*?\?>", "", text, count=1, flags=re.S).encode())


def entries(form, text):
    """The raw entries of a document, and the readers of their fields."""
    if form == "prozorro":
        data = json.loads(text)["data"]
        return (data if isinstance(data, list) else [data]), PROZORRO
    if form == "sam":
        return json.loads(text)["opportunitiesData"], SAM
    if form == "secop":
        return json.loads(text), SECOP
    if form == "canadabuys":
        rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
        once = OrderedDict()
        for row in rows:
            key = [row.get(name) for name in ("referenceNumber-numeroReference", "reference_number", "amendmentNumber-numeroModification", "amendment_number")]
            once.setdefault(tuple(key), row)
        return list(once.values()), CANADA
    if form == "austender":
        return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")))), AUSTENDER
    if form == "contracts-finder-xml":
        return xml(text).xpath("//FullNotice"), FINDER
    if text.lstrip().startswith("<?xml") or "<NOTICES>" in text:
        return xml(text).xpath("/NOTICES/* | /NOTICES/*/CHANGES/*"), FBO
    # The older feed: a tag begins its line and is never closed.
    records = re.findall(r"^<(PRESOL|COMBINE|SRCSGT|SNOTE|AWARD|MOD)>$(.*?)^</\1>$", text, flags=re.M | re.S)
    fields = [dict(reversed(re.findall(r"^<([A-Z]+)>(.*)$", body, flags=re.M)), TYPE=kind) for kind, body in records]
    readers = columns(id=["SOLNBR"], title=["SUBJECT"], buyer=["AGENCY"], deadline=["RESPDATE"], value=[], stage=["TYPE"], award=["AWARDEE"])
    readers["class"] = lambda row: [row.get("NAICS"), row.get("CLASSCOD")]
    return fields, readers


def read_has(notice):
    """Which fields a notice that was read has."""
    content = {**notice, **notice.get("content", {})}
    lots = content.get("lots") or []
    return {
        "id": filled(content.get("id")), "title": filled(content.get("title")), "buyer": filled(content.get("buyers")),
        "class": filled(content.get("classes")) or any(filled(lot.get("classes")) for lot in lots),
        "deadline": any(d.get("kind") in ("tender", "request", "interest") for part in [content, *lots] for d in part.get("deadlines") or []),
        "value": filled(content.get("worth")) or any(filled(lot.get("worth")) for lot in lots),
        "stage": content.get("stage") not in (None, "unknown"), "award": filled(content.get("awards")),
    }


def main(document, read, form=None):
    text = open(document, encoding="utf-8").read()
    if document.endswith(".http"):
        text = text[text.rindex("HTTP/1.0 200"):]
        text = text[text.index("{"):]
    read = json.load(open(read, encoding="utf-8"))
    raw, readers = entries(form or read["format"], text)
    notices = read["notices"]
    print(f"{document}: {len(raw)} entries, {len(notices)} notices, {len(read['bad'])} bad")
    misses = 0
    for field in FIELDS:
        present = [filled(readers[field](entry)) for entry in raw]
        got = [read_has(notice)[field] for notice in notices]
        if len(raw) != len(notices):
            print(f"  {field:9} present {sum(present)}, filled {sum(got)} (entries and notices cannot be paired)")
            continue
        missed = [notice["id"] for there, have, notice in zip(present, got, notices) if there and not have]
        misses += len(missed)
        print(f"  {field:9} present {sum(present)}, filled of these {sum(present) - len(missed)}" + (f", missed: {missed[:5]}" if missed else ""))
    return misses


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
