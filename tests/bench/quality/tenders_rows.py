"""Which fields documents of Prozorro, SAM.gov, FBO, SECOP II, CanadaBuys, AusTender and the older Contracts Finder fill, by JSON paths, columns
and XPath alone. A field counts once an entry: filled when anything was read for it.
"""

import csv
import functools
import io
import json
import re

from lxml import etree
from read import content, of, pairs, parts

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
        once = {}
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
    return {
        "id": filled(notice["procedure"]), "title": filled(notice["title"]), "buyer": filled(notice["buyers"]),
        "class": filled(list(of(parts(notice), "classes", "code"))),
        "deadline": bool(of(parts(notice), "deadlines", "kind") & {"tender", "request", "interest"}),
        "value": filled([list(of(parts(notice), "values", "amount"))]),
        "stage": notice["stage"] not in ("", "unknown"), "award": filled(notice["awards"]),
    }


def compare(form, file, notices):
    raw, readers = entries(form, content(file).decode())
    for entry, notice in pairs(raw, notices):
        had = read_has(notice) if notice else {}
        for field in FIELDS:
            values = readers[field](entry)
            present = filled(values)
            yield field, int(present), [str(values)] if present and not had.get(field) else []


COMPARE = {form: functools.partial(compare, form) for form in ("prozorro", "sam", "fbo", "secop", "canadabuys", "austender", "contracts-finder-xml")}
