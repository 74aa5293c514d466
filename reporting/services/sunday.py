"""The weekly sheet: what a desk has not written down, each with answers of one tap, done by the acts that there are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from partners.actor import Actor
from partners.enums import CodeList
from partners.models import Places
from partners.queries import code_label
from partners.services.guard import Refusal
from partners.services.provision import confirm_places
from referral.lifecycle import NotPossible
from referral.models import Referral, WalkIn
from referral.queries.lists import still_lodged
from referral.references import spoken
from referral.services import care, walk_ins, withdrawing
from referral.services.steps import NotVisible, StaleForm
from reporting.enums import Missing, Report, SundayAnswer
from reporting.queries.sunday import awaited, long_lodged, quiet, uncounted
from reporting.services.reading import note, permit

#: A tap for each, and one to save: ten.
MOST = 9
#: Of the ministry's list: the one that says no more than that.
NOT_ARRIVED = "NOT_ARRIVED"


@dataclass(frozen=True)
class Question:
    """One thing that is missing.

    Attributes:
        since: the arrival or departure that is proposed, else since when nothing was written.
        earliest: before which it cannot have happened.
    """

    kind: Missing
    pk: UUID
    version: int
    name: str
    what: str
    since: datetime
    earliest: datetime | None = None

    @property
    def code(self) -> str:
        return f"{self.kind.value}-{self.pk.hex}"


@dataclass(frozen=True)
class Answer:
    question: Question
    version: int
    said: SundayAnswer
    occurred_at: datetime


@dataclass(frozen=True)
class Sheet:
    """At most `MOST` questions; `more` come when these are answered."""

    questions: Sequence[Question]
    more: int


def read_sheet(actor: Actor, at: datetime) -> Sheet:
    """A look at the rows that are asked about. Raises NotAllowed."""
    permit(actor, Report.SUNDAY)
    own = actor.organisation_id
    found = [
        *(
            _of_referral(Missing.AWAITED, row, row.expected_arrival_at, row.sent_at)
            for row in awaited(actor, at)
        ),
        *(
            _of_referral(Missing.DEPARTED, row, row.ended_at, row.started_at)
            for row in still_lodged(actor, at)
        ),
        *(_of_places(row) for row in uncounted(own, at)),
        *(
            _of_referral(Missing.QUIET, row, written_at, row.started_at)
            for row, written_at in quiet(actor, at)
        ),
        *(_of_walk_in(row) for row in long_lodged(own, at)),
    ]
    shown = found[:MOST]
    note(Report.SUNDAY, detail={"rows": [[each.kind.value, str(each.pk)] for each in shown]})
    return Sheet(shown, len(found) - len(shown))


def confirm_sheet(actor: Actor, answers: Iterable[Answer], *, at: datetime) -> tuple[int, list[str]]:
    """Each answer by its own act, which asks who may and what is possible; one that is refused stops no other.

    Gives how many were written, and why the others were not. Raises NotAllowed.
    """
    permit(actor, Report.SUNDAY)
    written, refused = 0, []
    # First the numbers that were before one's eyes: an arrival on the same sheet changes them.
    for answer in sorted(answers, key=lambda each: each.question.kind != Missing.HEADCOUNT):
        name = answer.question.name
        try:
            _ACTS[answer.said](actor, answer, at)
            written += 1
        except NotPossible as reasons:
            refused += [_said(name, reason) for reason in reasons.reasons]
        except (StaleForm, NotVisible):
            refused.append(
                _("%(name)s: somebody has changed this meanwhile. Look at it again.") % {"name": name}
            )
        except Refusal as refusal:
            refused.append(_said(name, refusal))
    return written, refused


def _said(name: str, reason: object) -> str:
    return _("%(name)s: %(reason)s") % {"name": name, "reason": reason}


def _arrived(actor: Actor, answer: Answer, at: datetime) -> None:
    care.start_service(
        **_asked(actor, answer, at),
        occurred_at=answer.occurred_at,
        identified_otherwise=_("Weekly sheet: the desk made sure who it was."),
    )


def _not_arrived(called: bool) -> Callable[[Actor, Answer, datetime], None]:
    def act(actor: Actor, answer: Answer, at: datetime) -> None:
        care.record_no_show(
            **_asked(actor, answer, at),
            occurred_at=answer.occurred_at,
            reason_code=NOT_ARRIVED,
            called=called,
        )

    return act


def _goes_on(actor: Actor, answer: Answer, at: datetime) -> None:
    care.review_service(**_asked(actor, answer, at))


def _left(actor: Actor, answer: Answer, at: datetime) -> None:
    if answer.question.kind == Missing.WALK_IN:
        walk_ins.end_walk_in(actor, answer.question.pk, answer.version, at=answer.occurred_at)
        return
    withdrawing.record_departure(answer.question.pk, by=actor, at=at, occurred_at=answer.occurred_at)


def _right(actor: Actor, answer: Answer, at: datetime) -> None:
    confirm_places(actor, answer.question.pk, answer.version, at=at)


_ACTS: dict[SundayAnswer, Callable[[Actor, Answer, datetime], None]] = {
    SundayAnswer.ARRIVED: _arrived,
    SundayAnswer.NOT_ARRIVED_TOLD: _not_arrived(True),
    SundayAnswer.NOT_ARRIVED: _not_arrived(False),
    SundayAnswer.GOES_ON: _goes_on,
    SundayAnswer.LEFT: _left,
    SundayAnswer.RIGHT: _right,
}


def _asked(actor: Actor, answer: Answer, at: datetime) -> dict[str, Any]:
    return {"pk": answer.question.pk, "by": actor, "at": at, "version": answer.version}


def _of_referral(kind: Missing, row: Referral, since: Any, earliest: datetime | None) -> Question:
    return Question(
        kind,
        row.pk,
        row.version,
        spoken(row.reference),
        code_label(CodeList.SERVICE, row.service),
        since,
        earliest,
    )


def _of_places(row: Places) -> Question:
    counted = _("%(capacity)d places, %(occupied)d taken, %(held)d held") % {
        "capacity": row.capacity,
        "occupied": row.occupied,
        "held": row.held,
    }
    return Question(
        Missing.HEADCOUNT,
        row.pk,
        row.version,
        f"{row.site.name}, {row.get_group_display()}",
        counted,
        row.confirmed_at,
    )


def _of_walk_in(row: WalkIn) -> Question:
    who = f"{row.get_sex_display()}, {row.get_age_band_display()}"
    return Question(
        Missing.WALK_IN,
        row.pk,
        row.version,
        str(row.places.get_group_display()),
        who,
        row.arrived_at,
        row.arrived_at,
    )
