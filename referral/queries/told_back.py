"""Days 3 and 14: of whom is the sender told, and about whom must the sender ask by telephone?"""

from partners.enums import Role
from referral.answers import HEARD_AGAIN
from referral.deadlines import FOLLOWED
from referral.enums import UNANSWERED, MessageKind, State, TaskKind
from referral.models import Message, Referral, Task
from referral.queries.due import Statement, same

#: The last of the days that has come; a stage is over once something was said or asked on that day or later. So a
#: week without the system is made up for by one sentence, not by two.
REACHED = """
JOIN LATERAL (
    SELECT max({since} + days) AS at FROM unnest(%(stages)s::interval[]) days WHERE {since} + days <= %(at)s
) stage ON stage.at IS NOT NULL
"""
GOING_ON = """
SELECT w.id FROM referral_referral w {reached}
WHERE w.state = %(in_service)s AND w.tell_back
    AND NOT EXISTS (
        SELECT FROM referral_message said
        WHERE said.referral_id = w.id AND said.kind = %(kind)s AND said.written_at >= stage.at
    ) {{among}}
ORDER BY stage.at
"""
#: The last word by telephone was a yes, and nobody who could confirm it sits at the desk.
UNCONFIRMED = """
SELECT w.id FROM referral_telephoneanswer yes JOIN referral_referral w ON w.id = yes.referral_id {reached}
WHERE yes.yes AND yes.confirmed_at IS NULL AND w.state = ANY(%(states)s)
    AND NOT EXISTS (
        SELECT FROM referral_telephoneanswer later WHERE later.referral_id = w.id
            AND (later.said_at, later.recorded_at, later.id) > (yes.said_at, yes.recorded_at, yes.id)
    )
    AND NOT EXISTS (
        SELECT FROM partners_membership seat JOIN partners_user u ON u.id = seat.user_id
        WHERE u.organisation_id = w.receiving_organisation_id AND u.is_active
            AND seat.role = ANY(%(desk)s) AND (seat.until IS NULL OR seat.until > %(at)s)
    )
    AND NOT EXISTS (
        SELECT FROM referral_task asked WHERE asked.referral_id = w.id AND asked.kind = %(kind)s
            AND (asked.done_at IS NULL OR asked.made_at >= stage.at OR asked.result <> ALL(%(again)s))
    ) {{among}}
ORDER BY stage.at
"""
#: Whose sender may know that the care goes on and was not told so on this day yet.
still_in_service = Statement(
    GOING_ON.format(reached=REACHED.format(since="w.started_at")),
    {"in_service": State.IN_SERVICE, "kind": MessageKind.TOLD_BACK, "stages": list(FOLLOWED)},
    same,
)
#: As `still_in_service`, where the receiver has said yes by telephone alone.
outcomes_to_ask = Statement(
    UNCONFIRMED.format(reached=REACHED.format(since="yes.said_at")),
    {
        # Without anybody at the desk it expires after a while; the person may be there all the same.
        "states": sorted(UNANSWERED | {State.EXPIRED}),
        "desk": [Role.FOCAL_POINT, Role.SUPERVISOR],
        "kind": TaskKind.OUTCOME_CALL,
        "again": sorted(HEARD_AGAIN),
        "stages": list(FOLLOWED),
    },
    same,
)


def told_back(referral: Referral) -> list[Message]:
    """What the sender was told, kept after the end too."""
    return list(referral.messages.filter(kind=MessageKind.TOLD_BACK).select_related("from_organisation"))


def heard_by_telephone(referral: Referral) -> list[Task]:
    """What the sender has heard from a receiver without an account."""
    calls = referral.tasks.filter(kind=TaskKind.OUTCOME_CALL, done_at__isnull=False).exclude(result="")
    return list(calls.select_related("done_by", "organisation"))
