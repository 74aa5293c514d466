"""A register in HTCDS 2.0, read: what every row says, and every fault with its row, its column and its reason.

Headings are the standard's names, hidden or not, or their labels; slips of the standard's own files are known
(C01 to C04). Nothing is guessed: a row with one fault is not taken, and the caller takes none if there is any.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from referral.htcds import standard
from referral.htcds.cells import Cell, Wrong, plain, value_of
from referral.htcds.sheets import HEADINGS, Failed, Formula, Sheet, Unreadable, sheets_of
from referral.htcds.standard import (
    AGE_BAND,
    BY_LABEL,
    BY_NAME,
    FIELDS,
    MISLABELLED,
    OWN,
    REFERENCE,
    REGION,
    Field,
    folded,
)

#: Days that lie behind whoever writes them down.
PAST = frozenset({"prs_Birthdate", "cas_IncomingReferralDate"})
_OWN_FIELDS = {folded(name): Field(name, name, name, "text") for name in standard.OWN_NAMES}


@dataclass(frozen=True)
class Fault:
    """What stands against taking the file over. `column` is the letter that a spreadsheet shows."""

    row: int
    column: str
    field: str
    reason: str | Promise


@dataclass(frozen=True)
class Row:
    """One person, as the standard would write it; what is not known is left out. `number` is the row of the file."""

    number: int
    values: dict[str, str]


@dataclass
class Register:
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    #: The labels over the address are those of the official template: who filled it in saw them, or its hidden names.
    ambiguous: bool = False


@dataclass
class _Headings:
    #: Index of the last row of headings.
    last: int
    columns: dict[int, Field] = field(default_factory=dict)
    ambiguous: bool = False
    faults: list[Fault] = field(default_factory=list)


def read(
    content: bytes, *, today: date, regions: Mapping[str, str], bands: frozenset[str], by_labels: bool = False
) -> Register:
    """
    Args:
        regions: folded code or name of a region -> its code.
        by_labels: the address columns were filled in under the template's visible labels, which are of one another.

    Raises:
        Unreadable: the file as a whole; a fault of a cell stands in `faults`.
    """
    sheet, headings = _sheet_of(sheets_of(content), by_labels)
    register = Register(faults=headings.faults, ambiguous=headings.ambiguous)
    for row, column in sheet.merged:
        if row > headings.last + 1:
            reason = _("Cells are merged here: only the first of them has a value. Separate them.")
            register.faults.append(_fault(row, column - 1, headings, reason))
    rules = _Rules(today, regions, bands)
    for index, cells in enumerate(sheet.rows[headings.last + 1 :], headings.last + 2):
        _read_row(index, cells, headings, rules, register)
    if not register.rows and not register.faults:
        raise Unreadable(_("This file has headings and no row below them: fill in one row for each person."))
    register.faults.sort(key=lambda fault: (fault.row, len(fault.column), fault.column))
    return register


# --- Headings --------------------------------------------------------------------------------------------------
def _sheet_of(sheets: list[Sheet], by_labels: bool) -> tuple[Sheet, _Headings]:
    for sheet in sheets:
        headings = _headings(sheet, by_labels)
        if headings is not None:
            return sheet, headings
    raise Unreadable(
        _(
            "No row of headings of HTCDS 2.0 was found among the first rows: choose another file, or copy your rows "
            "into an empty register."
        )
    )


def _known(cells: list[Cell], known: Mapping[str, str]) -> int:
    return sum(folded(plain(cell)) in known for cell in cells)


def _headings(sheet: Sheet, by_labels: bool) -> _Headings | None:
    """The row of names and, if it follows, that of labels; or labels alone. One known word makes no heading."""
    first = sheet.rows[:HEADINGS]
    for index, cells in enumerate(first):
        known = _known(cells, BY_NAME)
        if known and known + sum(plain(cell).startswith(OWN) for cell in cells) > 1:
            after = sheet.rows[index + 1] if index + 1 < len(sheet.rows) else []
            labels = after if 2 * _known(after, BY_LABEL) > sum(bool(plain(cell)) for cell in after) else []
            return _mapped(index, cells, labels, by_labels)
        if _known(cells, BY_LABEL) > 1:
            return _mapped(index, [], cells, by_labels)
    return None


def _mapped(index: int, names: list[Cell], labels: list[Cell], by_labels: bool) -> _Headings:
    found = _Headings(index + bool(names and labels))
    for column in range(max(len(names), len(labels))):
        name, label = (plain(row[column]) if column < len(row) else "" for row in (names, labels))
        if not name and not label:
            continue
        known = _field_of(name, label, by_labels)
        if isinstance(known, Field):
            if known in found.columns.values():
                reason = _("This heading stands twice: remove one of the two columns.")
                found.faults.append(Fault(index + 1, get_column_letter(column + 1), known.name, reason))
            found.columns[column] = known
            found.ambiguous |= (
                known.name in MISLABELLED and bool(name) and folded(label) != folded(known.label)
            )
        else:
            found.faults.append(Fault(index + 1, get_column_letter(column + 1), "", known))
    return found


def _field_of(name: str, label: str, by_labels: bool) -> Field | str | Promise:
    """The field of a column, or why it is none. Of a name and a label that disagree, neither is believed."""
    by_name, by_label = BY_NAME.get(folded(name)), BY_LABEL.get(folded(label))
    if by_name is None and name:
        return _own_field(name)
    if by_name is None:
        return FIELDS[by_label] if by_label else _unknown(label)
    if label and by_label != by_name and folded(label) != folded(FIELDS[by_name].label):
        if by_name not in MISLABELLED or by_label not in MISLABELLED:
            return format_lazy(
                _(
                    "The hidden name of this column, {name}, and its label say different things: correct one of them."
                ),
                name=by_name,
            )
        return FIELDS[by_label if by_labels else by_name]
    return FIELDS[by_name]


def _own_field(name: str) -> Field | str | Promise:
    if folded(name) in _OWN_FIELDS:
        return _OWN_FIELDS[folded(name)]
    return Field(name, name, name, "long_text") if folded(name).startswith(OWN) else _unknown(name)


def _unknown(heading: str) -> str | Promise:
    return _("This heading is not of HTCDS 2.0. A column of your own begins with x_; remove any other.")


# --- Rows ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Rules:
    today: date
    regions: Mapping[str, str]
    bands: frozenset[str]

    def value(self, field: Field, cell: Cell) -> str:
        """Raises `Wrong`."""
        if isinstance(cell, Formula):
            raise Wrong(_("This cell is computed: put its value in its place."))
        if isinstance(cell, Failed):
            raise Wrong(_("A computation has failed in this cell: put its value in its place."))
        value = value_of(field, cell)
        if value and field.name in PAST and value > self.today.isoformat():
            raise Wrong(_("This day lies in the future: correct it."))
        if value and field.name == REGION:
            if folded(value) not in self.regions:
                raise Wrong(_("This region is not known: write its code or its name."))
            return self.regions[folded(value)]
        if value and field.name == AGE_BAND and value not in self.bands:
            bands = ", ".join(sorted(self.bands))
            raise Wrong(format_lazy(_("This age band is not known: write one of {bands}."), bands=bands))
        return value


def _read_row(number: int, cells: list[Cell], headings: _Headings, rules: _Rules, register: Register) -> None:
    # The first column of the template numbers its rows, those without a person too.
    said = cells if 0 in headings.columns else cells[1:]
    if not any(map(plain, said)) or plain(cells[0]).startswith("# "):
        return
    values: dict[str, str] = {}
    sound = True
    for column, cell in enumerate(cells):
        field = headings.columns.get(column)
        if field is None:
            # A refused heading has its fault already.
            if column and plain(cell) and not _refused(headings, column):
                register.faults.append(
                    _fault(
                        number,
                        column,
                        headings,
                        _("This value stands under no heading: remove it, or name its column."),
                    )
                )
                sound = False
            continue
        try:
            value = rules.value(field, cell)
        except Wrong as wrong:
            register.faults.append(_fault(number, column, headings, wrong.sentence))
            sound = False
            continue
        if value:
            values[field.name] = value
    values.pop(REFERENCE, None)  # of the house from which it came: here it gets its own
    if sound and values:
        register.rows.append(Row(number, values))


def _refused(headings: _Headings, column: int) -> bool:
    return any(fault.column == get_column_letter(column + 1) for fault in headings.faults)


def _fault(number: int, column: int, headings: _Headings, reason: str | Promise) -> Fault:
    field = headings.columns.get(column)
    return Fault(number, get_column_letter(column + 1), field.name if field else "", reason)
