"""Conversations about consent, their texts, and who stands beside the child."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from partners.actor import Actor
from partners.alphabet import Alphabetical
from partners.enums import Role
from referral.disclosure import FAMILY_SERVICES
from referral.enums import OPEN, State, TaskKind
from referral.guardians import FAMILY
from referral.models import Case, Consent, ConsentTalk, ConsentText, Guardian, Referral, Task
from referral.queries.visible import visible_cases
from referral.talks import AIDS, Listener, Tongue


def guardians_of(case: Case) -> list[Guardian]:
    return list(case.guardians.select_related("court", "said_by", "decided_by"))


def guardian_of(actor: Actor, pk: UUID) -> Guardian | None:
    """Of a file that the actor may open."""
    found = Guardian.objects.select_related("case", "case__person", "court")
    return found.filter(pk=pk, case__in=visible_cases(actor)).first()


def guardian_to_decide(actor: Actor, pk: UUID) -> Guardian | None:
    """For supervisors of the file's organisation; for those of the national unit where they are asked."""
    if not actor.has(Role.SUPERVISOR):
        return None
    people = ("case", "case__person", "case__organisation", "case__owner", "said_by")
    found = Guardian.objects.select_related(*people).filter(pk=pk).first()
    if found is None or found.case.organisation_id == actor.organisation_id:
        return found
    if not actor.national_unit:
        return None
    asked = any(task.organisation_id == actor.organisation_id for task in asked_about(found))
    return found if asked else None


def asked_about(guardian: Guardian) -> list[Task]:
    """The open tasks that ask a second person about this guardian."""
    open_tasks = Task.objects.filter(case=guardian.case_id, kind=TaskKind.ASSESS_GUARDIAN, done_at=None)
    return [task for task in open_tasks if (task.proposal or {}).get("guardian") == str(guardian.pk)]


def rests_on(guardian: Guardian) -> set[tuple[UUID, str]]:
    """Recipient and purpose of what this person agreed to for the child, and of services that lead to the family."""
    agreed = Consent.objects.filter(
        case=guardian.case_id,
        conversation__in=guardian.talks.values("conversation"),
        given=True,
        withdrawn_at=None,
        replaced_at=None,
    )
    found = set(agreed.values_list("recipient_id", "purpose"))
    if guardian.relation in FAMILY:
        under_way = Referral.objects.filter(
            case=guardian.case_id, service__in=FAMILY_SERVICES, state__in=sorted(OPEN - {State.DRAFT})
        )
        found |= set(under_way.values_list("receiving_organisation_id", "purpose"))
    return found


def objected(case_id: UUID) -> set[tuple[str, str]]:
    """Recipient and purpose of the objections on which nobody has decided yet."""
    waiting = Task.objects.filter(case=case_id, kind=TaskKind.OBJECTION, done_at=None)
    return {((task.proposal or {})["recipient"], (task.proposal or {})["purpose"]) for task in waiting}


def talks_of(case: Case) -> list[ConsentTalk]:
    """The newest first."""
    return list(case.talks.select_related("explained_by__organisation", "guardian", "text"))


@dataclass(frozen=True)
class Answered:
    answer: str
    at: datetime


def answered(talks: list[ConsentTalk]) -> dict[str, Answered]:
    """What was answered to each point, the last time that it was asked. Opens what is sealed.

    Args:
        talks: the newest first.
    """
    found: dict[str, Answered] = {}
    for talk in talks:
        for point, answer in talk.answers.items():
            found.setdefault(point, Answered(answer, talk.held_at))
    return found


def withdrawals_of(case: Case) -> QuerySet[Consent]:
    """The cells that were taken back, the newest first."""
    return (
        Consent.objects.filter(case=case, withdrawn_at__isnull=False)
        .select_related("recipient")
        .order_by("-withdrawn_at", Alphabetical("recipient__name"), "group")
    )


def all_texts() -> QuerySet[ConsentText]:
    return ConsentText.objects.select_related("validated_by").order_by("listener", "language")


def text_read(talk: ConsentTalk) -> ConsentText | None:
    """The text of a conversation as it was then."""
    if talk.text_id is None:
        return None
    past: ConsentText = ConsentText.history.get(id=talk.text_id, version=talk.text_version)
    return past


@dataclass(frozen=True)
class Reading:
    """The text that is read aloud; of an aid, the French text above it."""

    text: ConsentText
    aid: ConsentText | None


def reading_for(tongue: Tongue, *, child: bool) -> Reading | None:
    """None where nobody has loaded any text."""
    listener = Listener.CHILD if child else Listener.ADULT
    found = {text.language: text for text in ConsentText.objects.filter(listener=listener)}
    whole = found.get(Tongue.FR if tongue in AIDS else tongue) or found.get(Tongue.FR)
    return Reading(whole, found.get(tongue) if tongue in AIDS else None) if whole else None
