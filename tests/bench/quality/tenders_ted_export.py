"""What TED_EXPORT documents carry, by XPath alone; steps by local names, since the namespaces change with the years."""

import re

from lxml import etree
from read import ids, of, parts, sets, squeeze, texts
from tenders_eforms import READ as EFORMS
from tenders_eforms import worths

FORM = "//FORM_SECTION/*[@CATEGORY='ORIGINAL' or count(//FORM_SECTION/*)=1]"
CODED = "//CODED_DATA_SECTION/NOTICE_DATA"
CODIF = "//CODED_DATA_SECTION/CODIF_DATA"


def local(path):
    """The path with every step by local name."""
    return re.sub(r"(?<![@\w-])([A-Z][A-Z_0-9a-z]*)(?=[/\[\]|)]|$)", r"*[local-name()='\1']", path)


def nodes(tree, *paths):
    return [n for p in paths for n in tree.xpath(local(p))]


def words(tree, *paths):
    found = {squeeze(" ".join(n.itertext()) if hasattr(n, "itertext") else str(n)) for n in nodes(tree, *paths)}
    return found - {""}


def number(text):
    match = re.fullmatch(r"(\d{4})/S \d+-(\d+)", text)
    return f"{match[2]:0>8}-{match[1]}" if match else text


def amounts(tree, *paths):
    found = set()
    for n in nodes(tree, *paths):
        currency = n.get("CURRENCY") or n.getparent().get("CURRENCY")
        found.add(f"{float(squeeze(n.text).replace(' ', ''))} {currency}")
    return found


def deadlines(tree):
    found = set()
    for day, time in (("DATE_RECEIPT_TENDERS", "TIME_RECEIPT_TENDERS"), ("DATE_OPENING_TENDERS", "TIME_OPENING_TENDERS")):
        for n in nodes(tree, f"{FORM}//{day}"):
            times = nodes(n.getparent(), time)
            found.add(squeeze(f"{n.text} {times[0].text if times else ''}"))
    if not nodes(tree, FORM + "//DATE_RECEIPT_TENDERS"):
        found |= words(tree, CODIF + "/DT_DATE_FOR_SUBMISSION")
    for n in nodes(tree, FORM + "//CHANGE/NEW_VALUE/DATE"):
        times = nodes(n.getparent(), "TIME")
        found.add(squeeze(f"{n.text} {times[0].text if times else ''}"))
    return found


# What stands in for nothing: "Not specified" and the like.
NO_CODE = {"Z", "9", "N"}

RAW = {
    "id": lambda t: {number(n) for n in words(t, CODED + "/NO_DOC_OJS")},
    "references": lambda t: {number(n) for n in words(t, CODED + "/REF_NOTICE/NO_DOC_OJS")},
    "published": lambda t: words(t, "//REF_OJS/DATE_PUB"),
    "stage code": lambda t: {n.get("CODE") for n in nodes(t, CODIF + "/TD_DOCUMENT_TYPE")},
    "title": lambda t: words(t, "//FORM_SECTION/*/OBJECT_CONTRACT/TITLE"),
    "description": lambda t: words(t, "//FORM_SECTION/*/OBJECT_CONTRACT/SHORT_DESCR"),
    "buyer": lambda t: words(t, FORM + "/CONTRACTING_BODY//OFFICIALNAME") or words(t, "//ML_AA_NAMES/AA_NAME"),
    "buyer id": lambda t: words(t, FORM + "/CONTRACTING_BODY//NATIONALID"),
    "buyer region": lambda t: {n.get("CODE") for n in nodes(t, FORM + "/CONTRACTING_BODY//NUTS")},
    "class": lambda t: {n.get("CODE") for n in nodes(t, CODED + "/ORIGINAL_CPV", FORM + "//CPV_CODE")},
    "nature": lambda t: {"there"} if nodes(t, CODIF + "/NC_CONTRACT_NATURE") and nodes(t, CODIF + "/NC_CONTRACT_NATURE")[0].get("CODE") not in NO_CODE else set(),
    "procedure": lambda t: {"there"} if nodes(t, CODIF + "/PR_PROC") and nodes(t, CODIF + "/PR_PROC")[0].get("CODE") not in NO_CODE else set(),
    "value": lambda t: amounts(t, FORM + "/OBJECT_CONTRACT/VAL_TOTAL", FORM + "/OBJECT_CONTRACT/VAL_ESTIMATED_TOTAL") or amounts(t, CODED + "/VALUES/VALUE"),
    "lot value": lambda t: amounts(t, FORM + "/OBJECT_CONTRACT/OBJECT_DESCR/VAL_OBJECT"),
    "deadline": deadlines,
    "lot": lambda t: words(t, FORM + "/OBJECT_CONTRACT/OBJECT_DESCR/LOT_NO"),
    "region": lambda t: {n.get("CODE") for n in nodes(t, CODED + "/PERFORMANCE_NUTS", FORM + "/OBJECT_CONTRACT/OBJECT_DESCR/NUTS")},
    "eu funds": lambda t: {"there"} if nodes(t, FORM + "//EU_PROGR_RELATED", FORM + "//NO_EU_PROGR_RELATED") else set(),
    "change": lambda t: words(t, FORM + "//CHANGE/NEW_VALUE/TEXT", FORM + "//CHANGE/WHERE/LABEL"),
    "winner": lambda t: words(t, FORM + "/AWARD_CONTRACT//ADDRESS_CONTRACTOR/OFFICIALNAME"),
    "winner id": lambda t: words(t, FORM + "/AWARD_CONTRACT//ADDRESS_CONTRACTOR/NATIONALID"),
    "award value": lambda t: amounts(t, FORM + "/AWARD_CONTRACT//VALUES/*[not(*)]"),
    "award date": lambda t: words(t, FORM + "/AWARD_CONTRACT//DATE_CONCLUSION_CONTRACT"),
    "bids": lambda t: words(t, FORM + "/AWARD_CONTRACT//NB_TENDERS_RECEIVED"),
}

READ = {
    "references": lambda n: {i["id"] for i in n["other_ids"]},
    "published": lambda n: {n["published_text"]} if n["published"] else set(),
    "class": lambda n: of(parts(n), "classes", "code"),
    "procedure": lambda n: {"there"} if n["procedure_kind"]["kind"] else set(),
    "deadline": lambda n: {d["text"] for part in parts(n) for d in part["deadlines"] if d["at"]},
    "region": lambda n: of(parts(n), "places", "region"),
    "change": lambda n: {a["new"] for a in n["amendments"]} | texts(a["text"] for a in n["amendments"]),
    "winner id": lambda n: ids(w for a in n["awards"] for w in a["winners"]),
    "award value": lambda n: {w for a in n["awards"] for w in worths(a["values"])},
    "award date": lambda n: {a["date"] for a in n["awards"]},
}
READ.update({field: EFORMS[field] for field in RAW if field not in READ})

compare = sets(RAW, READ, lambda file: [etree.parse(file)])
