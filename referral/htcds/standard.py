"""The fields of HTCDS 2.0 and the codes that stand in them, from the two tables beside this file."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
SEPARATOR = "; "
#: Names that begin so are nobody's of the standard: what it lacks, and what others have added.
OWN = "x_"
REGION, AGE_BAND, REFERENCE = "x_Region", "x_AgeBand", "x_Reference"
#: What the standard lacks and a file of ours needs.
OWN_NAMES = (REGION, AGE_BAND, REFERENCE)


def folded(text: str) -> str:
    """For comparing: case, blanks at the ends and kinds of blanks do not matter (C15, C16)."""
    return re.sub(r"\s+", " ", text.replace("\u200b", "")).strip().casefold()


@dataclass(frozen=True)
class Field:
    """One field. `kind`: text, long_text, date, boolean, phone, email, code."""

    name: str
    label: str
    #: Our own: the standard has no French.
    fr: str
    kind: str
    list: str = ""
    many: bool = False
    aliases: tuple[str, ...] = ()
    #: Letter of its column in the Excel template; empty where the template lacks it.
    column: str = ""
    #: What the template writes over the column, where that is the label of another field (C01).
    template_label: str = ""


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FIELDS: Mapping[str, Field] = {
    row["name"]: Field(
        name=row["name"],
        label=row["label"],
        fr=row["fr"] or row["label"],
        kind=row["kind"],
        list=row["list"],
        many=row["many"] == "yes",
        aliases=tuple(row["aliases"].split()),
        column=row["column"],
        template_label=row["template_label"],
    )
    for row in _rows("fields")
}
#: The fields of the Excel template, in its order.
TEMPLATE = tuple(field for field in FIELDS.values() if field.column)
#: Over these columns the template writes labels of one another (C01).
MISLABELLED = frozenset(field.name for field in TEMPLATE if field.template_label)

BY_NAME: Mapping[str, str] = {
    folded(name): field.name for field in FIELDS.values() for name in (field.name, *field.aliases)
}
#: Only the template's: labels of the other sections stand for several fields.
BY_LABEL: Mapping[str, str] = {folded(field.label): field.name for field in TEMPLATE}


@cache
def words_of(name: str) -> Mapping[str, str]:
    """Folded code, label or other name -> code, of one list."""
    found: dict[str, str] = {}
    for row in _rows("codes"):
        if row["list"] == name:
            found |= {folded(row[key]): row["code"] for key in ("also", "label", "code") if row[key]}
    return found


@cache
def labels_of(name: str) -> Mapping[str, str]:
    """Code -> label, of one list."""
    return {row["code"]: row["label"] for row in _rows("codes") if row["list"] == name}


@cache
def codes_of(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words_of(name).values()))
