"""What a receiver reads, in words: the coded preview before it accepts, what was shared after it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.enums import CodeList, Sex
from partners.queries import code_label
from referral.disclosure import EXTRACT_FIELDS
from referral.enums import AgeBand, Group, RiskLevel, TitleState
from referral.models import Preview, Referral, ServiceQuestion
from referral.queries.questions import ANSWER, asked_for
from referral.views import words

Row = tuple[str, str]


def preview_rows(referral: Referral, preview: Preview) -> list[Row]:
    """Everything that the desk decides on; nothing else leaves before it accepts (design §6, Preview)."""
    details = preview.details
    return [
        (_("Service"), code_label(CodeList.SERVICE, referral.service)),
        (_("Urgency"), str(referral.get_urgency_display())),
        (_("Risk"), str(RiskLevel(preview.risk).label)),
        (_("Age"), str(AgeBand(preview.age_band).label)),
        (_("Sex"), str(Sex(referral.sex).label)),
        (_("Languages"), words.languages(details["languages"])),
        (_("Region"), preview.region.name),
        (_("Children with the person"), words.children(details["children"])),
        (_("What the place depends on"), words.flags(details["flags"]) or _("Nothing in particular")),
        (_("Days needed"), days(details["days"])),
    ]


def days(count: int | None) -> str:
    if count is None:
        return _("Not known")
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def in_short(referral: Referral, preview: Preview) -> str:
    """The preview in one line of a list."""
    details = preview.details  # sealed: each reading opens it anew
    parts = [
        str(AgeBand(preview.age_band).label),
        str(Sex(referral.sex).label).lower(),
        words.languages(details["languages"]),
        preview.region.name,
        words.flags(details["flags"]),
    ]
    return " · ".join(part for part in parts if part)


def persons(count: int) -> str:
    return ngettext("%(count)d person", "%(count)d persons", count) % {"count": count}


def in_codes(referral: Referral) -> str:
    """Age band and sex, as the preview has them."""
    return f"{AgeBand(referral.preview.age_band).label}, {str(Sex(referral.sex).label).lower()}"


def in_counts(people: Mapping[tuple[str, str], int]) -> str:
    """How many of each sex and age band, in one line."""
    ordered = sorted(people, key=lambda each: (list(AgeBand).index(AgeBand(each[1])), each[0]))
    return " · ".join(
        f"{people[sex, band]} {str(Sex(sex).label).lower()}, {str(AgeBand(band).label).lower()}"
        for sex, band in ordered
    )


def group_rows(payload: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, list[Row]]]:
    """(group, its name, its values in words), in reading order; a group without any value stays, empty."""
    asked = _questions(payload)

    def row(name: str, value: Any) -> Row:
        if (question := asked.get(name)) is not None:
            return question.text, words.answer_words(question.kind, value)
        return words.field_label(name), words.worded(name, value)

    return [
        (group.value, str(group.label), [row(name, value) for name, value in payload[group].items()])
        for group in Group
        if group in payload
    ]


def _questions(payload: Mapping[str, Mapping[str, Any]]) -> dict[str, ServiceQuestion]:
    """The ministry's own questions among what was shared, by the name under which their answers stand."""
    names = [name for values in payload.values() for name in values if name.startswith(ANSWER)]
    found = asked_for([name.removeprefix(ANSWER) for name in names]) if names else []
    return {f"{ANSWER}{question.pk}": question for question in found}


def extract_rows(payload: Mapping[str, Any]) -> list[Row]:
    """Health alerts, safe contact and custody title: as much of them as had been shared."""
    rows = [
        (words.field_label(name), words.worded(name, value))
        for group in EXTRACT_FIELDS
        for name, value in payload.get(group, {}).items()
    ]
    rows.append((_("Custody title"), _title(payload["title"])))
    return rows


def _title(title: Mapping[str, Any]) -> str:
    standing = str(TitleState(title["state"]).label)
    if title["state"] == TitleState.NONE:
        return standing
    confirmed = _("confirmed by the registry") if title["confirmed"] else _("not confirmed by the registry")
    return f"{standing}, {confirmed}"
