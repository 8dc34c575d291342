"""What PLACSP entries carry, by XPath alone; values are compared as sets, so that one that is there and wrong counts as a miss."""

from lxml import etree
from read import ids, names, sets

L = "*[local-name()='%s']"


def path(node, *steps):
    """Texts of the elements at these local names."""
    found = node.xpath("./" + "/".join(L % step for step in steps))
    texts = (" ".join(" ".join(element.itertext()).split()) for element in found)
    return {text for text in texts if text}


def folder(entry):
    found = entry.xpath("./" + L % "ContractFolderStatus")
    return found[0] if found else entry


def amounts(texts):
    """Numbers; what is none stays a text, and is missed."""
    number = lambda text: float(text) if text.replace(".", "", 1).isdigit() else text
    return set(map(number, texts))


RAW = {
    "id": lambda e: path(e, "id"),
    "title": lambda e: path(folder(e), "ProcurementProject", "Name") or path(e, "title"),
    "buyer": lambda e: path(folder(e), "LocatedContractingParty", "Party", "PartyName", "Name"),
    "buyer id": lambda e: path(folder(e), "LocatedContractingParty", "Party", "PartyIdentification", "ID"),
    "class": lambda e: path(folder(e), "ProcurementProject", "RequiredCommodityClassification", "ItemClassificationCode"),
    "lot": lambda e: path(folder(e), "ProcurementProjectLot", "ID"),
    "lot class": lambda e: path(folder(e), "ProcurementProjectLot", "ProcurementProject", "RequiredCommodityClassification", "ItemClassificationCode"),
    "deadline": lambda e: path(folder(e), "TenderingProcess", "TenderSubmissionDeadlinePeriod", "EndDate"),
    "value": lambda e: amounts({
        text
        for name in ("EstimatedOverallContractAmount", "TaxExclusiveAmount", "TotalAmount")
        for text in path(folder(e), "ProcurementProject", "BudgetAmount", name)
    }),
    "stage": lambda e: path(folder(e), "ContractFolderStatusCode"),
    "place": lambda e: path(folder(e), "ProcurementProject", "RealizedLocation", "CountrySubentityCode"),
    "winner": lambda e: path(folder(e), "TenderResult", "WinningParty", "PartyName", "Name"),
    "winner id": lambda e: path(folder(e), "TenderResult", "WinningParty", "PartyIdentification", "ID"),
    "award": lambda e: amounts(path(folder(e), "TenderResult", "AwardedTenderedProject", "LegalMonetaryTotal", "TaxExclusiveAmount")),
    "document": lambda e: {
        text
        for name in ("LegalDocumentReference", "TechnicalDocumentReference", "AdditionalDocumentReference")
        for text in path(folder(e), name, "Attachment", "ExternalReference", "URI")
    },
    "updated": lambda e: path(e, "updated"),
}

READ = {
    "id": lambda n: {n["procedure"]},
    "title": lambda n: set(n["title"].values()),
    "buyer": lambda n: names(n["buyers"]),
    "buyer id": lambda n: ids(n["buyers"]),
    "class": lambda n: {c["code"] for c in n["classes"]},
    "lot": lambda n: {lot["id"] for lot in n["lots"]},
    "lot class": lambda n: {c["code"] for lot in n["lots"] for c in lot["classes"]},
    "deadline": lambda n: {d["text"].split(" ")[0] for d in n["deadlines"] if d["at"]},
    "value": lambda n: {float(w["amount"]) for w in n["values"]},
    "stage": lambda n: set(n["code"].split(" ")[:1]) if n["stage"] != "unknown" else set(),
    "place": lambda n: {p["region"] for p in n["places"]},
    "winner": lambda n: names([w for a in n["awards"] for w in a["winners"]]),
    "winner id": lambda n: ids([w for a in n["awards"] for w in a["winners"]]),
    "award": lambda n: {float(w["amount"]) for a in n["awards"] for w in a["values"]},
    "document": lambda n: {d["url"] for d in n["documents"]},
    "updated": lambda n: {n["published_text"]},
}

compare = sets(RAW, READ, lambda file: [e for e in etree.parse(file).getroot().iterchildren("{*}entry") if path(e, "id")])
