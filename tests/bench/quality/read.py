"""Runs `atalaya tender read --json`, and compares what it says with what documents carry. Knows no format.

The program leaves out what is empty; here every key is there (`SHAPE`), so that a table of fields is a table of plain expressions. A comparison
is a function `(file, notices)` that gives one `(field, wanted, missed)` for every field of every entry: `wanted` counts what the document
carries, `missed` lists what of it was not read.
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile

PROGRAM = os.environ.get("ATALAYA", "target/debug/atalaya")

PLACE = {"country": "", "region": "", "text": ""}
CLASS = {"scheme": "", "code": "", "label": ""}
WORTH = {"kind": "", "amount": "", "currency": None}
TERM = {"start": "", "end": "", "duration": "", "renewals": None, "renewal": ""}
DEADLINE = {"kind": "", "text": "", "at": ""}
PARTY = {"name": {}, "ids": [{"scheme": "", "id": ""}], "seat": PLACE}
PART = {"title": {}, "description": {}, "classes": [CLASS], "values": [WORTH], "deadlines": [DEADLINE], "places": [PLACE], "nature": "",
        "term": TERM, "eu_funds": None, "suits_small": None, "reserved": None}
SHAPE = PART | {
    "procedure": "", "notice": "", "version": "", "publication": "", "published": "", "published_text": "", "stage": "", "code": "", "previous": "",
    "languages": [""], "submission_languages": [""], "technique": "", "submission": "", "link": "", "procedure_kind": {"kind": "", "text": ""},
    "other_ids": [{"scheme": "", "id": ""}], "buyers": [PARTY], "lots": [PART | {"id": ""}], "documents": [{"url": ""}],
    "amendments": [{"place": "", "reason": "", "text": {}, "old": "", "new": ""}],
    "awards": [{"id": "", "reason": "", "winners": [PARTY], "losers": [PARTY], "values": [WORTH], "date": "", "bids": None, "term": TERM}],
}


def shaped(value, shape):
    """A value with the keys that were left out because they are empty; texts by language stay as they are."""
    if isinstance(shape, list):
        return [shaped(one, shape[0]) for one in value or []]
    if isinstance(shape, dict) and shape:
        return {key: shaped((value or {}).get(key), inner) for key, inner in shape.items()}
    return shape if value is None else value


def address(file):
    """Where a recorded exchange was asked: the portal, and the path of its request."""
    return "https://public-api.prozorro.gov.ua" + pathlib.Path(file).read_bytes().split()[1].decode()


def content(file):
    """A document; of a recorded exchange, the body of its answer."""
    data = pathlib.Path(file).read_bytes()
    if pathlib.Path(file).suffix == ".http":
        data = data[data.rindex(b"HTTP/1.0 200"):]
        data = data[data.index(b"{"):]
    return data


def views_of(options, paths):
    """What the program prints of these files."""
    command = [PROGRAM, "tender", "read", "--json", *options, *paths]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=1200)
    try:
        return json.loads(ran.stdout)
    except ValueError:
        raise SystemExit(f"{PROGRAM} printed no JSON: {ran.stderr.decode()[:2000]}") from None


def read(files):
    """What the program says of each file, in order: format, notices (`SHAPE`), quarantined, or the problem."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder, f"{place}") if file.suffix == ".http" else file for place, file in enumerate(files)]
        for path, file in zip(paths, files):
            if path != file:
                path.write_bytes(content(file))
        # A recorded exchange names its tender by the address alone, so each is read with its own.
        asked = [(["--url", address(file)], [path]) for path, file in zip(paths, files) if path != file]
        views = [view for url, some in asked or [([], paths)] for view in views_of(url, some)]
    assert len(views) == len(files), "one answer a file"
    return [view | {"notices": [shaped(notice, SHAPE) for notice in view.get("notices", [])]} for view in views]


def pairs(entries, notices):
    """Every raw entry with its notice. When their numbers differ, none can be told to belong to another, so that none counts as read."""
    return list(zip(entries, notices)) if len(entries) == len(notices) else [(entry, None) for entry in entries]


def sets(raw_of, read_of, entries, spelling=None):
    """The comparison of two tables of fields, each giving the set of values of an entry."""
    def compare(file, notices):
        for entry, notice in pairs(entries(file), notices):
            for field, find in raw_of.items():
                wanted = {(spelling or {}).get(field, lambda value: value)(value) for value in find(entry)}
                yield field, len(wanted), sorted(map(str, wanted - (read_of[field](notice) if notice else set())))
    return compare


def squeeze(text):
    return re.sub(r"\s+", " ", text or "").strip()


def texts(values):
    """Words in any language."""
    return {text for value in values for text in value.values()}


def names(parties):
    return texts(party["name"] for party in parties)


def ids(parties):
    return {one["id"] for party in parties for one in party["ids"]}


def parts(notice):
    """The notice and its lots: both have classes, values, deadlines and places."""
    return [notice, *notice["lots"]]


def of(holders, key, field):
    """One field of all entries of a list that several holders have."""
    return {entry[field] for holder in holders for entry in holder[key]}
