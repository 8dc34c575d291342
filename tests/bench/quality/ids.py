"""Does `atalaya ids check --json` agree with the stored verdicts on tax and register numbers, and how much of the legal forms do our tables know?

Usage: ATALAYA_SAMPLES=FOLDER [ATALAYA=PROGRAM] python tests/bench/quality/ids.py

Prints one table a kind (numbers, agreement, corruptions by one digit that pass, and those of them that a check digit is said to prove), every disagreement, and
the coverage of legal forms; exit 1 when a verdict of a supported kind differs. Numbers are read from the samples, nothing else of them is.
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("ATALAYA", str(HERE / "target/debug/atalaya"))
BATCH = 400

# What each file of samples is about: our kinds, and the country to say.
KINDS = {
    "ar_cuit": (["ar-cuit"], "AR"), "au_abn": (["au-abn"], "AU"), "br_cnpj": (["br-cnpj"], "BR"), "ca_bn": (["ca-bn"], "CA"),
    "ch_uid": (["ch-uid"], "CH"), "cl_rut": (["cl-rut"], "CL"), "de_handelsregisternummer": (["de-register"], "DE"),
    "de_stnr": (["de-steuernummer"], "DE"), "es_nif": (["es-nif"], "ES"), "fr_siren": (["fr-siren"], "FR"), "fr_tva": (["fr-vat"], "FR"),
    "gb_vat": (["gb-vat", "xi-vat"], "GB"), "it_codicefiscale": (["it-codice-fiscale", "it-vat"], "IT"), "lei": (["lei"], None),
    "mx_rfc": (["mx-rfc"], "MX"), "no_mva": (["no-org"], "NO"), "pe_ruc": (["pe-ruc"], "PE"), "pl_regon": (["pl-regon"], "PL"),
    "ru_inn": (["ru-inn"], "RU"), "ru_ogrn": (["ru-ogrn"], "RU"), "ua_edrpou": (["ua-edrpou"], "UA"), "eu_vat": (None, None),
    "vatin": (None, None),
}
# What is no number of an organisation, or no number at all.
NONE_OF_OURS = {"eu_nace": "classes, no numbers", "iban": "bank accounts", "pt_cc": "identity cards of persons"}
# Verdicts on what the program does not claim to know, each with the reason.
BEYOND = [
    (("de_handelsregisternummer",), r"^KXln", "which courts there are is not judged"),
    (("de_stnr",), r"^12234567890$", "the Land is an argument of the reference, `ids check` has none"),
    (("vatin", "eu_vat"), r"^EU\d", "numbers of the one-stop shop name no organisation of a country"),
]
VAT_KIND = {"ES": "es-nif", "PT": "pt-nif", "EL": "gr-vat", "CH": "ch-uid", "BR": "br-cnpj"}


def cases(name, text):
    """`(number, valid)` of one file: single calls with the verdict behind them, and lists with the check that follows."""
    lines = text.split("\n")
    for n, line in enumerate(lines):
        call = re.match(r">>> \w+\.(validate|is_valid)\('([^']*)'(, [^)]*)?\)", line)
        if call and (not call[3] or "region" in call[3] or name in ("de_stnr", "de_handelsregisternummer")):
            answer = lines[n + 1].strip()
            unknown_land = "Unknown" in (call[3] or "")
            number = call[2].encode().decode("unicode_escape") if "\\x" in call[2] else call[2]
            if not unknown_land:
                yield number, not answer.startswith(("Traceback", "False"))
        checked = re.match(r">>> check\('([^']*)'\)", line)
        if checked:
            yield checked[1], "'nif'" in lines[n + 1]
    for block in re.finditer(r"numbers = (?:'''|\"\"\")\n(.*?)(?:'''|\"\"\")\n(.*?)\n", text, re.S):
        right = "caught" not in block[2] and " not " in block[2]
        for line in block[1].split("\n"):
            number = re.sub(r"^\.\.\. ?", "", line).strip()
            if number and number != "...":
                yield number, right


def judge(numbers, country):
    """What the program says of each number, by kind."""
    found = []
    for at in range(0, len(numbers), BATCH):
        part = [number or " " for number in numbers[at:at + BATCH]]
        command = [PROGRAM, "ids", "check", "--json", *(["--country", country] if country else []), "--", *part]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode not in (0, 1):
            sys.exit(f"{PROGRAM} failed: {ran.stderr}")
        found += [{kind["kind"]: kind for kind in row["kinds"]} for row in json.loads(ran.stdout)]
    return found


def kinds_of(name, number):
    """The kinds that a number of a file may be: of VAT numbers by the letters in front."""
    kinds, _ = KINDS[name]
    if kinds:
        return kinds
    front = re.sub(r"[^A-Z]", "", number.upper())[:2]
    return [VAT_KIND.get(front, f"{front.lower()}-vat")]


def is_valid(verdict, kinds):
    """The verdict of the first of these kinds that holds the number valid."""
    return next((verdict[kind] for kind in kinds if verdict.get(kind, {}).get("valid")), None)


def corruptions(number):
    """Every spelling with one digit that is another."""
    for place, char in enumerate(number):
        for other in "0123456789" if char in "0123456789" else "":
            if other != char:
                yield number[:place] + other + number[place + 1:]


def numbers_table(folder):
    """One row a kind; the disagreements."""
    rows, wrong, beyond = collections.defaultdict(lambda: [0] * 5), [], []
    for file in sorted(folder.glob("test_*.doctest")):
        name = file.stem.removeprefix("test_")
        if name in NONE_OF_OURS:
            beyond.append(f"{name}: {NONE_OF_OURS[name]}")
            continue
        judged = list(dict.fromkeys(cases(name, file.read_text(encoding="utf-8"))))
        verdicts = judge([number for number, _ in judged], KINDS[name][1])
        spoilt = []
        for (number, right), verdict in zip(judged, verdicts):
            reason = next((why for file, pattern, why in BEYOND if name in file and re.search(pattern, number)), None)
            if reason:
                beyond.append(f"{name} {number!r}: {reason}")
                continue
            kinds = kinds_of(name, number)
            found = is_valid(verdict, kinds)
            row = rows[kinds[0] if name not in ("eu_vat", "vatin") or right else name]
            row[0] += 1
            row[1] += bool(found) == right
            if bool(found) != right:
                why = {kind: said["reason"] for kind, said in verdict.items() if kind in kinds}
                wrong.append(f"{name} {number!r}: {'valid' if right else 'not valid'} in the samples; here {why or bool(found)}")
            if found and right:
                spoilt += [(kinds, other) for other in corruptions(number)]
        for (kinds, _), verdict in zip(spoilt, judge([other for _, other in spoilt], KINDS[name][1])):
            rows[kinds[0]][2] += 1
            passed = is_valid(verdict, kinds)
            rows[kinds[0]][3] += bool(passed)
            rows[kinds[0]][4] += bool(passed and passed["check_digit"])
    return rows, wrong, beyond


def fold(text):
    """Folded words, as the program compares names."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.category(c).startswith("M")).lower()
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def legal_forms(folder):
    """How many of the listed spellings, and of the listed forms by at least one spelling, our table has."""
    known = set()
    for row in (HERE / "src/model/legal_forms.txt").read_text(encoding="utf-8").splitlines():
        for cell in [] if row.startswith("#") else row.split("|")[3:]:
            cell = cell.removeprefix("^")
            plain = cell.replace("ł", "l").replace("æ", "ae")
            known |= {fold(cell), fold(cell.replace(".", "")), fold(plain)}
    forms, spellings, missed = [0, 0], [0, 0], []
    for entry in re.split(r"\n  - ", (folder / "org_types.yml").read_text(encoding="utf-8"))[1:]:
        entry = re.sub(r" #.*", "", entry)
        listed = {fold(value.strip("'\"")) for value in re.findall(r"^\s+- (.*)$|^\s*display: (.*)$", entry, re.M) for value in value} - {""}
        hit = listed & known
        forms = [forms[0] + bool(hit), forms[1] + 1]
        spellings = [spellings[0] + len(hit), spellings[1] + len(listed)]
        missed += [] if hit else [min(listed, key=len, default="")]
    return forms, spellings, missed


