"""What else has a time becomes a task with a deadline and a ladder; what is past is put away (design §6, domain §3.3).

Whoever acts ends the task; see the services of those acts.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from importlib import import_module
from uuid import UUID

from django.conf import settings

from audit import services as audit
from audit.rows import write
from crypto import keyring
from referral import audiences, escalation, notices
from referral.deadlines import (
    CONSENT_WARNING,
    FIND_OUT,
    FIND_OUT_CHILD,
    FOLLOW_UP_WARNING,
    GROUND_REVIEW_WITHIN,
    REASSESS_WITHIN,
    REASSESS_WITHIN_GRAVE,
    REFLECTION_WARNING,
    STAY_WARNING,
    SUBMISSION,
    TITLE_MISSING,
    TITLE_WARNING,
)
from referral.disclosure import reachable
from referral.enums import Clock, RevealReason, RiskLevel, TaskKind
from referral.escalation import Audience
from referral.models import (
    Case,
    ClockRound,
    Consent,
    CustodyTitle,
    Draft,
    LegalGround,
    Placement,
    Referral,
    Submission,
    Task,
    Trip,
)
from referral.queries import watch as due
from referral.queries.course import responsible_for
from referral.queries.due import Rows
from referral.queries.terms import spreads
from referral.queries.trips import late_trips
from referral.services import pace, wrong_codes
from referral.services.drafts import discard
from referral.services.receiving import lock_held, release_hold
from referral.services.rounds import AnyRule, Chore, Rule
from referral.services.tasks import end_task

#: A title that is found missing later than at the arrival still leaves a day to obtain one.
TITLE_FOUND_MISSING = timedelta(hours=24)
GRAVE = frozenset({RiskLevel.CRITICAL, RiskLevel.HIGH})
#: Nobody was asked, because the person wants no contact.
NO_CONTACT = "no_contact"
#: The round in which expired sessions were last cleared.
SESSIONS_CLEARED = "sessions_cleared"
DAILY = timedelta(hours=24)


def _ask(
    kind: TaskKind,
    case: Case,
    *,
    at: datetime,
    due_at: datetime,
    since: datetime | None = None,
    referral: Referral | None = None,
) -> None:
    """A task of the case owner, who is told.

    Args:
        since: from when its time counts, where that is given by the deadline: after a day without the system the
            ladder stands where it would have stood, and its first rung tells instead.
    """
    task = Task(
        kind=kind,
        case=case,
        referral=referral,
        organisation_id=case.organisation_id,
        owner_id=case.owner_id,
        made_at=since or at,
        due_at=due_at,
    )
    write(task, case_id=case.pk, referral_id=referral.pk if referral else None)
    first = escalation.task_ladder(kind)[0].share or 0
    if at < task.made_at + (due_at - task.made_at) * first:
        notices.tell(audiences.of_task(task, Audience.HOLDER), task, at=at, due_at=due_at)


def _once(cases: Iterable[Case]) -> list[Case]:
    """A file may be found by several of its rows; it is asked about once."""
    return list({case.pk: case for case in cases}.values())


def warn_of_titles(found: list[CustodyTitle], at: datetime) -> None:
    for title in found:
        assert title.ends_at is not None  # noqa: S101 - the query takes no other
        since = title.ends_at - TITLE_WARNING
        _ask(TaskKind.TITLE_ENDS, title.case, at=at, since=since, due_at=title.ends_at)


def ask_for_titles(found: list[Referral], at: datetime) -> None:
    """A task was made when the place was promised; this finds the child whose title was lifted, or whose task ended."""
    arrived = {referral.case_id: referral.started_at or at for referral in found}
    for case in _once(referral.case for referral in found):
        due_at = max(arrived[case.pk] + TITLE_MISSING, at + TITLE_FOUND_MISSING)
        _ask(TaskKind.TITLE_MISSING, case, at=at, due_at=due_at)


def warn_of_stays(found: list[Referral], at: datetime) -> None:
    """Whoever is responsible today is asked; the named worker hears of it too: both find where the person goes next."""
    stay = spreads(Clock.STAY)[Clock.STAY]
    for referral in found:
        end = (referral.started_at or at) + stay.of(referral.receiving_organisation_id)
        since = end - STAY_WARNING
        case = responsible_for(referral.case).case
        own = referral if case.pk == referral.case_id else None
        _ask(TaskKind.STAY_ENDS, case, at=at, since=since, due_at=end, referral=own)
        notices.tell([referral.worker], referral, at=at, due_at=end)


def warn_of_reflections(found: list[Case], at: datetime) -> None:
    for case in found:
        assert case.reflection_until is not None  # noqa: S101 - the query takes no other
        since = case.reflection_until - REFLECTION_WARNING
        _ask(TaskKind.REFLECTION_ENDS, case, at=at, since=since, due_at=case.reflection_until)


def ask_for_risks(found: list[Case], at: datetime) -> None:
    for case in found:
        within = REASSESS_WITHIN_GRAVE if case.risk in GRAVE else REASSESS_WITHIN
        _ask(TaskKind.REASSESS_RISK, case, at=at, due_at=at + within)


def ask_for_ground_reviews(found: list[LegalGround], at: datetime) -> None:
    """One task a file, whatever the number of its grounds; its supervisors are told too."""
    for case in _once(ground.case for ground in found):
        due_at = at + GROUND_REVIEW_WITHIN
        _ask(TaskKind.REVIEW_GROUND, case, at=at, due_at=due_at)
        others = [user for user in notices.supervisors_of(case.organisation_id) if user.pk != case.owner_id]
        notices.tell(others, case, at=at, due_at=due_at)


def ask_for_consents(found: list[Consent], at: datetime) -> None:
    """One task for all the answers of a file that end together; at their end the snapshot closes by itself."""
    ends = {(consent.case_id, consent.expires_at): consent for consent in found}
    for consent in ends.values():
        since = consent.expires_at - CONSENT_WARNING
        _ask(TaskKind.RENEW_CONSENT, consent.case, at=at, since=since, due_at=consent.expires_at)


def settle_consents(at: datetime, case: Case) -> None:
    """As the clock does, at once: a file's own tasks about its answers."""
    settle(list(due.renewals_settled(at).filter(case=case).select_for_update(of=("self",))), at)


