"""An arrival: what is said once of all, and the table with a line for each person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.enums import CodeList, Sex
from partners.models import Department, Region, User
from partners.queries import code_choices
from referral.enums import CHILD_BANDS, AgeBand, AgeStatus, PlaceFlag, Urgency
from referral.families import LARGEST_FAMILY, ArrivalKind
from referral.forms.acts import NAME, TEXT, ActForm, Text
from referral.forms.when import Moment, shown
from referral.models.arrival import MOST_PERSONS
from referral.services.arrivals import Line

#: What happened longer ago is entered file by file.
OLDEST = timedelta(days=60)
#: Lines of one table: more would not fit into the fields that one page may send.
MOST_LINES, MORE = 100, 10


class ArrivalForm(ActForm):
    kind = forms.ChoiceField(label=_("What happened?"), choices=ArrivalKind, widget=forms.RadioSelect)
    region = forms.ModelChoiceField(
        label=_("Region"),
        queryset=Region.objects.order_by(Alphabetical("name")),
        empty_label=_("Choose a region"),
    )
    department = forms.ModelChoiceField(
        label=_("Department (optional)"),
        queryset=Department.objects.select_related("region").order_by(Alphabetical("name")),
        required=False,
        empty_label=_("Not known"),
        help_text=_("No nearer place is kept."),
    )
    occurred_at = Moment(label=_("When did it happen?"))
    counted = forms.IntegerField(
        label=_("How many persons were counted?"),
        min_value=1,
        max_value=MOST_PERSONS,
        help_text=_("Count heads first. You can enter them in several parts."),
    )
    note = Text(
        label=_("Note for those who keep this arrival (optional)"),
        required=False,
        max_length=TEXT,
        help_text=_("No name. Kept locked."),
    )
    field_order = ["key", "version", "kind", "counted", "region", "department", "occurred_at", "note"]

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].between(at - OLDEST, at)
        self.fields["occurred_at"].initial = shown(at)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        department, region = cleaned.get("department"), cleaned.get("region")
        if department is not None and region is not None and department.region_id != region.pk:
            self.add_error("department", _("This department lies in another region."))
        return cleaned


@dataclass(frozen=True)
class Column:
    """One column of the table. A word typed in the box chooses it: each begins with what one types."""

    name: str
    label: Any
    #: (value, words); none where one writes.
    choices: tuple[tuple[str, Any], ...] = ()
    #: Who is there has it: without it the line says nothing.
    required: Any = ""


_AGES = (
    (AgeBand.B0_5, _("0 to 5 years")),
    (AgeBand.B6_8, _("6 to 8 years")),
    (AgeBand.B9_13, _("9 to 13 years")),
    (AgeBand.B14_17, _("14 to 17 years")),
    (AgeBand.B18_20, _("18 to 20 years")),
    (AgeBand.B21_29, _("21 to 29 years")),
    (AgeBand.B30_47, _("30 to 47 years")),
    (AgeBand.B48, _("48 years and over")),
    (AgeBand.UNKNOWN, _("Age unknown")),
)
#: Triage in the order of the field: a digit chooses it.
_TRIAGE = (
    (Urgency.EMERGENCY, _("1 now: life in danger")),
    (Urgency.URGENT, _("2 today")),
    (Urgency.STANDARD, _("3 can wait")),
)
CARE = "yes"


def columns() -> list[Column]:
    """In the order in which one looks at a person who stands in the line."""
    languages = tuple(code_choices(CodeList.LANGUAGE))
    return [
        Column("triage", _("Triage"), _TRIAGE, _("choose now, today or can wait.")),
        Column("sex", _("Sex"), tuple((sex.value, sex.label) for sex in Sex), _("choose the sex.")),
        Column("age", _("Age"), _AGES, _("choose the age; an estimate is enough.")),
        Column("care", _("Needs care"), ((CARE, _("Yes")),)),
        Column("language", _("Language"), languages),
        Column("family", _("Family letter")),
        Column("alias", _("Wishes to be called")),
    ]


class PeopleForm(ActForm):
    """A line for each slip. Lines that are left empty are nobody's."""

    owners = forms.ModelMultipleChoiceField(
        label=_("Share the files out among"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("As many to each, families together. Without a tick all files are yours."),
    )

    def __init__(self, *args: Any, numbers: Sequence[int], colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers, self.columns = list(numbers), columns()
        self.fields["owners"].queryset = colleagues
        for number in self.numbers:
            for column in self.columns:
                self.fields[f"{column.name}_{number}"] = _cell(column, number)

    def lines(self) -> Iterator[dict[str, Any]]:
        """For the page: each line with its cells. Written by hand there: a widget for each cell costs a second."""
        for number in self.numbers:
            cells = []
            for column in self.columns:
                name = f"{column.name}_{number}"
                field = self[name]
                value = field.value()
                cells.append(
                    {
                        "name": name,
                        "id": field.auto_id,
                        "column": column,
                        "value": "" if value is None else str(value),
                        "wrong": bool(self.is_bound and field.errors),
                    }
                )
            yield {"number": number, "cells": cells, "wrong": any(cell["wrong"] for cell in cells)}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        filled = [number for number in self.numbers if self._typed(number)]
        for number in filled:
            for column in self.columns:
                name = f"{column.name}_{number}"
                if column.required and not cleaned.get(name) and name not in self.errors:
                    self._wrong(name, number, column.required)
        families = [letter for n in filled if (letter := cleaned.get(f"family_{n}"))]
        for number in filled:
            letter = cleaned.get(f"family_{number}")
            if letter and families.count(letter) == 1:
                self._wrong(
                    f"family_{number}",
                    number,
                    _("nobody else has this family letter; leave it empty if alone."),
                )
            if letter and families.count(letter) > LARGEST_FAMILY:
                self._wrong(f"family_{number}", number, _("too many persons have this family letter."))
        if not filled:
            self.add_error(None, _("Fill in at least one line."))
        self.filled = filled
        return cleaned

    def _typed(self, number: int) -> bool:
        return any((self.data.get(f"{column.name}_{number}") or "").strip() for column in self.columns)

    def _wrong(self, name: str, number: int, what: Any) -> None:
        self.add_error(name, of_line(number, what))

    def entered(self) -> list[Line]:
        return [self._line(number) for number in self.filled]

    def _line(self, number: int) -> Line:
        cell = {column.name: self.cleaned_data[f"{column.name}_{number}"] for column in self.columns}
        person: dict[str, Any] = {
            "sex": cell["sex"],
            "age_band": cell["age"],
            "age_status": status_of(cell["age"]),
            "flags": [PlaceFlag.ACUTE_CARE.value] if cell["care"] else [],
            "languages": [cell["language"]] if cell["language"] else [],
            "children": None,
            "alias": cell["alias"] or None,
        }
        return Line(number, cell["triage"], person, cell["family"])

    def owners_chosen(self) -> list[UUID]:
        return [owner.pk for owner in self.cleaned_data["owners"]]


def of_line(number: int, what: Any) -> str:
    return str(_("Line %(number)d: %(what)s")) % {"number": number, "what": what}


def status_of(band: str) -> AgeStatus:
    if band == AgeBand.UNKNOWN:
        return AgeStatus.UNKNOWN
    return AgeStatus.CHILD if band in CHILD_BANDS else AgeStatus.ADULT


def _cell(column: Column, number: int) -> forms.Field:
    """Whatever is wrong with it is said with the number of its line."""
    if column.choices:
        wrong = {"invalid_choice": of_line(number, _("choose one of the words of the list."))}
        choices = [("", ""), *column.choices]
        return forms.ChoiceField(label=column.label, required=False, choices=choices, error_messages=wrong)
    if column.name == "family":
        return FamilyLetter(number, label=column.label)
    wrong = {"max_length": of_line(number, _("this is too long."))}
    return forms.CharField(label=column.label, required=False, max_length=NAME, error_messages=wrong)


class FamilyLetter(forms.RegexField):
    """One or two letters; small ones are the same."""

    def __init__(self, number: int, **kwargs: Any) -> None:
        wrong = {"invalid": of_line(number, _("a family letter is one letter, or two."))}
        super().__init__(r"^[A-Za-z]{1,2}$", required=False, error_messages=wrong, **kwargs)

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).upper()
