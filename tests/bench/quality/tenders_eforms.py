"""What eForms documents carry, found by XPath alone, without any of the program's code, so that a fault of the reader cannot hide."""

import re

from lxml import etree
from read import ids, names, sets, squeeze, texts

NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "ext": "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2",
    "efac": "http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1",
    "efbc": "http://data.europa.eu/p27/eforms-ubl-extension-basic-components/1",
    "efext": "http://data.europa.eu/p27/eforms-ubl-extensions/1",
}
X = "/*/ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/efext:EformsExtension"
L = "/*/cac:ProcurementProjectLot[not(cbc:ID/@schemeName='LotsGroup')]"
P = "/*/cac:ProcurementProject"
RESULT = X + "/efac:NoticeResult"
E = "ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/efext:EformsExtension"


def words(tree, *paths):
    """Texts at these paths, without the empty ones."""
    found = [squeeze("".join(n.itertext()) if hasattr(n, "itertext") else n) for p in paths for n in tree.xpath(p, namespaces=NS)]
    return {text for text in found if text}


def amounts(tree, *paths):
    nodes = [n for p in paths for n in tree.xpath(p, namespaces=NS)]
    # A withheld amount is -1; words are no amount.
    return {f"{float(n.text)} {n.get('currencyID')}" for n in nodes if re.fullmatch(r"\s*[\d.]+\s*", n.text or "")}


def days(tree, *paths):
    return {text[:10] for text in words(tree, *paths) if not text.startswith("1970-01-01")}


def deadlines(tree):
    base = L + "/cac:TenderingProcess"
    periods = [
        ("tender", base + "/cac:TenderSubmissionDeadlinePeriod", "cbc:EndDate", "cbc:EndTime"),
        ("request", base + "/cac:ParticipationRequestReceptionPeriod", "cbc:EndDate", "cbc:EndTime"),
        ("questions", base + "/cac:AdditionalInformationRequestPeriod", "cbc:EndDate", "cbc:EndTime"),
        ("interest", base + "/" + E + "/efac:InterestExpressionReceptionPeriod", "cbc:EndDate", "cbc:EndTime"),
        ("opening", base + "/cac:OpenTenderEvent", "cbc:OccurrenceDate", "cbc:OccurrenceTime"),
    ]
    found = set()
    for kind, path, day, time in periods:
        for node in tree.xpath(path, namespaces=NS):
            lot = squeeze(node.xpath("string(ancestor::cac:ProcurementProjectLot/cbc:ID)", namespaces=NS))
            text = squeeze(node.xpath(f"string({day})", namespaces=NS) + " " + node.xpath(f"string({time})", namespaces=NS))
            if text:
                found.add(f"{lot} {kind} {text}")
    return found


def winners(tree):
    """Names of all organisations that stand behind a tender of a lot result or of a contract."""
    organisations = {}
    for company in tree.xpath(X + "/efac:Organizations/efac:Organization/efac:Company", namespaces=NS):
        key = squeeze(company.xpath("string(cac:PartyIdentification/cbc:ID)", namespaces=NS))
        organisations[key] = squeeze(company.xpath("string(cac:PartyName/cbc:Name)", namespaces=NS))
    tenders = words(tree, RESULT + "/efac:LotResult/efac:LotTender/cbc:ID", RESULT + "/efac:SettledContract/efac:LotTender/cbc:ID")
    found = set()
    for tender in tenders:
        for party in words(tree, f"{RESULT}/efac:LotTender[cbc:ID='{tender}']/efac:TenderingParty/cbc:ID"):
            for who in words(tree, f"{RESULT}/efac:TenderingParty[cbc:ID='{party}']/efac:Tenderer/cbc:ID"):
                found |= {organisations[who]} if who in organisations else set()
    return found


def buyers(tree, path):
    found = set()
    for who in words(tree, "/*/cac:ContractingParty/cac:Party/cac:PartyIdentification/cbc:ID"):
        organisation = f"{X}/efac:Organizations/efac:Organization[(efac:Company|efac:TouchPoint)/cac:PartyIdentification/cbc:ID='{who}']"
        found |= words(tree, f"{organisation}/efac:Company/{path}")
    return found