def settle(found: list[Task], at: datetime) -> None:
    """Ends the tasks about answers that were asked for again, or on which nothing rests any more."""
    for task in found:
        end_task(task, by=None, at=at, result="settled")


def release_holds(found: list[Placement], at: datetime) -> None:
    """The place is offered again, and whoever relied on it hears; the referral goes on waiting for what is due."""
    lock_held([each.referral_id for each in found])
    for placement in found:
        referral = placement.referral
        release_hold(referral)
        told = [referral.case.owner]
        if not placement.by_telephone:
            told += [referral.worker, *notices.desk_of(referral.receiving_organisation_id)]
        notices.tell(told, referral, at=at, due_at=referral.due_at)


def ask_for_follow_ups(found: list[tuple[UUID, datetime]], at: datetime) -> None:
    """Never about a person who wants no contact: then the task is written as done, so that nobody looks again."""
    referrals = Referral.objects.select_related("case__owner", "case__person").in_bulk(
        [pk for pk, _due in found]
    )
    for pk, due_at in found:
        referral = referrals[pk]
        case, since = referral.case, due_at - FOLLOW_UP_WARNING
        if may_be_reached(case):
            _ask(TaskKind.FOLLOW_UP, case, at=at, since=since, due_at=due_at, referral=referral)
            continue
        task = Task(
            kind=TaskKind.FOLLOW_UP,
            case=case,
            referral=referral,
            organisation_id=case.organisation_id,
            owner_id=case.owner_id,
            made_at=since,
            due_at=due_at,
            done_at=at,
            result=NO_CONTACT,
        )
        write(task, case_id=case.pk, referral_id=referral.pk)


def may_be_reached(case: Case) -> bool:
    """A look of the system at the safe contact, written down as any other."""
    person = case.person
    with keyring.current().revealing(person):
        safe = reachable(person.safe_contact)
    audit.look("reveal", person, case_id=case.pk, fields=["safe_contact"], scope=RevealReason.CONTACT)
    return safe


def alarm_about_late_trips(found: list[Trip], at: datetime) -> None:
    """Nobody came at the hour: the owner finds out, and the receiving desk, the worker and the escort hear of it."""
    for trip in found:
        referral = trip.referral
        due_at = at + (FIND_OUT_CHILD if referral.is_child else FIND_OUT)
        _ask(TaskKind.LATE_ARRIVAL, referral.case, at=at, due_at=due_at, referral=referral)
        escort = trip.escort if trip.escort_id != referral.case.owner_id else None
        others = [*notices.desk_of(referral.receiving_organisation_id), referral.worker, escort]
        notices.tell(others, referral, at=at, due_at=due_at)


def discard_half_typed(found: list[Draft], at: datetime) -> None:
    for draft in found:
        discard(draft)


def discard_submissions(at: datetime) -> int:
    deleted, _by_model = Submission.objects.filter(at__lte=at - SUBMISSION).delete()
    return deleted


def clear_sessions(at: datetime) -> int:
    """Once a day. By Django's own clock, which set their ends."""
    if ClockRound.objects.filter(rule=SESSIONS_CLEARED, at__gt=at - DAILY).exists():
        return 0
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    ClockRound.objects.update_or_create(
        rule=SESSIONS_CLEARED, defaults={"at": at, "acted": 1, "milliseconds": 0}
    )
    return 1


RULES: Mapping[str, AnyRule] = {
    "titles": Rule(Rows(due.titles_ending), warn_of_titles),
    "missing_titles": Rule(Rows(due.lodged_without_title), ask_for_titles),
    "stays": Rule(Rows(due.stays_ending), warn_of_stays),
    "reflections": Rule(Rows(due.reflections_ending), warn_of_reflections),
    "risks": Rule(Rows(due.risks_to_assess), ask_for_risks),
    "grounds": Rule(Rows(due.grounds_to_review), ask_for_ground_reviews),
    "consents_settled": Rule(Rows(due.renewals_settled), settle),
    "consents": Rule(Rows(due.consents_ending), ask_for_consents),
    "late_arrivals": Rule(Rows(late_trips), alarm_about_late_trips),
    "holds": Rule(Rows(due.holds_lapsed), release_holds),
    "follow_ups": Rule(due.FollowUps(), ask_for_follow_ups),
    "half_typed": Rule(Rows(due.drafts_past), discard_half_typed),
    "submissions": Chore(discard_submissions),
    "wrong_codes": Chore(wrong_codes.forget),
    "reveals": Chore(pace.forget),
    "sessions": Chore(clear_sessions),
}