def main():
    samples = os.environ.get("ATALAYA_SAMPLES")
    folder = pathlib.Path(samples or "", "leads")
    if not samples or not (folder / "tax-ids").is_dir():
        print("SKIPPED: ATALAYA_SAMPLES names no folder with leads/tax-ids, so nothing was checked")
        return 0
    rows, wrong, beyond = numbers_table(folder / "tax-ids")
    print(f"{'kind':20} numbers  agree percent   corrupted   pass proved percent")
    total = [sum(column) for column in zip(*rows.values())]
    for kind, (count, agree, spoilt, passed, proved) in [*sorted(rows.items()), ("all", total)]:
        share = f"{100 * proved / spoilt:7.2f}" if spoilt else "      -"
        print(f"{kind:20} {count:7} {agree:6} {100 * agree / max(count, 1):7.2f} {spoilt:11} {passed:6} {proved:6} {share}")
    forms, spellings, missed = legal_forms(folder / "legal-forms")
    print(f"\nlegal forms: {forms[0]} of {forms[1]} by a spelling at least, {spellings[0]} of {spellings[1]} spellings")
    for title, lines in (("Disagreements", wrong), ("Not judged", beyond), ("Legal forms not known", [", ".join(missed)])):
        print(f"\n{title}: {len(lines)}", *lines, sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