RAW = {
    "id": lambda t: words(t, "/*/cbc:ID"),
    "version": lambda t: words(t, "/*/cbc:VersionID"),
    "procedure": lambda t: words(t, "/*/cbc:ContractFolderID"),
    "publication": lambda t: words(t, X + "/efac:Publication/efbc:NoticePublicationID"),
    "published": lambda t: days(t, X + "/efac:Publication/efbc:PublicationDate"),
    "stage code": lambda t: words(t, "/*/cbc:NoticeTypeCode", X + "/efac:NoticeSubType/cbc:SubTypeCode"),
    "languages": lambda t: words(t, "/*/cbc:NoticeLanguageCode", "/*/cac:AdditionalNoticeLanguage/cbc:ID"),
    "title": lambda t: words(t, P + "/cbc:Name"),
    "description": lambda t: words(t, P + "/cbc:Description"),
    "buyer": lambda t: buyers(t, "cac:PartyName/cbc:Name"),
    "buyer id": lambda t: buyers(t, "cac:PartyLegalEntity/cbc:CompanyID"),
    "buyer country": lambda t: {str(len(buyers(t, "cac:PostalAddress/cac:Country/cbc:IdentificationCode")))} - {"0"},
    "buyer region": lambda t: buyers(t, "cac:PostalAddress/cbc:CountrySubentityCode"),
    "class": lambda t: words(t, P + "/*/cbc:ItemClassificationCode"),
    "lot class": lambda t: words(t, L + "/cac:ProcurementProject/*/cbc:ItemClassificationCode"),
    "nature": lambda t: {"there"} & ({"there"} if words(t, P + "/cbc:ProcurementTypeCode") else set()),
    "procedure code": lambda t: words(t, "/*/cac:TenderingProcess/cbc:ProcedureCode"),
    "technique": lambda t: words(t, L + "//cac:ContractingSystem/cbc:ContractingSystemTypeCode") - {"none"},
    "value": lambda t: amounts(t, P + "/cac:RequestedTenderTotal/cbc:EstimatedOverallContractAmount", P + "/cac:RequestedTenderTotal//efbc:FrameworkMaximumAmount", RESULT + "/cbc:TotalAmount", RESULT + "/efbc:OverallMaximumFrameworkContractsAmount"),
    "lot value": lambda t: amounts(t, L + "//cbc:EstimatedOverallContractAmount", L + "//efbc:FrameworkMaximumAmount"),
    "deadline": deadlines,
    "lot": lambda t: words(t, L + "/cbc:ID"),
    "lot title": lambda t: words(t, L + "/cac:ProcurementProject/cbc:Name"),
    "lot description": lambda t: words(t, L + "/cac:ProcurementProject/cbc:Description"),
    "region": lambda t: words(t, P + "/cac:RealizedLocation/cac:Address/cbc:CountrySubentityCode"),
    "lot region": lambda t: words(t, L + "//cac:RealizedLocation/cac:Address/cbc:CountrySubentityCode"),
    "lot start, end": lambda t: days(t, L + "//cac:PlannedPeriod/cbc:StartDate", L + "//cac:PlannedPeriod/cbc:EndDate"),
    "lot duration": lambda t: words(t, L + "//cac:PlannedPeriod/cbc:DurationMeasure"),
    "lot renewals": lambda t: words(t, L + "//cac:ContractExtension/cbc:MaximumNumberNumeric"),
    "document": lambda t: {u.split("//")[-1].rstrip("/") for u in words(t, L + "//cac:CallForTendersDocumentReference//cbc:URI")},
    "submission": lambda t: {"there"} & ({"there"} if words(t, L + "//cac:TenderRecipientParty/cbc:EndpointID") else set()),
    "submission language": lambda t: {str(len(words(t, L + "/cac:TenderingTerms/cac:Language/cbc:ID")))} - {"0"},
    "change reason": lambda t: words(t, X + "/*[self::efac:Changes or self::efac:ContractModification]/efac:ChangeReason/cbc:ReasonCode"),
    "change text": lambda t: words(t, X + "//efac:Change/efbc:ChangeDescription", X + "//efac:ChangeReason/efbc:ReasonDescription"),
    "change place": lambda t: words(t, X + "//efbc:ChangedSectionIdentifier"),
    "previous": lambda t: words(t, X + "//efbc:ChangedNoticeIdentifier"),
    "result": lambda t: words(t, RESULT + "/efac:LotResult/cbc:ID"),
    "result reason": lambda t: words(t, RESULT + "/efac:LotResult/efac:DecisionReason/efbc:DecisionReasonCode"),
    "winner": winners,
    "award value": lambda t: amounts(t, RESULT + "/efac:LotTender/cac:LegalMonetaryTotal/cbc:PayableAmount"),
    "award date": lambda t: {"there"} & ({"there"} if days(t, RESULT + "/efac:SettledContract/cbc:IssueDate", RESULT + "/efac:SettledContract/cbc:AwardDate") else set()),
    "bids": lambda t: words(t, RESULT + "/efac:LotResult/efac:ReceivedSubmissionsStatistics[efbc:StatisticsCode='tenders']/efbc:StatisticsNumeric"),
    "eu funds": lambda t: {"there"} & ({"there"} if words(t, "//cac:TenderingTerms/cbc:FundingProgramCode") else set()),
    "for small": lambda t: {"there"} & ({"there"} if words(t, "//cbc:SMESuitableIndicator") else set()),
    "reserved": lambda t: {"there"} & ({"there"} if words(t, "//cbc:TendererRequirementTypeCode[@listName='reserved-procurement']") else set()),
}


