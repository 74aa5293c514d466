"""A file that is opened a topic at a time: each answer is kept at once, sealed, for its author alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from partners.actor import Actor
from partners.models import Region, User
from referral.models import Case, Draft
from referral.queries.intakes import FORM
from referral.services import cards, cases, screening
from referral.services.drafts import discard, drop_draft, load_draft, save_draft
from referral.topics import Topic

#: {"typed": {topic: {name: [...]}}, "declined": [topics]}.
EMPTY: Mapping[str, Any] = {"typed": {}, "declined": []}


def page_of(topic: str) -> str:
    """The draft of one page, half-typed."""
    return f"{FORM}_{topic}"


def load_intake(*, by: Actor, at: datetime, about: UUID) -> dict[str, Any]:
    """What this person has kept of it; empty for whoever has not begun it."""
    return {**EMPTY, **(load_draft(by=by, at=at, form=FORM, about=about) or {})}


def keep_answer(
    *,
    by: Actor,
    at: datetime,
    about: UUID,
    topic: Topic,
    typed: Mapping[str, Sequence[str]] | None,
) -> None:
    """One topic is answered; `typed` None: the person does not wish to speak about it.

    Args:
        typed: raw values, which are read as a form again before the file is opened.
    """
    with transaction.atomic():
        # Two pages of one intake may be sent at once: one waits for the other.
        User.objects.select_for_update(no_key=True).only("pk").get(pk=by.id)
        kept = load_intake(by=by, at=at, about=about)
        kept["typed"] = {name: values for name, values in kept["typed"].items() if name != topic}
        kept["declined"] = [name for name in kept["declined"] if name != topic]
        if typed is None:
            kept["declined"].append(topic.value)
        else:
            kept["typed"][topic.value] = {name: list(values) for name, values in typed.items()}
        save_draft(by=by, at=at, form=FORM, about=about, values=kept)
        drop_draft(by=by, form=page_of(topic), about=about)


def drop_intake(*, by: Actor, about: UUID) -> bool:
    """Opened, or thrown away: all of its pages, with their keys. Gives whether there was anything."""
    forms = [FORM, *(page_of(topic) for topic in Topic)]
    with transaction.atomic():
        drafts = list(Draft.objects.select_for_update().filter(user_id=by.id, form__in=forms, about=about))
        for draft in drafts:
            discard(draft)
    return bool(drafts)


def open_case(
    *,
    by: Actor,
    at: datetime,
    region: Region | None,
    person: Mapping[str, Any],
    case: Mapping[str, Any],
    elements: Mapping[str, Any],
    card: Mapping[str, str],
    **paper: Any,
) -> Case:
    """A file with all that was heard at the first meeting. For the arguments see `cases.open_case`.

    Args:
        elements: answers and non_punishment of a `Screening`; empty when nothing was said.
        card: outcome and answer of an offer; empty when none was made.

    Raises:
        NotAllowed, NotPossible.
    """
    with transaction.atomic():
        opened = cases.open_case(by=by, at=at, region=region, person=person, case=case, **paper)
        if elements:
            screening.keep_screening(opened, None, by=by, at=at, **elements)
        if card:
            cards.keep_offer(opened, by=by, at=at, **card)
    return opened


def report(*, by: Actor, elements: Mapping[str, Any], at: datetime, **said: Any) -> Case:
    """A reporter's report with what the reporter saw. For the rest see `cases.report`."""
    with transaction.atomic():
        case = cases.report(by=by, at=at, **said)
        if elements:
            screening.keep_screening(case, None, by=by, at=at, **elements)
    return case
