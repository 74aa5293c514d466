"""National coordination keeps the calendar: on these days no working day counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.enums import Verb
from audit.rows import write
from partners.actor import Actor
from referral.feasts import proposed
from referral.models import Holiday
from referral.queries.terms import forget_holidays, known_days
from referral.services.steps import NotVisible, StaleForm
from referral.services.terms import in_words, require_coordination


@dataclass(frozen=True)
class Day:
    """What is said of a holiday."""

    day: date
    name_fr: str
    name_en: str
    announced: bool


_TWICE = _("This day is a holiday already.")


def add_holiday(*, by: Actor, said: Day) -> Holiday:
    """Raises NotAllowed, NotPossible."""
    require_coordination(by)
    holiday = Holiday(**vars(said))
    with transaction.atomic(), in_words(referral_holiday_day_key=_TWICE):
        write(holiday)
        transaction.on_commit(forget_holidays)
    return holiday


def change_holiday(pk: UUID, *, by: Actor, version: int, said: Day) -> Holiday:
    """Raises NotAllowed, NotVisible, StaleForm, NotPossible."""
    require_coordination(by)
    with transaction.atomic():
        holiday = _locked(pk, version)
        changed = [name for name, value in vars(said).items() if getattr(holiday, name) != value]
        for name in changed:
            setattr(holiday, name, getattr(said, name))
        if changed:
            with in_words(referral_holiday_day_key=_TWICE):
                write(holiday, fields=changed)
            transaction.on_commit(forget_holidays)
    return holiday


def remove_holiday(pk: UUID, *, by: Actor, version: int) -> Holiday:
    """The history keeps it. Raises NotAllowed, NotVisible, StaleForm."""
    require_coordination(by)
    with transaction.atomic():
        holiday = _locked(pk, version)
        audit.record(Verb.DELETE, holiday)
        holiday.delete()
        transaction.on_commit(forget_holidays)
    return holiday


def add_proposed(*, by: Actor, year: int, days: Collection[date]) -> list[Holiday]:
    """Those of the year's proposed days that were chosen and are no holidays yet. Raises NotAllowed."""
    require_coordination(by)
    chosen = set(days) - known_days(days)
    added = []
    with transaction.atomic(), in_words(referral_holiday_day_key=_TWICE):
        for feast in proposed(year):
            if feast.day in chosen:
                holiday = Holiday(**vars(feast))
                write(holiday)
                added.append(holiday)
        transaction.on_commit(forget_holidays)
    return added


def _locked(pk: UUID, version: int) -> Holiday:
    holiday = Holiday.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if holiday is None:
        raise NotVisible
    if holiday.version != version:
        raise StaleForm
    return holiday