def worths(values):
    return {f"{float(w['amount'])} {w['currency']}" for w in values}


def there(value):
    return {"there"} if value is not None and value != "" else set()


def terms(lots):
    return [lot["term"] for lot in lots]


READ = {
    "id": lambda n: {n["notice"]},
    "version": lambda n: {n["version"]},
    "procedure": lambda n: {n["procedure"]},
    "publication": lambda n: {n["publication"]},
    "published": lambda n: {n["published_text"][:10]} if n["published"] else set(),
    "stage code": lambda n: set(n["code"].split()),
    "languages": lambda n: set(n["languages"]),
    "title": lambda n: texts([n["title"]]),
    "description": lambda n: texts([n["description"]]),
    "buyer": lambda n: names(n["buyers"]),
    "buyer id": lambda n: ids(n["buyers"]),
    "buyer country": lambda n: {str(len({b["seat"]["country"] for b in n["buyers"]} - {""}))},
    "buyer region": lambda n: {b["seat"]["region"] for b in n["buyers"]},
    "class": lambda n: {k["code"] for k in n["classes"]},
    "lot class": lambda n: {k["code"] for lot in n["lots"] for k in lot["classes"]},
    "nature": lambda n: there(n["nature"]),
    "procedure code": lambda n: {n["procedure_kind"]["text"]},
    "technique": lambda n: set(n["technique"].split(", ")),
    "value": lambda n: worths(n["values"]),
    "lot value": lambda n: {w for lot in n["lots"] for w in worths(lot["values"])},
    "deadline": lambda n: {f"{lot['id']} {d['kind']} {d['text']}" for lot in n["lots"] for d in lot["deadlines"] if d["at"]},
    "lot": lambda n: {lot["id"] for lot in n["lots"]},
    "lot title": lambda n: texts(lot["title"] for lot in n["lots"]),
    "lot description": lambda n: texts(lot["description"] for lot in n["lots"]),
    "region": lambda n: {p["region"] for p in n["places"]},
    "lot region": lambda n: {p["region"] for lot in n["lots"] for p in lot["places"]},
    "lot start, end": lambda n: {t[k] for t in terms(n["lots"]) for k in ("start", "end")},
    "lot duration": lambda n: {t["duration"].split(" ")[0] for t in terms(n["lots"])},
    "lot renewals": lambda n: {str(t["renewals"]) for t in terms(n["lots"])},
    "document": lambda n: {d["url"].split("//")[-1].rstrip("/") for d in n["documents"]},
    "submission": lambda n: there(n["submission"]),
    "submission language": lambda n: {str(len(n["submission_languages"]))},
    "change reason": lambda n: {a["reason"] for a in n["amendments"]},
    "change text": lambda n: texts(a["text"] for a in n["amendments"]),
    "change place": lambda n: {p for a in n["amendments"] for p in a["place"].split(", ")},
    "previous": lambda n: {n["previous"]},
    "result": lambda n: {a["id"] for a in n["awards"]},
    "result reason": lambda n: {a["reason"] for a in n["awards"]},
    "winner": lambda n: names(w for a in n["awards"] for w in a["winners"] + a["losers"]),
    "award value": lambda n: {w for a in n["awards"] for w in worths(a["values"])},
    "award date": lambda n: there("".join(a["date"] for a in n["awards"])),
    "bids": lambda n: {str(a["bids"]) for a in n["awards"]},
    "eu funds": lambda n: there(n["eu_funds"]),
    "for small": lambda n: there(n["suits_small"]),
    "reserved": lambda n: there(n["reserved"]),
}

# What is brought to one spelling on purpose.
SPELLING = {
    "publication": lambda v: v.zfill(13),
    "previous": lambda v: v.zfill(13) if re.fullmatch(r"\d+-\d{4}", v) else v,
    "languages": lambda v: {"ENG": "en", "FRA": "fr", "SPA": "es", "DEU": "de", "POL": "pl", "EST": "et", "NLD": "nl", "ITA": "it", "ELL": "el", "RON": "ro", "FIN": "fi", "SWE": "sv", "BUL": "bg", "CES": "cs", "DAN": "da", "GLE": "ga", "HRV": "hr", "HUN": "hu", "LAV": "lv", "LIT": "lt", "MLT": "mt", "POR": "pt", "SLK": "sk", "SLV": "sl"}.get(v, v.lower()),
}


def entries(file):
    """The notice; none where a document has no id at all, or is the registration of a company."""
    tree = etree.parse(file)
    company = etree.QName(tree.getroot()).localname == "BusinessRegistrationInformationNotice"
    return [] if company or not any(RAW[field](tree) for field in ("id", "procedure", "publication")) else [tree]


compare = sets(RAW, READ, entries, SPELLING)
